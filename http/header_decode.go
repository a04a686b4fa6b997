package cehttp

import (
	"fmt"
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
// Errors are those of [ToCloudEvent] about attributes; a structured or batch
// message, whose attributes are in the body, wraps [ErrContentMode]. What else the
// header says of the body, as Content-Encoding does, is the caller's to look at.
func FromHeader(h http.Header, exts ...spec.Attribute) (cloudevents.Event, error) {
	var few [fewExtensions]headerField
	var m messageHeader
	extensions := m.gather(h, few[:0], cloudevents.DefaultMaxAttributes)
	mode, err := m.mode()
	if err == nil && mode != cloudevents.BinaryMode {
		err = wrongMode(mode, "the attributes are in the body")
	}
	var e cloudevents.Event
	if err == nil {
		err = m.decode(&e, extensions, exts, cloudevents.DefaultMaxAttributes)
	}
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	return e, nil
}

// fewExtensions is how many have room on the stack.
const fewExtensions = 16

// decode sets the attributes of e.
func (m *messageHeader) decode(e *cloudevents.Event, extensions []headerField, exts []spec.Attribute, maxAttributes int) error {
	switch {
	case m.attributes == 0:
		return m.notCloudEvent()
	case maxAttributes >= 0 && m.attributes > maxAttributes:
		return &cloudevents.LimitError{What: "attributes", Limit: maxAttributes}
	}
	// Names and unescaped values; grown once, so that they share one allocation.
	var text strings.Builder
	text.Grow(m.textSize)

	var errs []error
	for i := range coreAttributes {
		if err := m.decodeCore(e, i, &text); err != nil {
			errs = append(errs, err)
		}
	}
	sortByName(extensions, &text)
	if len(extensions) > 0 {
		e.Extensions = make([]cloudevents.Extension, 0, len(extensions))
	}
	for i := range extensions {
		f := &extensions[i]
		if i > 0 && extensions[i-1].name == f.name {
			errs = append(errs, duplicate(f.name))
			continue
		}
		v, err := f.extension(exts, &text)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: f.name, Value: v})
	}
	return validation.Join(errs)
}

// sortByName spells the names as attributes and sorts by them.
func sortByName(extensions []headerField, text *strings.Builder) {
	for i := range extensions {
		f := &extensions[i]
		var short [64]byte
		name := append(short[:0], f.name...)
		for i, c := range name {
			name[i] = ascii.Lower(c)
		}
		begin := text.Len()
		text.Write(name)
		f.name = text.String()[begin:]
	}
	slices.SortFunc(extensions, func(x, y headerField) int { return strings.Compare(x.name, y.name) })
}

// decodeCore sets the core attribute at place i of coreAttributes.
func (m *messageHeader) decodeCore(e *cloudevents.Event, i int, text *strings.Builder) error {
	a := &coreAttributes[i]
	f := &m.core[i]
	if a.Name == spec.DataContentType {
		if m.contentTypes > 0 {
			// It is not an attribute header, and has no escapes.
			if err := e.SetText(*a, m.contentType); err != nil {
				return err
			}
		}
		return m.compareContentType(a, f, text)
	}
	if f.count == 0 {
		if a.Required {
			return validation.Missing(*a)
		}
		return nil
	}
	s, err := f.text(a.Name, text)
	if err != nil {
		return err
	}
	return e.SetText(*a, s)
}

var ruleContentType = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "ce-datacontenttype is not the same as Content-Type"}

func (m *messageHeader) compareContentType(a *spec.Attribute, f *headerField, text *strings.Builder) error {
	if f.count == 0 {
		return nil
	}
	s, err := f.text(a.Name, text)
	if err == nil && (m.contentTypes == 0 || s != m.contentType) {
		err = validation.NewError(a.Name, s, spec.SectionHTTPContentType, ruleContentType)
	}
	return err
}

// text returns the only value of f without escapes.
func (f *headerField) text(name string, buffer *strings.Builder) (string, error) {
	if f.count > 1 {
		return "", duplicate(name)
	}
	s := f.value
	if !f.escaped {
		return s, nil
	}
	var short [256]byte
	b, rule := appendUnescaped(short[:0], s)
	if rule != nil {
		return "", validation.NewError(name, s, spec.SectionHTTPHeaderValues, rule)
	}
	begin := buffer.Len()
	buffer.Write(b)
	return buffer.String()[begin:], nil
}

// extension returns the value of an extension.
func (f *headerField) extension(exts []spec.Attribute, buffer *strings.Builder) (cloudevents.Value, error) {
	if err := validation.Name(f.name); err != nil {
		return cloudevents.Value{}, err
	}
	var t spec.Type // String
	for i := range exts {
		if exts[i].Name == f.name {
			t = exts[i].Type
			break
		}
	}
	s, err := f.text(f.name, buffer)
	if err != nil {
		return cloudevents.Value{}, err
	}
	v, err := cloudevents.ParseValue(t, s)
	if err != nil {
		return v, validation.Attribute(spec.Attribute{Name: f.name, Type: t}, s)
	}
	return v, nil
}

// notCloudEvent is the error about a message that does not claim to be an event.
func (m *messageHeader) notCloudEvent() error {
	return fmt.Errorf("%w: it has no ce- header, and Content-Type is %.64q (%s)", ErrNotCloudEvent, m.contentType, spec.SectionHTTPMapping)
}

func duplicate(name string) error {
	return validation.NewError(name, "", spec.SectionContextAttributes, validation.ErrDuplicate)
}
