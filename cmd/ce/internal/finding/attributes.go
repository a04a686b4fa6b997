package finding

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/spec"
)

// doctor looks for advice about the violations of one unit. What is advised as an edit was
// tried, on a copy in memory.
type doctor struct {
	u      *stream.Unit
	header bool     // attributes are headers
	before []string // keys of the violations
	budget int      // bytes that may still be decoded to try edits

	all    []attribute // in the order of the input
	listed bool
	object int // the offset behind the bracket that opens the object
}

// newDoctor returns a doctor for u. The time that edits take is in proportion to u.
func newDoctor(u *stream.Unit) *doctor {
	return &doctor{u: u, header: inHeader(u), budget: 16*len(u.Body) + 128<<10}
}

// attribute is an attribute as the input has it, however wrong it is. In JSON the data is one
// too.
type attribute struct {
	name string // without the prefix of headers; in lower case in a header
	key  string // the name of the header
	raw  string // of a header: the value as it is

	// In JSON, offsets into the body:
	begin, end int // of the member
	value      int // where the value begins; it ends with the member
}

// attributes returns all attributes of the unit, and none if its document is malformed.
func (d *doctor) attributes() []attribute {
	if d.listed {
		return d.all
	}
	d.listed = true
	switch {
	case d.header:
		d.all = d.headers()
	case !d.isBatch():
		d.all = d.membersOf()
	}
	return d.all
}

func (d *doctor) headers() (all []attribute) {
	m := d.u.Message
	keys := make([]string, 0, len(m.Header))
	for key := range m.Header {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		name, ok := ascii.CutPrefixFold(key, "ce-")
		if !ok && !ascii.EqualFold(key, "Content-Type") {
			continue
		}
		name = strings.ToLower(name)
		if !ok {
			name = spec.DataContentType
		}
		for _, value := range m.Header[key] {
			all = append(all, attribute{name: name, key: key, raw: value})
		}
	}
	return all
}

// membersOf returns the members of the object that is the body.
func (d *doctor) membersOf() (all []attribute) {
	b := d.u.Body
	i := 0
	if bytes.HasPrefix(b, []byte("\uFEFF")) {
		i = len("\uFEFF")
	}
	if i = jsonscan.Space(b, i); i >= len(b) || b[i] != '{' {
		return nil
	}
	d.object = i + 1
	for i = jsonscan.Space(b, i+1); i < len(b) && b[i] == '"'; i = jsonscan.Space(b, i+1) {
		a := attribute{begin: i}
		end, form, f := jsonscan.String(b, i+1)
		if f != jsonscan.None {
			return nil
		}
		if a.name = string(b[i+1 : end]); form == jsonscan.Escaped {
			name, _, f := jsonscan.AppendUnquoted(nil, b[i+1:end])
			if f != jsonscan.None {
				return nil
			}
			a.name = string(name)
		}
		if a.value, f = jsonscan.Colon(b, end+1); f != jsonscan.None {
			return nil
		}
		if a.end, f = jsonscan.Value(b, a.value, cloudevents.DefaultMaxDepth); f != jsonscan.None {
			return nil
		}
		all = append(all, a)
		if i = jsonscan.Space(b, a.end); i >= len(b) || b[i] != ',' {
			break
		}
	}
	return all
}

// at returns the attribute that a violation is about: in JSON the one at the offset of the
// error, otherwise the first of the name.
func (d *doctor) at(f *Finding, offset int) *attribute {
	all := d.attributes()
	for i := range all {
		a := &all[i]
		if d.header || offset < 0 {
			if a.name == f.Attribute && !(f.Section == spec.SectionHTTPContentType && !a.hasPrefix()) {
				return a
			}
		} else if a.begin <= offset && offset < a.end {
			return a
		}
	}
	return nil
}

// hasPrefix reports whether a header is one of CloudEvents, and not Content-Type.
func (a *attribute) hasPrefix() bool { return !ascii.EqualFold(a.key, "Content-Type") }

// named returns the first attribute of a name, or nil.
func (d *doctor) named(name string) *attribute {
	all := d.attributes()
	for i := range all {
		if all[i].name == name {
			return &all[i]
		}
	}
	return nil
}

// text returns the value of an attribute as it is meant. It is false if that cannot be told:
// the value is no string of JSON, or has escapes that cannot be undone.
func (d *doctor) text(a *attribute) (string, bool) {
	if d.header {
		if !a.hasPrefix() {
			return a.raw, true
		}
		b, rule := percent.AppendUnescaped(nil, a.raw)
		return string(b), rule == nil
	}
	b := d.token(a)
	if b[0] != '"' {
		return "", false
	}
	text, _, f := jsonscan.AppendUnquoted(nil, b[1:len(b)-1])
	return string(text), f == jsonscan.None
}

// token returns the value of a member as the document has it.
func (d *doctor) token(a *attribute) []byte { return d.u.Body[a.value:a.end] }

// same reports whether two attributes have one value.
func (d *doctor) same(a, b *attribute) bool {
	x, isText := d.text(a)
	y, ok := d.text(b)
	return isText && ok && x == y || !d.header && bytes.Equal(d.token(a), d.token(b))
}

// set returns the edit that gives an attribute the text as its value, and what to write.
func (d *doctor) set(a *attribute, text string) (Edit, string) {
	if d.header {
		if a.hasPrefix() {
			text = string(percent.Append(nil, text))
		}
		return setHeader(a.key, text), a.key + ": " + text
	}
	token := quoted(text)
	return replace(a.value, a.end, token), quoted(a.name) + ":" + token
}

// quoted returns s as a JSON string.
func quoted(s string) string {
	return string(jsonscan.AppendQuoted(nil, strings.ToValidUTF8(s, string(utf8.RuneError))))
}

// rename returns the edit that gives an attribute another name.
func (d *doctor) rename(a *attribute, name string) Edit {
	if !d.header {
		end, _, _ := jsonscan.String(d.u.Body, a.begin+1)
		return replace(a.begin, end+1, quoted(name))
	}
	if name == spec.DataContentType {
		return renameHeader(a.key, "Content-Type")
	}
	return renameHeader(a.key, "ce-"+name)
}

// remove returns the edit that leaves an attribute out.
func (d *doctor) remove(a *attribute) Edit {
	if d.header {
		return removeHeader(a.key)
	}
	for i := range d.all {
		if d.all[i].begin != a.begin {
			continue
		}
		switch {
		case i > 0:
			return replace(d.all[i-1].end, a.end, "")
		case len(d.all) > 1:
			return replace(a.begin, d.all[1].begin, "")
		}
	}
	return replace(a.begin, a.end, "")
}

// add returns the edit that adds an attribute, and what to write.
func (d *doctor) add(name, text string) (Edit, string) {
	if d.header {
		name = "ce-" + name
		text = string(percent.Append(nil, text))
		return setHeader(name, text), name + ": " + text
	}
	member := quoted(name) + ":" + quoted(text)
	if all := d.attributes(); len(all) > 0 {
		end := all[len(all)-1].end
		return replace(end, end, ","+member), member
	}
	return replace(d.object, d.object, member), member
}
