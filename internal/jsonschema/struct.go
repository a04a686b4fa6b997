package jsonschema

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// field is a field of a struct, or of a struct embedded in it, as encoding/json sees it.
type field struct {
	name     string
	tagged   bool  // whether a tag gives the name
	index    []int // for reflect.Value.FieldByIndex; its length is the depth
	t        reflect.Type
	optional bool // whether it is left out if it is empty, or if an embedded pointer is nil
	omitted  bool // whether it is left out if it is empty, and is never null otherwise
	asString bool // whether a tag has it written in a string
	doc      string
	example  string
}

// object returns the schema of a struct.
func (b *builder) object(t reflect.Type) (*schema, error) {
	s := &schema{Type: typeNames{"object"}}
	for _, f := range visibleFields(t) {
		value, err := b.schema(f.t)
		switch {
		case err != nil:
			return nil, err
		case f.asString:
			value = &schema{Type: typeNames{"string"}}
			if f.t.Kind() == reflect.Pointer {
				value = nullable(value)
			}
		}
		if f.omitted {
			value = notNull(value)
		}
		value.Description = f.doc
		s.Properties = append(s.Properties, property{f.name, value})
		if !f.optional {
			s.Required = append(s.Required, f.name)
		}
	}
	return s, nil
}

// visibleFields returns the fields that encoding/json writes, in its order. Of several
// fields with one name, that is the least deeply embedded one. If there are several of
// those, it is the one that a tag names; if none or more than one is tagged, it is none.
func visibleFields(t reflect.Type) []field {
	all := structFields(t, nil, false, map[reflect.Type]bool{})
	slices.SortStableFunc(all, func(a, b field) int {
		order := cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)))
		if order == 0 && a.tagged != b.tagged {
			order = 1
			if a.tagged {
				order = -1
			}
		}
		return order
	})
	var visible []field
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && all[end].name == all[i].name {
			end++
		}
		if end == i+1 || len(all[i].index) != len(all[i+1].index) || all[i].tagged != all[i+1].tagged {
			visible = append(visible, all[i])
		}
		i = end
	}
	slices.SortFunc(visible, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return visible
}

// structFields returns all fields of t and of the structs that it embeds. inside has the
// structs that t is embedded in.
func structFields(t reflect.Type, index []int, optional bool, inside map[reflect.Type]bool) (fields []field) {
	if inside[t] {
		return nil // because the same fields, less deeply embedded, hide these
	}
	inside[t] = true
	defer delete(inside, t)
	for i := range t.NumField() {
		f := t.Field(i)
		embedded := f.Type
		if f.Anonymous && embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		isStruct := f.Anonymous && embedded.Kind() == reflect.Struct
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() && !isStruct {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !isFieldName(name) {
			name = ""
		}
		has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
		at := append(slices.Clip(index), i)
		if isStruct && name == "" {
			fields = append(fields, structFields(embedded, at, optional || f.Type.Kind() == reflect.Pointer, inside)...)
			continue
		}
		omitEmpty := has("omitempty") && mayBeEmpty(f.Type) || has("omitzero")
		fields = append(fields, field{
			name: cmp.Or(name, f.Name), tagged: name != "", index: at, t: f.Type,
			optional: optional || omitEmpty,
			omitted:  omitEmpty && !(f.Type.Kind() == reflect.Pointer && hasNil(f.Type.Elem())),
			asString: has("string") && isQuotable(f.Type) && !writesItself(f.Type),
			doc:      f.Tag.Get("doc"), example: f.Tag.Get("example"),
		})
	}
	return fields
}

// mayBeEmpty reports whether omitempty ever leaves out a value of type t.
func mayBeEmpty(t reflect.Type) bool {
	return t.Kind() != reflect.Struct && (t.Kind() != reflect.Array || t.Len() == 0)
}

// isQuotable reports whether encoding/json heeds the option "string" for t.
func isQuotable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return false
}

// isFieldName reports whether encoding/json accepts s as a name in a tag.
func isFieldName(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return true
}

// hasNil reports whether values of type t can be nil, which is written as null.
func hasNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}
