package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The core attributes whose canonical keys are common, by their place in the
// specification.
const (
	coreID          = 0
	coreSource      = 1
	coreSpecVersion = 2
	coreType        = 3
	coreSubject     = 6
	coreTime        = 7
	coreCount       = 8
)

var coreAttributes = [coreCount]spec.Attribute(spec.V1.Attributes())

// messageHeader is what a header says about a message. It is gathered in one pass
// over the map.
type messageHeader struct {
	contentType     string
	contentTypes    int    // how many there are
	contentEncoding string // one that is not identity
	core            [coreCount]headerField
	attributes      int // ce- headers
	textSize        int // upper bound of the text that has to be written
}

// headerField is the header of an attribute.
type headerField struct {
	name    string // as in the key, for an extension
	value   string // trimmed
	count   int    // values under all spellings of the key
	escaped bool   // value is not what it stands for
}

// gather fills m and appends the extensions, in no order. It keeps no more than
// maxAttributes of them, if that is not negative, but counts on.
func (m *messageHeader) gather(h http.Header, extensions []headerField, maxAttributes int) []headerField {
	for key, values := range h {
		if len(values) == 0 {
			continue
		}
		switch {
		case isAttribute(key):
			m.attributes++
			if maxAttributes >= 0 && m.attributes > maxAttributes {
				continue
			}
			f := headerField{name: key[len("ce-"):], value: trim(values[0]), count: len(values)}
			if f.escaped = has(f.value, mustUnescape); f.escaped {
				m.textSize += len(f.value)
			}
			if core, ok := coreIndex(f.name); ok {
				f.count += m.core[core].count
				m.core[core] = f
			} else {
				m.textSize += len(f.name)
				extensions = append(extensions, f)
			}
		case ascii.EqualFold(key, "Content-Type"):
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
	return extensions
}

// mode returns the content mode. Several Content-Types are an error: they are
// nothing that a mode could be told from.
func (m *messageHeader) mode() (cloudevents.Mode, error) {
	if m.contentTypes > 1 {
		return 0, validation.NewError(spec.DataContentType, "", spec.SectionContextAttributes, ruleContentTypes)
	}
	return mode(m.contentType), nil
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
