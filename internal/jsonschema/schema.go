package cehttp

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

// schema is a JSON Schema, as far as it is needed to say what encoding/json writes.
// The zero schema allows everything.
type schema struct {
	Dialect         string           `json:"$schema,omitempty"`
	Ref             string           `json:"$ref,omitempty"`
	Type            schemaType       `json:"type,omitempty"`
	Format          string           `json:"format,omitempty"`
	ContentEncoding string           `json:"contentEncoding,omitempty"`
	Minimum         *int             `json:"minimum,omitempty"`
	Items           *schema          `json:"items,omitempty"`
	MinItems        *int             `json:"minItems,omitempty"`
	MaxItems        *int             `json:"maxItems,omitempty"`
	Properties      schemaProperties `json:"properties,omitempty"`
	Required        []string         `json:"required,omitempty"`
	Additional      *schema          `json:"additionalProperties,omitempty"`
	AnyOf           []*schema        `json:"anyOf,omitempty"`
	Defs            schemaProperties `json:"$defs,omitempty"`
}

// schemaType is a string if there is one.
type schemaType []string

func (t schemaType) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// schemaProperties is an object whose members keep their order.
type schemaProperties []schemaProperty

type schemaProperty struct {
	name   string
	schema *schema
}

func (ps schemaProperties) MarshalJSON() ([]byte, error) {
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

// jsonSchema returns the schema (draft 2020-12) of what encoding/json writes for a
// value of type t. It is an error if that cannot be written.
func jsonSchema(t reflect.Type) (json.RawMessage, error) {
	for t.Kind() == reflect.Pointer && t.Name() == "" && !writesItself(t) {
		t = t.Elem() // an example is not null
	}
	b := schemaBuilder{root: t, names: map[reflect.Type]string{}, defs: map[string]*schema{}}
	s, err := b.expand(t)
	if err != nil {
		return nil, err
	}
	s = notNull(s)
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	for _, name := range slices.Sorted(maps.Keys(b.defs)) {
		s.Defs = append(s.Defs, schemaProperty{name, b.defs[name]})
	}
	return json.Marshal(s)
}

// schemaBuilder gives each type with a name that has parts a place in $defs, so that
// types may contain themselves. A struct that is the root is at #.
type schemaBuilder struct {
	root  reflect.Type
	names map[reflect.Type]string
	defs  map[string]*schema
}

// schema returns the schema of t, or a reference to it.
func (b *schemaBuilder) schema(t reflect.Type) (*schema, error) {
	if t.Name() == "" || writesItself(t) || !hasParts(t) {
		return b.expand(t)
	}
	if t == b.root && t.Kind() == reflect.Struct { // others may be null inside
		return &schema{Ref: "#"}, nil
	}
	name, ok := b.names[t]
	if !ok {
		name = b.newName(t)
		b.names[t], b.defs[name] = name, nil // reserved
		s, err := b.expand(t)
		if err != nil {
			return nil, err
		}
		b.defs[name] = s
	}
	return &schema{Ref: "#/$defs/" + name}, nil
}

// newName returns the name of t without what a pointer would have to escape.
func (b *schemaBuilder) newName(t reflect.Type) string {
	text, _, _ := strings.Cut(t.Name(), "[") // of a generic type
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

func hasParts(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map, reflect.Pointer:
		return true
	}
	return false
}

// writesItself reports whether values of t are written by a method of theirs, or are
// read by one.
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
func (b *schemaBuilder) expand(t reflect.Type) (*schema, error) {
	isText := t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: schemaType{"string"}, Format: "date-time"}, nil
	case t == reflect.TypeFor[json.Number]():
		return &schema{Type: schemaType{"number"}}, nil
	case writesItself(t) && t.Kind() == reflect.Pointer && t.Name() == "":
		s, err := b.expand(t.Elem())
		return nullable(s), err
	case isText && t.Kind() == reflect.Interface && !t.Implements(reflect.TypeFor[json.Marshaler]()):
		return &schema{Type: schemaType{"string", "null"}}, nil
	case isText && !t.Implements(reflect.TypeFor[json.Marshaler]()) && !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		return &schema{Type: schemaType{"string"}}, nil
	case writesItself(t):
		return &schema{}, nil
	}
	zero := 0
	switch t.Kind() {
	case reflect.Bool:
		return &schema{Type: schemaType{"boolean"}}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &schema{Type: schemaType{"integer"}}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return &schema{Type: schemaType{"integer"}, Minimum: &zero}, nil
	case reflect.Float32, reflect.Float64:
		return &schema{Type: schemaType{"number"}}, nil
	case reflect.String:
		return &schema{Type: schemaType{"string"}}, nil
	case reflect.Interface:
		return &schema{}, nil
	case reflect.Pointer:
		s, err := b.schema(t.Elem())
		return nullable(s), err
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && !writesItself(t.Elem()) {
			return &schema{Type: schemaType{"string", "null"}, ContentEncoding: "base64"}, nil
		}
		items, err := b.schema(t.Elem())
		return &schema{Type: schemaType{"array", "null"}, Items: items}, err
	case reflect.Array:
		items, err := b.schema(t.Elem())
		n := t.Len()
		return &schema{Type: schemaType{"array"}, Items: items, MinItems: &n, MaxItems: &n}, err
	case reflect.Map:
		if !isMapKey(t.Key()) {
			return nil, fmt.Errorf("encoding/json cannot write %s", t)
		}
		values, err := b.schema(t.Elem())
		return &schema{Type: schemaType{"object", "null"}, Additional: values}, err
	case reflect.Struct:
		return b.object(t)
	}
	return nil, fmt.Errorf("encoding/json cannot write %s", t)
}

func isMapKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// nullable returns a schema that allows null, too.
func nullable(s *schema) *schema {
	switch {
	case s == nil || reflect.ValueOf(*s).IsZero() || slices.Contains(s.Type, "null"):
		return s
	case len(s.Type) > 0:
		s.Type = append(s.Type, "null")
		return s
	case len(s.AnyOf) > 0:
		return s // nullable already
	}
	return &schema{AnyOf: []*schema{s, {Type: schemaType{"null"}}}}
}

// notNull returns a schema without the null that nullable, a slice or a map allows.
func notNull(s *schema) *schema {
	if len(s.AnyOf) > 0 {
		return s.AnyOf[0]
	}
	s.Type = slices.DeleteFunc(s.Type, func(name string) bool { return name == "null" })
	return s
}
