package cehttp

import (
	"fmt"
	"net/http"
	"slices"
	"sort"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// FromHeader returns the event whose attributes are in the header of a
// binary-mode message; its Data is nil. exts are the types of extensions, others
// are Strings. The keys of h need not be canonical.
//
// Errors are those of [ToCloudEvent] about attributes; a structured or batch
// message, whose attributes are in the body, wraps [cloudevents.ErrContentMode]. What else the
// header says of the body, as Content-Encoding does, is the caller's to look at.
func FromHeader(h http.Header, exts ...spec.Attribute) (cloudevents.Event, error) {
	var few [fewExtensions]extensionField
	var m attributeHeader
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
		return cloudevents.Event{}, err
	}
	return e, nil
}

// fewExtensions is how many have room on the stack.
const fewExtensions = 16

// decode sets the attributes of e.
func (m *attributeHeader) decode(e *cloudevents.Event, extensions []extensionField, exts []spec.Attribute, maxAttributes int) error {
	switch {
	case m.attributes == 0:
		return m.notCloudEvent()
	case maxAttributes >= 0 && m.attributes > maxAttributes:
		return &cloudevents.LimitError{What: "attributes", Limit: maxAttributes}
	}
	// Names and unescaped values; grown once, so that they share one allocation.
	var text textbuf.Buffer
	text.Grow(m.textSize)

	var errs []error
	for core := range coreAttributes {
		if err := m.decodeCore(e, core, &text); err != nil {
			errs = append(errs, err)
		}
	}
	for i := range extensions {
		extensions[i].name = lower(extensions[i].name, &text)
	}
	extensions = sortByName(extensions)
	var xs []cloudevents.Extension
	if len(extensions) > 0 {
		xs = make([]cloudevents.Extension, len(extensions))
	}
	n := 0
	for i := range extensions {
		f := &extensions[i]
		if i > 0 && extensions[i-1].name == f.name {
			errs = append(errs, duplicate(f.name))
			continue
		}
		if err := f.decode(&xs[n], exts, &text); err != nil {
			errs = append(errs, err)
			continue
		}
		n++
	}
	e.Extensions = xs[:n:n]
	if len(errs) == 0 {
		return nil
	}
	return validation.Join(errs)
}

// sortByName returns the extensions, or a copy of many, sorted by name.
func sortByName(extensions []extensionField) []extensionField {
	if len(extensions) > fewExtensions {
		many := slices.Clone(extensions)
		sort.Sort(byName(many)) // which net/http links, too; slices.SortFunc would be 25 kB of its own
		return many
	}
	for i := 1; i < len(extensions); i++ {
		for j := i; j > 0 && extensions[j].name < extensions[j-1].name; j-- {
			extensions[j], extensions[j-1] = extensions[j-1], extensions[j]
		}
	}
	return extensions
}

type byName []extensionField

func (x byName) Len() int           { return len(x) }
func (x byName) Less(i, j int) bool { return x[i].name < x[j].name }
func (x byName) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }

// decodeCore sets the core attribute at that place of coreAttributes.
func (m *attributeHeader) decodeCore(e *cloudevents.Event, core int, text *textbuf.Buffer) error {
	a, f := &coreAttributes[core], &m.core[core]
	if core == coreContentType {
		if m.contentTypes > 0 {
			// It is not an attribute header, and has no escapes.
			if err := e.SetText(*a, m.contentType); err != nil {
				return err
			}
		}
		return m.compareContentType(a, f, text)
	}
	if !f.present {
		if a.Required {
			return validation.Missing(*a)
		}
		return nil
	}
	s, err := f.text(a.Name, text)
	if err != nil {
		return err
	}
	if !f.escaped && s != "" {
		switch core {
		case coreID:
			e.ID = s
			return nil
		case coreType:
			e.Type = s
			return nil
		case coreSubject:
			e.Subject = s
			return nil
		case coreSource:
			if validation.URIReference(s) == nil {
				e.Source = s
				return nil
			}
		case coreSpecVersion:
			if v, ok := spec.ParseVersion(s); ok {
				e.SpecVersion = v
				return nil
			}
		}
	}
	return e.SetText(*a, s)
}

var ruleContentType = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "ce-datacontenttype is not the same as Content-Type"}

func (m *attributeHeader) compareContentType(a *spec.Attribute, f *headerField, text *textbuf.Buffer) error {
	if !f.present {
		return nil
	}
	s, err := f.text(a.Name, text)
	if err == nil && (m.contentTypes == 0 || s != m.contentType) {
		err = validation.NewError(a.Name, s, spec.SectionHTTPContentType, ruleContentType)
	}
	return err
}

// text returns the only value of f without escapes.
func (f *headerField) text(name string, buffer *textbuf.Buffer) (string, error) {
	if f.several {
		return "", duplicate(name)
	}
	s := f.value
	if !f.escaped {
		return s, nil
	}
	b, rule := percent.AppendUnescaped(buffer.Room(), s)
	if rule != nil {
		return "", validation.NewError(name, s, spec.SectionHTTPHeaderValues, rule)
	}
	return buffer.Cut(b), nil
}

// decode sets x to the extension, whose name is in lower case.
func (f *extensionField) decode(x *cloudevents.Extension, exts []spec.Attribute, buffer *textbuf.Buffer) error {
	if err := validation.Name(f.name); err != nil {
		return err
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
		return err
	}
	x.Name = f.name
	if t == spec.String && !f.escaped {
		x.Value = cloudevents.StringValue(s)
		return nil
	}
	if x.Value, err = cloudevents.ParseValue(t, s); err != nil {
		return validation.Attribute(spec.Attribute{Name: f.name, Type: t}, s)
	}
	return nil
}

// notCloudEvent is the error about a message that does not claim to be an event.
func (m *messageHeader) notCloudEvent() error {
	return fmt.Errorf("%w: it has no ce- header, and Content-Type is %.64q (%s)", cloudevents.ErrNotCloudEvent, m.contentType, spec.SectionHTTPMapping)
}

func duplicate(name string) error {
	return validation.NewError(name, "", spec.SectionContextAttributes, validation.ErrDuplicate)
}
