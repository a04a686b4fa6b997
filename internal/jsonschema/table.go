package jsonschema

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Field is a value inside of data, for people.
type Field struct {
	// Name is the path of the value: "lines[].count" is the member count of each element
	// of the member lines, "prices{}" is any member of prices. It is "" for data that is
	// no object.
	Name string `json:"name"`

	// Type has the names of JSON Schema: "array of string", "string, date-time", "integer
	// or null".
	Type string `json:"type"`

	// Required says that the value is there if what it is a part of is there.
	Required bool `json:"required"`

	Description string `json:"description,omitempty"`
}

const (
	maxFields = 200 // of a table
	maxDepth  = 8   // of objects and arrays
	maxValued = 8   // values of an enum
)

// Fields returns the fields that a schema describes, each before those inside of it, and no
// more than 200. It knows what [For] writes, and much of what people write. Of other
// keywords, and of text that is no schema, it says nothing.
func Fields(schema json.RawMessage) []Field {
	root := parse(schema)
	if root == nil {
		return nil
	}
	t := table{root: root}
	if s := t.resolve(root); len(s.Properties) == 0 && len(s.AllOf) == 0 && t.typeName(root) != anyType {
		t.add(Field{Type: t.typeName(root), Required: true, Description: root.Description})
	}
	t.inside(root, "", nil)
	return t.fields
}

// node is a schema that was read.
type node struct {
	Type            typeList
	Format          string
	ContentEncoding string
	Description     string
	Ref             string `json:"$ref"`
	Minimum         json.RawMessage
	Items           json.RawMessage // true, a schema, or a list of them
	Properties      members
	Required        []string
	Additional      json.RawMessage `json:"additionalProperties"`
	AnyOf           []json.RawMessage
	OneOf           []json.RawMessage
	AllOf           []json.RawMessage
	Enum            []json.RawMessage
	Const           json.RawMessage
}

// typeList reads one name or several.
type typeList []string

func (t *typeList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = typeList{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// members are those of an object, in order.
type members []member

type member struct {
	name  string
	value json.RawMessage
}

func (m *members) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		text, _ := name.(string)
		*m = append(*m, member{text, value})
	}
	return nil
}

// schemaNode is a node together with the text that references point into.
type schemaNode struct {
	node
	text  json.RawMessage
	items *schemaNode
}

// parse returns nil for what is no object: a schema may be true.
func parse(text json.RawMessage) *schemaNode {
	s := &schemaNode{text: text}
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) || json.Unmarshal(text, &s.node) != nil {
		return nil
	}
	s.items = parse(s.Items)
	return s
}

// table collects fields.
type table struct {
	root   *schemaNode
	fields []Field
}

func (t *table) add(f Field) bool {
	if len(t.fields) >= maxFields {
		return false
	}
	t.fields = append(t.fields, f)
	return true
}

// inside adds the fields inside of what s describes, whose path is given. refs are the
// references that led here.
func (t *table) inside(s *schemaNode, path string, refs []string) {
	if s == nil || len(refs) > maxDepth || strings.Count(path, ".")+strings.Count(path, "[]") > maxDepth {
		return
	}
	for s.Ref != "" {
		if slices.Contains(refs, s.Ref) {
			return // it contains itself
		}
		refs = append(slices.Clip(refs), s.Ref)
		if s = t.find(s.Ref); s == nil {
			return
		}
	}
	if s == t.root {
		refs = append(slices.Clip(refs), "#")
	}
	if s.items != nil {
		t.inside(s.items, path+"[]", refs)
	}
	prefix := path
	if path != "" {
		prefix += "."
	}
	for _, p := range s.Properties {
		child := parse(p.value)
		if child == nil {
			child = &schemaNode{}
		}
		f := Field{Name: prefix + p.name, Type: t.typeName(child), Required: slices.Contains(s.Required, p.name), Description: child.Description}
		if f.Description == "" {
			f.Description = t.resolve(child).Description
		}
		if !t.add(f) {
			return
		}
		t.inside(child, prefix+p.name, refs)
	}
	if more := parse(s.Additional); more != nil {
		t.inside(more, path+"{}", refs)
	}
	for _, choices := range [][]json.RawMessage{s.AllOf, s.AnyOf, s.OneOf} {
		for _, c := range choices {
			t.inside(parse(c), path, refs)
		}
	}
}

// resolve follows the references of s.
func (t *table) resolve(s *schemaNode) *schemaNode {
	for range maxDepth {
		if s.Ref == "" {
			break
		}
		next := t.find(s.Ref)
		if next == nil {
			break
		}
		s = next
	}
	return s
}

// find returns the schema that a reference within the document points to, or nil.
func (t *table) find(ref string) *schemaNode {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	if pointer == "" {
		return t.root
	}
	text := t.root.text
	for _, step := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		var object map[string]json.RawMessage
		if json.Unmarshal(text, &object) != nil {
			return nil
		}
		text = object[step]
	}
	return parse(text)
}

// anyType is the name of a type that allows everything.
const anyType = "any"

// typeName returns the type that s describes.
func (t *table) typeName(s *schemaNode) string { return t.name(s, maxDepth) }

func (t *table) name(s *schemaNode, depth int) string {
	if s == nil || depth == 0 {
		return anyType
	}
	s = t.resolve(s)
	if s.Const != nil {
		return string(s.Const)
	}
	if len(s.Enum) > 0 {
		var values []string
		for _, v := range s.Enum[:min(len(s.Enum), maxValued)] {
			values = append(values, string(v))
		}
		if len(s.Enum) > maxValued {
			values = append(values, "…")
		}
		return strings.Join(values, ", ")
	}
	var names []string
	for _, name := range s.Type {
		names = append(names, t.kind(s, name, depth))
	}
	for _, choices := range [][]json.RawMessage{s.AnyOf, s.OneOf} {
		for _, c := range choices {
			if name := t.name(parse(c), depth-1); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	switch {
	case len(names) > 0:
		return strings.Join(names, " or ")
	case len(s.Properties) > 0:
		return "object"
	}
	return anyType
}

// kind returns the name of a type with what s says of it.
func (t *table) kind(s *schemaNode, name string, depth int) string {
	switch {
	case name == "array" && s.items != nil:
		if inner := t.name(s.items, depth-1); inner != anyType {
			return "array of " + inner
		}
	case name == "object" && len(s.Properties) == 0:
		if inner := t.name(parse(s.Additional), depth-1); inner != anyType {
			return "object of " + inner
		}
	case name == "string" && s.Format != "":
		return "string, " + s.Format
	case name == "string" && s.ContentEncoding != "":
		return "string, " + s.ContentEncoding
	case name == "integer" && string(s.Minimum) == "0":
		return "integer, at least 0"
	}
	return name
}
