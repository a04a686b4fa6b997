package cehttp

import (
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// FromHeader returns the event whose attributes are in the header of a binary-mode
// message. Its Data is nil. exts are the types of extensions; others are Strings. The
// keys of h need not be canonical.
//
// Errors are those of [ToCloudEvent] about attributes. The error about a structured or
// batch message, whose attributes are in the body, wraps [cloudevents.ErrContentMode].
// Other headers about the body, such as Content-Encoding, are left to the caller, except
// that datacontentencoding of version 0.3 is refused with an [ErrContentEncoding].
func FromHeader(h http.Header, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	d := Decoder{Extensions: exts}
	m := received{header: h, mode: unknownMode}
	var a cloudevents.Attributes
	var about bodyHeader
	err = d.gather(&a, &m, &about)
	if err == nil && m.mode != cloudevents.BinaryMode {
		err = wrongMode(m.mode, "the attributes are in the body")
	}
	if err == nil {
		err = a.Assemble(&e)
	}
	if err == nil {
		if encoded, _ := a.Data(nil); encoded != nil { // of version 0.3
			err = fmt.Errorf("%w: datacontentencoding is base64", ErrContentEncoding)
		}
	}
	if err != nil {
		return cloudevents.Event{}, explained(&m, err)
	}
	return e, nil
}

// gather finds the mode of a message. If that is binary, it adds the attributes in the
// header to a, and what the header says of the body to about.
func (d *Decoder) gather(a *cloudevents.Attributes, m *received, about *bodyHeader) error {
	a.Extensions, a.MaxAttributes = d.Extensions, d.MaxAttributes
	a.V1Only, a.Forgive = d.V1Only, d.Forgive != nil
	var repeated []string // ce-datacontenttype
	for key, values := range m.header {
		switch {
		case !isAttribute(key):
			about.add(key, values)
		case len(key) == len("ce-datacontenttype") && ascii.EqualFold(key, "ce-datacontenttype"):
			repeated = append(repeated, values...)
		case len(values) > 0:
			a.AddEncoded(key[len("ce-"):], trim(values[0]))
			if len(values) > 1 { // once more: that is a duplicate
				a.AddEncoded(key[len("ce-"):], "")
			}
		}
	}
	if err := about.check(); err != nil {
		return err
	}
	if m.mode == unknownMode {
		m.mode = format.ModeOf(about.contentType)
	}
	if m.mode != cloudevents.BinaryMode {
		return nil
	}
	if a.Len() == 0 && len(repeated) == 0 {
		if d.JSONEvents && about.mayBeJSON() {
			m.mode = cloudevents.StructuredMode
			about.unsaid, about.said, about.contentType = true, about.contentType, spec.MediaTypeJSON
			return nil
		}
		return about.notCloudEvent()
	}
	if about.contentTypes > 0 { // it has no escapes
		a.Add(spec.DataContentType, spec.String, about.contentType)
	}
	if len(repeated) > 0 {
		if err := about.compare(repeated); err != nil {
			a.Fail(err)
		}
	}
	return nil
}

// isAttribute reports whether a header key is that of an attribute.
func isAttribute(key string) bool {
	return len(key) >= len("ce-") && key[0]|0x20 == 'c' && key[1]|0x20 == 'e' && key[2] == '-'
}

// bodyHeader has the headers that describe the body.
type bodyHeader struct {
	contentType     string
	contentTypes    int    // how many there are
	contentEncoding string // all that are not identity, up to maxEncodings
	encodings       int
	attributes      int // ce- headers, of a message that is not in binary mode

	// unsaid means that the body may be an event in structured mode, though its
	// Content-Type, which is said, does not say so.
	unsaid bool
	said   string
}

// gather fills b in one pass over the map.
func (b *bodyHeader) gather(h http.Header) {
	for key, values := range h {
		if !isAttribute(key) {
			b.add(key, values)
		} else if len(values) > 0 {
			b.attributes++
		}
	}
}

// add gathers a header that is not an attribute.
func (b *bodyHeader) add(key string, values []string) {
	switch len(key) {
	case len("Content-Type"):
		if len(values) == 0 {
			return
		}
		if key != "Content-Type" && !ascii.EqualFold(key, "Content-Type") {
			return
		}
		if b.contentTypes == 0 {
			b.contentType = trim(values[0])
		}
		b.contentTypes += len(values)
	case len("Content-Encoding"):
		if ascii.EqualFold(key, "Content-Encoding") {
			for _, v := range values {
				if v = trim(v); v != "" && !ascii.EqualFold(v, "identity") {
					b.addEncoding(v)
				}
			}
		}
	}
}

// maxEncodings is the number of values of Content-Encoding that are joined.
const maxEncodings = 8

// addEncoding joins a further value of Content-Encoding. Many of them end in an encoding that
// does not exist, as joining them all would take time that grows with the square of their number.
func (b *bodyHeader) addEncoding(v string) {
	b.encodings++
	switch {
	case b.encodings == 1:
		b.contentEncoding = v
	case b.encodings <= maxEncodings:
		b.contentEncoding += ", " + v
	case b.encodings == maxEncodings+1:
		b.contentEncoding += ", …"
	}
}

var (
	ruleContentTypes = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "there are several Content-Type headers"}
	ruleContentType  = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "ce-datacontenttype is not the same as Content-Type"}
)

// check refuses several Content-Types, because they do not decide the content mode.
func (b *bodyHeader) check() error {
	if b.contentTypes > 1 {
		return validation.NewError(spec.DataContentType, "", spec.SectionContextAttributes, ruleContentTypes)
	}
	return nil
}

// compare compares Content-Type with the values of ce-datacontenttype, a header that
// should not exist.
func (b *bodyHeader) compare(repeated []string) error {
	if len(repeated) > 1 {
		return validation.NewError(spec.DataContentType, "", spec.SectionContextAttributes, validation.ErrDuplicate)
	}
	value := trim(repeated[0])
	text, rule := percent.AppendUnescaped(nil, value)
	if rule != nil {
		return validation.NewError(spec.DataContentType, value, spec.SectionHTTPHeaderValues, rule)
	}
	if b.contentTypes == 0 || string(text) != b.contentType {
		return validation.NewError(spec.DataContentType, string(text), spec.SectionHTTPContentType, ruleContentType)
	}
	return nil
}

// mayBeJSON reports whether senders are known to use that Content-Type for JSON events.
func (b *bodyHeader) mayBeJSON() bool {
	return b.contentType == "" || mediatype.Is(b.contentType, "application/json") ||
		mediatype.Is(b.contentType, "application/x-www-form-urlencoded")
}

// notCloudEvent returns the error about a message that does not declare an event.
func (b *bodyHeader) notCloudEvent() error {
	instead := ""
	if b.mayBeJSON() {
		instead = "; that of an event in JSON is " + spec.MediaTypeJSON
	}
	return fmt.Errorf("%w: it has no ce- header, and Content-Type is %q%s (%s)", cloudevents.ErrNotCloudEvent, excerpt.Of(b.contentType), instead, spec.SectionHTTPMapping)
}

// trim removes the white space that HTTP allows around a header value.
func trim(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}
