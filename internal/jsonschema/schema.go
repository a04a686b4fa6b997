// Package jsonschema derives a JSON Schema (draft 2020-12) and an example from a Go type, and
// a table of fields from a schema. The schema describes what encoding/json writes for values
// of that type.
package jsonschema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// schema is a JSON Schema, with the keywords that are needed to describe what
// encoding/json writes. The zero schema allows everything.
type schema struct {
	Dialect         string     `json:"$schema,omitempty"`
	Description     string     `json:"description,omitempty"`
	Ref             string     `json:"$ref,omitempty"`
	Type            typeNames  `json:"type,omitempty"`
	Format          string     `json:"format,omitempty"`
	ContentEncoding string     `json:"contentEncoding,omitempty"`
	Minimum         *int       `json:"minimum,omitempty"`
	Items           *schema    `json:"items,omitempty"`
	MinItems        *int       `json:"minItems,omitempty"`
	MaxItems        *int       `json:"maxItems,omitempty"`
	Properties      properties `json:"properties,omitempty"`
	Required        []string   `json:"required,omitempty"`
	Additional      *schema    `json:"additionalProperties,omitempty"`
	AnyOf           []*schema  `json:"anyOf,omitempty"`
	Defs            properties `json:"$defs,omitempty"`
}

// typeNames are the names of JSON types. One name is written as a string, several as an
// array.
type typeNames []string

func (t typeNames) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// properties is written as an object whose members keep their order.
type properties []property

type property struct {
	name   string
	schema *schema
}

func (ps properties) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, p := range ps {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.schema)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// For returns the schema of the JSON that encoding/json writes for a value of type t.
// Types that have a name and parts are in $defs, so that they can contain themselves. A
// field without omitempty and omitzero is required. The tag doc of a field is its
// description. A type that writes or reads itself as
// JSON, by a method, gives a schema that allows everything. null is allowed inside, where
// Go may have nil, but not for the value itself.
//
// For returns an error if encoding/json cannot write values of type t.
func For(t reflect.Type) (json.RawMessage, error) {
	for t.Kind() == reflect.Pointer && t.Name() == "" && !writesItself(t) {
		t = t.Elem()
	}
	b := builder{root: t, names: map[reflect.Type]string{}, defs: map[string]*schema{}}
	s, err := b.expand(t)
	if err != nil {
		return nil, err
	}
	s = notNull(s)
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	for _, name := range slices.Sorted(maps.Keys(b.defs)) {
		s.Defs = append(s.Defs, property{name, b.defs[name]})
	}
	return json.Marshal(s)
}

// builder collects the schemas of types that have a name and parts.
type builder struct {
	root  reflect.Type            // a struct here is referred to as #
	names map[reflect.Type]string // keys of defs
	defs  map[string]*schema      // nil while the schema is being made
}

// schema returns the schema of t, or a reference to it.
func (b *builder) schema(t reflect.Type) (*schema, error) {
	if t.Name() == "" || writesItself(t) || !hasParts(t) {
		return b.expand(t)
	}
	if t == b.root && t.Kind() == reflect.Struct { // other kinds may be null inside
		return &schema{Ref: "#"}, nil
	}
	name, ok := b.names[t]
	if !ok {
		name = b.newName(t)
		b.names[t], b.defs[name] = name, nil // reserves the name
		s, err := b.expand(t)
		if err != nil {
			return nil, err
		}
		b.defs[name] = s
	}
	return &schema{Ref: "#/$defs/" + name}, nil
}

// newName returns a key of defs for t. It has no character that a JSON Pointer in a
// reference would have to escape.
func (b *builder) newName(t reflect.Type) string {
	text, _, _ := strings.Cut(t.Name(), "[") // without type arguments
	base := strings.Map(func(c rune) rune {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '_' {
			return '_'
		}
		return c
	}, text)
	name := base
	for i := 2; ; i++ {
		if _, taken := b.defs[name]; !taken {
			return name
		}
		name = fmt.Sprint(base, i)
	}
}

// hasParts reports whether t contains values of other types.
func hasParts(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		return true
	}
	return false
}

// writesItself reports whether t or a pointer to t has a method with which encoding/json
// writes it, or one with which it reads JSON.
func writesItself(t reflect.Type) bool {
	for _, p := range [...]reflect.Type{t, reflect.PointerTo(t)} {
		if p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
			p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
			return true
		}
	}
	return false
}

// expand returns the schema of t itself.
func (b *builder) expand(t reflect.Type) (*schema, error) {
	isText := t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: typeNames{"string"}, Format: "date-time"}, nil
	case t == reflect.TypeFor[json.Number]():
		return &schema{Type: typeNames{"number"}}, nil
	case writesItself(t) && t.Kind() == reflect.Pointer && t.Name() == "":
		s, err := b.expand(t.Elem())
		return nullable(s), err
	case isText && t.Kind() == reflect.Interface && !t.Implements(reflect.TypeFor[json.Marshaler]()):
		return &schema{Type: typeNames{"string", "null"}}, nil
	case isText && !t.Implements(reflect.TypeFor[json.Marshaler]()) && !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		return &schema{Type: typeNames{"string"}}, nil
	case writesItself(t):
		return &schema{}, nil
	}
	zero := 0
	switch t.Kind() {
	case reflect.Bool:
		return &schema{Type: typeNames{"boolean"}}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &schema{Type: typeNames{"integer"}}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return &schema{Type: typeNames{"integer"}, Minimum: &zero}, nil
	case reflect.Float32, reflect.Float64:
		return &schema{Type: typeNames{"number"}}, nil
	case reflect.String:
		return &schema{Type: typeNames{"string"}}, nil
	case reflect.Interface:
		return &schema{}, nil
	case reflect.Pointer:
		s, err := b.schema(t.Elem())
		return nullable(s), err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && !writesItself(t.Elem()) {
			return &schema{Type: typeNames{"string", "null"}, ContentEncoding: "base64"}, nil
		}
		items, err := b.schema(t.Elem())
		return &schema{Type: typeNames{"array", "null"}, Items: items}, err
	case reflect.Array:
		items, err := b.schema(t.Elem())
		n := t.Len()
		return &schema{Type: typeNames{"array"}, Items: items, MinItems: &n, MaxItems: &n}, err
	case reflect.Map:
		if !isMapKey(t.Key()) {
			return nil, fmt.Errorf("encoding/json cannot write %s", t)
		}
		values, err := b.schema(t.Elem())
		return &schema{Type: typeNames{"object", "null"}, Additional: values}, err
	case reflect.Struct:
		return b.object(t)
	}
	return nil, fmt.Errorf("encoding/json cannot write %s", t)
}

// isMapKey reports whether encoding/json writes maps with keys of type t.
func isMapKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// nullable returns a schema that also allows null.
func nullable(s *schema) *schema {
	switch {
	case s == nil || reflect.ValueOf(*s).IsZero() || slices.Contains(s.Type, "null"):
		return s
	case len(s.Type) > 0:
		s.Type = append(s.Type, "null")
		return s
	case len(s.AnyOf) > 0:
		return s // made by nullable
	}
	return &schema{AnyOf: []*schema{s, {Type: typeNames{"null"}}}}
}

// notNull returns s without the null that nullable, a slice or a map added.
func notNull(s *schema) *schema {
	if len(s.AnyOf) > 0 {
		return s.AnyOf[0]
	}
	s.Type = slices.DeleteFunc(s.Type, func(name string) bool { return name == "null" })
	return s
}
