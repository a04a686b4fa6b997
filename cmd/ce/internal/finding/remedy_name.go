package finding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
)

// misspelt returns the attribute whose name is a misspelling of name, or nil.
func (d *doctor) misspelt(name string) *attribute {
	all := d.attributes()
	for i := range all {
		if all[i].name != name && coreName(all[i].name) == name {
			return &all[i]
		}
	}
	return nil
}

// forMisspelt calls a by its right name, in the place of one that is empty.
func (d *doctor) forMisspelt(a *attribute, name string, empty *attribute) (all []remedy) {
	text := fmt.Sprintf("call %.64q %s: that is its name", d.spelling(a), d.asName(name))
	var edits []Edit
	if empty != nil {
		edits = append(edits, d.remove(empty))
	}
	all = append(all, remedy{text: text, edits: append(edits, d.rename(a, name))})
	if name == spec.SpecVersion {
		text = fmt.Sprintf("write %s in the place of %.64q, and the other attributes of version 1.0", d.asName(name)+` "1.0"`, d.spelling(a))
		if d.header {
			return append(all, remedy{text: text, edits: []Edit{removeHeader(a.key), setHeader("ce-specversion", "1.0")}})
		}
		return append(all, remedy{text: text, edits: append(edits, d.rename(a, name), replace(a.value, a.end, `"1.0"`))})
	}
	return all
}

// spelling returns the name of an attribute as the input has it.
func (d *doctor) spelling(a *attribute) string {
	if d.header {
		return strings.ToLower(a.key)
	}
	return a.name
}

// asName returns a name as the input would have it.
func (d *doctor) asName(name string) string {
	switch {
	case d.header && name == spec.DataContentType:
		return `"Content-Type"`
	case d.header:
		name = "ce-" + name
	}
	return strconv.Quote(name)
}

func (d *doctor) forName(a *attribute) (all []remedy) {
	core, legal := coreName(a.name), legalName(a.name)
	if d.header && (core == spec.Data || core == spec.DataBase64) {
		return []remedy{{text: "leave the header out: the data is the body", edits: []Edit{removeHeader(a.key)}}}
	}
	if d.header && core == spec.DataContentType && d.named(core) != nil {
		all = append(all, remedy{text: "leave the header out: the content type of the data is the header Content-Type", edits: []Edit{removeHeader(a.key)}})
	}
	if core != "" && core != a.name {
		all = append(all, d.forMisspeltOrSame(a, core)...)
	}
	if legal != "" && legal != core && legal != a.name {
		all = append(all, d.forMisspeltOrSame(a, legal)...)
	}
	if legal != "" && legal[0] >= '0' && legal[0] <= '9' { // version 0.3
		all = append(all, remedy{text: fmt.Sprintf("begin the name with a letter: %s", d.asName("x"+legal)), edits: []Edit{d.rename(a, "x"+legal)}})
	}
	return append(all, d.leaveOut(a, "give it a name of lower-case letters and digits, or leave it out")...)
}

// forMisspeltOrSame calls a by a legal name, if that is not taken.
func (d *doctor) forMisspeltOrSame(a *attribute, name string) []remedy {
	there := d.named(name)
	switch {
	case there == nil && coreName(name) == name:
		return d.forMisspelt(a, name, nil)
	case there == nil:
		return []remedy{{text: fmt.Sprintf("call it %s: names have lower-case letters and digits only", d.asName(name)), edits: []Edit{d.rename(a, name)}}}
	case d.same(a, there):
		return []remedy{{text: fmt.Sprintf("leave it out: %s is there, with the same value", d.asName(name)), edits: []Edit{d.remove(a)}}}
	}
	if coreName(name) == name {
		return nil // its plain form, or a name of its own, comes next
	}
	for n := 2; n < 10; n++ {
		free := name + strconv.Itoa(n)
		if d.named(free) == nil {
			text := fmt.Sprintf("leave it out, or call it otherwise, such as %s: %s is there, with another value", d.asName(free), d.asName(name))
			return []remedy{{text: text, edits: []Edit{d.rename(a, free)}}}
		}
	}
	return nil
}

func (d *doctor) forDuplicate(f *Finding, a *attribute) (all []remedy) {
	if d.header {
		return d.forDuplicateHeader(f, a)
	}
	name := a.name
	var edits []Edit
	var first *attribute
	same := true
	for i := range d.attributes() {
		switch b := &d.all[i]; {
		case b.name != name:
		case first == nil:
			first = b
		default:
			same = same && d.same(first, b)
			edits = append(edits, d.remove(b))
		}
	}
	text := "leave one of them out: receivers differ in which one they take"
	if same {
		text = "leave one of them out: they have the same value"
	}
	return []remedy{{text: text, edits: edits}}
}

func (d *doctor) forDuplicateHeader(f *Finding, a *attribute) (all []remedy) {
	text := "leave one of them out: receivers differ in which one they take"
	if f.Attribute == spec.DataContentType {
		prefixed, contentTypes := "", []string(nil)
		for i := range d.attributes() {
			switch b := &d.all[i]; {
			case b.name != spec.DataContentType:
			case b.hasPrefix():
				prefixed = b.key
			default:
				contentTypes = append(contentTypes, b.raw)
			}
		}
		var edits []Edit
		if prefixed != "" {
			text = "leave ce-datacontenttype out: in binary mode Content-Type is datacontenttype"
			edits = append(edits, removeHeader(prefixed))
			if len(contentTypes) == 0 {
				text = "send it as the header Content-Type: in binary mode that is datacontenttype"
				edits = append(edits, setHeader("Content-Type", a.raw))
			} else {
				all = append(all, remedy{text: text, edits: edits})
			}
		}
		if len(contentTypes) > 1 {
			text = "send one Content-Type: proxies and frameworks may have added theirs"
			for _, value := range contentTypes[:2] {
				all = append(all, remedy{text: text, edits: append(slices.Clone(edits), setHeader("Content-Type", value))})
			}
		}
		return append(all, remedy{text: text, edits: edits})
	}
	tried := 0
	for i := range d.attributes() {
		if b := &d.all[i]; b.name == a.name && tried < 4 {
			tried++
			all = append(all, remedy{text: text, edits: []Edit{setHeader(b.key, b.raw)}})
		}
	}
	return all
}
