package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The core attributes by their place in the specification.
const (
	coreID          = 0
	coreSource      = 1
	coreSpecVersion = 2
	coreType        = 3
	coreContentType = 4
	coreDataSchema  = 5
	coreSubject     = 6
	coreTime        = 7
	coreCount       = 8
)

var coreAttributes = [coreCount]spec.Attribute(spec.V1.Attributes())

// messageHeader is what a header says about a message, but for the attributes.
type messageHeader struct {
	contentType     string
	contentTypes    int    // how many there are
	contentEncoding string // one that is not identity
	attributes      int    // ce- headers
}

// gather fills m in one pass over the map.
func (m *messageHeader) gather(h http.Header) {
	for key, values := range h {
		switch {
		case len(values) == 0:
		case isAttribute(key):
			m.attributes++
		default:
			m.add(key, values)
		}
	}
}

// add looks at a header that is no attribute.
func (m *messageHeader) add(key string, values []string) {
	switch {
	case key == "Content-Type" || ascii.EqualFold(key, "Content-Type"):
		m.contentType = trim(values[0])
		m.contentTypes += len(values)
	case ascii.EqualFold(key, "Content-Encoding"):
		for _, v := range values {
			if v = trim(v); v != "" && !ascii.EqualFold(v, "identity") {
				m.contentEncoding = v
			}
		}
	}
}

// attributeHeader is what the header of a binary-mode message says.
type attributeHeader struct {
	messageHeader
	core     [coreCount]headerField
	textSize int // upper bound of the text that has to be written
}

// headerField is the header of an attribute.
type headerField struct {
	value   string // of the first, trimmed
	present bool
	several bool // under all spellings of the key
	escaped bool // value is not what it stands for; else it is printable ASCII, and so a legal String
}

// extensionField is the header of an extension.
type extensionField struct {
	name string // as in the key, or in lower case
	headerField
}

// gather fills m in one pass over the map and appends the extensions, in no order.
// It keeps no more than maxAttributes attributes, if that is not negative, but
// counts on.
func (m *attributeHeader) gather(h http.Header, extensions []extensionField, maxAttributes int) []extensionField {
	for key, values := range h {
		switch {
		case len(values) == 0:
			continue
		case !isAttribute(key):
			m.add(key, values)
			continue
		}
		m.attributes++
		if maxAttributes >= 0 && m.attributes > maxAttributes {
			continue
		}
		name := key[len("ce-"):]
		var f *headerField
		if core, ok := coreIndex(name); ok {
			f = &m.core[core]
		} else {
			if d, ok := documented(name); ok {
				name = d
			} else {
				m.textSize += len(name)
			}
			extensions = append(extensions, extensionField{name: name})
			f = &extensions[len(extensions)-1].headerField
		}
		f.several = f.present || len(values) > 1
		f.present = true
		f.value = trim(values[0])
		if f.escaped = percent.NeedsUnescape(f.value); f.escaped {
			m.textSize += len(f.value)
		}
	}
	return extensions
}

// mode returns the content mode. Several Content-Types are an error: they are
// nothing that a mode could be told from.
func (m *messageHeader) mode() (cloudevents.Mode, error) {
	if m.contentTypes > 1 {
		return 0, validation.NewError(spec.DataContentType, "", spec.SectionContextAttributes, ruleContentTypes)
	}
	return format.ModeOf(m.contentType), nil
}

var ruleContentTypes = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "there are several Content-Type headers"}

// isAttribute reports whether a header key is that of an attribute.
func isAttribute(key string) bool {
	return len(key) >= len("ce-") && key[0]|0x20 == 'c' && key[1]|0x20 == 'e' && key[2] == '-'
}

// coreIndex returns the place in coreAttributes of a core attribute, whose name
// may be in any case.
func coreIndex(name string) (int, bool) {
	switch name { // the canonical keys
	case "Id":
		return coreID, true
	case "Source":
		return coreSource, true
	case "Specversion":
		return coreSpecVersion, true
	case "Type":
		return coreType, true
	case "Dataschema":
		return coreDataSchema, true
	case "Subject":
		return coreSubject, true
	case "Time":
		return coreTime, true
	}
	for i := range coreAttributes {
		if ascii.EqualFold(coreAttributes[i].Name, name) {
			return i, true
		}
	}
	return 0, false
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
