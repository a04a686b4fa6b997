package finding

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// remedy is advice that can be followed by a program.
type remedy struct {
	text    string
	edits   []Edit
	example bool
}

// maxValue limits the values that are corrected, in bytes.
const maxValue = 16 << 10

// prescribe sets the advice of f, which describes err. It is the first remedy that heals, or
// else advice in words.
func (d *doctor) prescribe(err error, f *Finding) {
	offset := -1
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if foreign(d.u) != nil && !errors.Is(err, cehttp.ErrContentEncoding) {
		f.Advice = advice(err, f, d.u) // in words, because edits are those of JSON
		return
	}
	if f.Rule == "json" {
		if d.explain(err, f, offset) {
			return
		}
	} else {
		for _, r := range d.remedies(err, f, offset) {
			if len(r.edits) > 0 && d.heals(err, r.edits) {
				d.take(f, r)
				return
			}
		}
	}
	f.Advice = advice(err, f, d.u)
}

// take gives f a remedy.
func (d *doctor) take(f *Finding, r remedy) {
	f.Advice, f.Edits, f.Example = r.text, r.edits, r.example
	for i := range f.Edits {
		if e := &f.Edits[i]; e.Offset != nil {
			*e.Offset += d.u.Offset
			if d.u.InBody {
				e.In = inBody
			}
		}
	}
}

// remedies returns what may help against err, the best first. None of them was tried.
func (d *doctor) remedies(err error, f *Finding, offset int) []remedy {
	a := d.at(f, offset)
	if a != nil && a.end-a.value+len(a.raw) > maxValue && !errors.Is(err, validation.ErrData) {
		return nil
	}
	switch {
	case errors.Is(err, validation.ErrMissing):
		return d.forMissing(f, a)
	case errors.Is(err, cloudevents.ErrNotCloudEvent), errors.Is(err, format.ErrUnknown):
		return d.forUndeclared()
	case errors.Is(err, cehttp.ErrContentEncoding):
		return d.forCoding()
	case errors.Is(err, validation.ErrData):
		return d.forData(err)
	case a == nil && !d.header && errors.Is(err, validation.ErrCharacter):
		return d.forLatin1()
	case a == nil:
		return nil
	case errors.Is(err, validation.ErrName):
		return d.forName(a)
	case errors.Is(err, validation.ErrCharacter):
		return d.forCharacter(a)
	case errors.Is(err, validation.ErrDuplicate):
		return d.forDuplicate(f, a)
	case errors.Is(err, validation.ErrSyntax), errors.Is(err, validation.ErrRange):
		return append(d.forValue(f, a), d.leaveOut(a, "")...)
	case errors.Is(err, validation.ErrType):
		if a.name == spec.SpecVersion {
			return d.forVersion(a)
		}
		return append(d.forType(a), d.leaveOut(a, "an attribute is no object and no array: move it to data, or leave it out")...)
	case errors.Is(err, validation.ErrVersion):
		return d.forVersion(a)
	}
	return nil
}

// write is a remedy that gives an attribute another value. The format has a verb for the
// attribute as it is then.
func (d *doctor) write(format string, a *attribute, text string) remedy {
	e, as := d.set(a, text)
	return remedy{text: fmt.Sprintf(format, excerpt.Cut(as, 128)), edits: []Edit{e}}
}

// leaveOut is the last resort for an attribute that need not be there.
func (d *doctor) leaveOut(a *attribute, text string) []remedy {
	if isRequired(a.name) {
		return nil
	}
	if text == "" {
		text = "correct it, or leave the attribute out: it need not be there"
		if t, ok := spec.V1.Attribute(a.name); ok && t.Type == spec.Timestamp {
			text = "write an RFC 3339 date-time that exists, with seconds and offset, as in 2026-01-02T15:04:05Z, or leave it out"
		} else if ok && a.name == spec.DataContentType {
			text = "write a media type, as in application/json, or text/plain; charset=utf-8, or leave it out"
		} else if ok && t.Type == spec.URI {
			text = "write a URI as in RFC 3986, which begins with a scheme, or leave it out"
		}
	}
	return []remedy{{text: text, edits: []Edit{d.remove(a)}}}
}
