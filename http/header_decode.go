package cehttp

import (
	"net/http"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// FromHeader returns the event whose attributes are in the header of a
// binary-mode message; its Data is nil. exts are the types of extensions, others
// are Strings. The keys of h need not be canonical.
//
// Errors are those of [ToCloudEvent] about a header; a structured or batched
// message, whose attributes are in the body, is [ErrContentMode].
func FromHeader(h http.Header, exts ...spec.Attribute) (cloudevents.Event, error) {
	t, err := contentType(h)
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	if m := mode(t); m != cloudevents.BinaryMode {
		return cloudevents.Event{}, wrap(wrongMode(m))
	}
	e, err := decodeHeader(h, exts, cloudevents.DefaultMaxAttributes)
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	return e, nil
}

var coreAttributes = spec.V1.Attributes()

// isAttribute reports whether a header key is that of an attribute.
func isAttribute(key string) bool {
	return len(key) >= len("ce-") && key[0]|0x20 == 'c' && key[1]|0x20 == 'e' && key[2] == '-'
}

// headerField is a header of an attribute. The name is that of the attribute,
// not always in lower case yet.
type headerField struct {
	name   string
	values []string
}

func decodeHeader(h http.Header, exts []spec.Attribute, maxAttributes int) (cloudevents.Event, error) {
	var few [24]headerField
	fields := few[:0]
	var contentType []string
	size := 0
	for key, values := range h {
		switch {
		case len(values) == 0:
		case isAttribute(key):
			if len(fields) == maxAttributes {
				return cloudevents.Event{}, &cloudevents.LimitError{What: "attributes", Limit: maxAttributes}
			}
			fields = append(fields, headerField{key[len("ce-"):], values})
			size += len(key) - len("ce-")
			if !plain(values[0]) {
				size += len(values[0])
			}
		case ascii.EqualFold(key, "Content-Type"):
			contentType = values // there is one, or mode would not be known
		}
	}
	if len(fields) == 0 {
		return cloudevents.Event{}, ErrNotCloudEvent
	}
	d := headerDecoder{exts: exts, contentType: contentType}
	d.text.Grow(size)
	d.lowerNames(fields)
	slices.SortFunc(fields, func(x, y headerField) int { return strings.Compare(x.name, y.name) })
	return d.decode(fields)
}

// headerDecoder makes an event of the headers of a message.
type headerDecoder struct {
	event       cloudevents.Event
	exts        []spec.Attribute
	contentType []string
	text        strings.Builder // names and unescaped values; grown once, so that its strings stay
	errs        []error
}

// lowerNames spells the names as attributes.
func (d *headerDecoder) lowerNames(fields []headerField) {
	for i := range fields {
		f := &fields[i]
		begin := d.text.Len()
		for _, c := range []byte(f.name) {
			d.text.WriteByte(ascii.Lower(c))
		}
		f.name = d.text.String()[begin:]
	}
}

// decode sets the attributes of fields, which are sorted by name.
func (d *headerDecoder) decode(fields []headerField) (cloudevents.Event, error) {
	e := &d.event
	for _, a := range coreAttributes {
		at, found := slices.BinarySearchFunc(fields, a.Name, func(f headerField, name string) int {
			return strings.Compare(f.name, name)
		})
		switch {
		case a.Name == spec.DataContentType:
			d.setContentType(a)
			if found {
				d.compareContentType(a, fields[at])
			}
		case found:
			if text, ok := d.value(fields[at], a); ok {
				d.fail(e.SetText(a, text))
			}
		case a.Required:
			d.fail(validation.New(a.Name, "", a.Section, validation.ErrMissing))
		}
	}
	for i, f := range fields {
		if i > 0 && fields[i-1].name == f.name {
			d.fail(duplicate(f.name))
			continue
		}
		if _, core := spec.V1.Attribute(f.name); core {
			continue
		}
		d.extension(f, len(fields)-i)
	}
	if len(d.errs) > 0 {
		return cloudevents.Event{}, validation.Join(d.errs)
	}
	return *e, nil
}

func (d *headerDecoder) fail(err error) {
	if err != nil {
		d.errs = append(d.errs, err)
	}
}

// value returns the text of the only value of f.
func (d *headerDecoder) value(f headerField, a spec.Attribute) (text string, ok bool) {
	if len(f.values) > 1 {
		d.fail(duplicate(f.name))
		return "", false
	}
	s := trim(f.values[0])
	if plain(s) {
		return s, true
	}
	var short [256]byte
	b, rule := appendUnescaped(short[:0], s)
	if rule != nil {
		d.fail(validation.New(a.Name, s, spec.SectionHTTPHeaderValues, rule))
		return "", false
	}
	begin := d.text.Len()
	d.text.Write(b)
	return d.text.String()[begin:], true
}

func (d *headerDecoder) extension(f headerField, room int) {
	if err := validation.Name(f.name); err != nil {
		d.fail(err)
		return
	}
	a := spec.Attribute{Name: f.name}
	for i := range d.exts {
		if d.exts[i].Name == f.name {
			a.Type = d.exts[i].Type
			break
		}
	}
	text, ok := d.value(f, a)
	if !ok {
		return
	}
	v, err := cloudevents.ParseValue(a.Type, text)
	if err != nil {
		d.fail(validation.Attribute(a, text))
		return
	}
	e := &d.event
	if e.Extensions == nil {
		e.Extensions = make([]cloudevents.Extension, 0, room)
	}
	e.Extensions = append(e.Extensions, cloudevents.Extension{Name: f.name, Value: v})
}

// setContentType makes Content-Type the attribute datacontenttype, as it is: it is
// not an attribute header, and has no escapes.
func (d *headerDecoder) setContentType(a spec.Attribute) {
	if len(d.contentType) > 0 {
		d.fail(d.event.SetText(a, trim(d.contentType[0])))
	}
}

var ruleContentType = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "ce-datacontenttype beside or instead of Content-Type"}

func (d *headerDecoder) compareContentType(a spec.Attribute, f headerField) {
	text, ok := d.value(f, a)
	if ok && (len(d.contentType) == 0 || text != trim(d.contentType[0])) {
		d.fail(validation.New(a.Name, text, spec.SectionHTTPContentType, ruleContentType))
	}
}

func duplicate(name string) error {
	return validation.New(name, "", spec.SectionContextAttributes, validation.ErrDuplicate)
}
