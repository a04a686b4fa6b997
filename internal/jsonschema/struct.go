package cehttp

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// schemaField is a field of a struct, or of one that it embeds, as encoding/json sees
// it.
type schemaField struct {
	name     string
	tagged   bool
	index    []int // as of reflect.Value.FieldByIndex; its length is the depth
	t        reflect.Type
	optional bool // left out when empty, or with an embedded pointer that is nil
	omitted  bool // when empty, and never null if not
	asString bool
}

// object returns the schema of a struct.
func (b *schemaBuilder) object(t reflect.Type) (*schema, error) {
	s := &schema{Type: schemaType{"object"}}
	for _, f := range visibleFields(t) {
		value, err := b.schema(f.t)
		switch {
		case err != nil:
			return nil, err
		case f.asString:
			value = &schema{Type: schemaType{"string"}}
			if f.t.Kind() == reflect.Pointer {
				value = nullable(value)
			}
		}
		if f.omitted {
			value = notNull(value)
		}
		s.Properties = append(s.Properties, schemaProperty{f.name, value})
		if !f.optional {
			s.Required = append(s.Required, f.name)
		}
	}
	return s, nil
}

// visibleFields returns the fields that encoding/json writes, in its order: of
// several with one name the one that is embedded least deeply, if there is one, or
// else the one that has its name from a tag, if there is one, or else none.
func visibleFields(t reflect.Type) []schemaField {
	all := structFields(t, nil, false, map[reflect.Type]bool{})
	slices.SortStableFunc(all, func(a, b schemaField) int {
		order := cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(len(a.index), len(b.index)))
		if order == 0 && a.tagged != b.tagged {
			order = 1
			if a.tagged {
				order = -1
			}
		}
		return order
	})
	var visible []schemaField
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
	slices.SortFunc(visible, func(a, b schemaField) int { return slices.Compare(a.index, b.index) })
	return visible
}

// structFields returns all fields of t and of what it embeds. inside has the structs
// that t is embedded in.
func structFields(t reflect.Type, index []int, optional bool, inside map[reflect.Type]bool) (fields []schemaField) {
	if inside[t] {
		return nil // it would be deeper than itself
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
		fields = append(fields, schemaField{
			name: cmp.Or(name, f.Name), tagged: name != "", index: at, t: f.Type,
			optional: optional || omitEmpty,
			omitted:  omitEmpty && !(f.Type.Kind() == reflect.Pointer && hasNil(f.Type.Elem())),
			asString: has("string") && isQuotable(f.Type) && !writesItself(f.Type),
		})
	}
	return fields
}

// mayBeEmpty reports whether omitempty has a meaning for t.
func mayBeEmpty(t reflect.Type) bool {
	return t.Kind() != reflect.Struct && (t.Kind() != reflect.Array || t.Len() == 0)
}

// isQuotable reports whether the option "string" has a meaning for t.
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

// isFieldName reports whether encoding/json takes a name from a tag.
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
