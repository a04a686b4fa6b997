package jsonschema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

const (
	maxValues = 1000 // of an example; others are left empty
	maxArray  = 16   // an array with more elements is left empty
)

// Example returns a value of type t that is not empty: its fields have values that fit their
// names and kinds, or those of their tags example. The text of a tag is JSON, or a text
// without quotes for what JSON has in quotes. A type that writes or reads itself as JSON is
// left empty, unless a tag has its value.
//
// The error is about a tag that is not a value of its field.
func Example(t reflect.Type) (any, error) {
	v := reflect.New(t).Elem()
	x := exampler{inside: map[reflect.Type]bool{}}
	if err := x.fill(v, ""); err != nil {
		return nil, err
	}
	return v.Interface(), nil
}

// exampler fills values.
type exampler struct {
	inside map[reflect.Type]bool // types that are being filled
	values int
}

// isInside reports whether t, or what it points to, is being filled.
func (x *exampler) isInside(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	return x.inside[t]
}

// fill fills v, the value of a field with that name.
func (x *exampler) fill(v reflect.Value, name string) error {
	t := v.Type()
	if x.values++; x.values > maxValues || x.isInside(t) {
		return nil
	}
	if t.Name() != "" && hasParts(t) {
		x.inside[t] = true
		defer delete(x.inside, t)
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(exampleTime))
		return nil
	case t == reflect.TypeFor[json.Number]():
		v.SetString("42")
		return nil
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		return x.fill(v.Elem(), name)
	case writesItself(t):
		return nil
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(42)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(42)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(9.5)
	case reflect.String:
		v.SetString(exampleText(name))
	case reflect.Slice:
		return x.slice(v, name)
	case reflect.Array:
		for i := 0; i < v.Len() && v.Len() <= maxArray; i++ {
			if err := x.fill(v.Index(i), name); err != nil {
				return err
			}
		}
	case reflect.Map:
		return x.mapping(v, name)
	case reflect.Struct:
		return x.object(v)
	}
	return nil
}

func (x *exampler) slice(v reflect.Value, name string) error {
	elem := v.Type().Elem()
	switch {
	case elem.Kind() == reflect.Uint8 && !writesItself(elem):
		v.SetBytes([]byte("example"))
		return nil
	case x.isInside(elem):
		return nil
	}
	v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	return x.fill(v.Index(0), strings.TrimSuffix(name, "s"))
}

func (x *exampler) mapping(v reflect.Value, name string) error {
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	if writesItself(t.Key()) || x.isInside(t.Elem()) {
		return nil
	}
	key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
	if err := x.fill(key, "key"); err != nil {
		return err
	}
	if err := x.fill(value, strings.TrimSuffix(name, "s")); err != nil {
		return err
	}
	v.SetMapIndex(key, value)
	return nil
}

func (x *exampler) object(v reflect.Value) error {
	for _, f := range visibleFields(v.Type()) {
		target, ok := fieldByIndex(v, f.index)
		if !ok {
			continue
		}
		var err error
		if f.example != "" {
			if err = set(target, f.example); err != nil {
				err = fmt.Errorf("the tag example of field %s: %w", f.name, err)
			}
		} else {
			err = x.fill(target, f.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fieldByIndex returns a field, and makes the structs that it is embedded in. It cannot make
// those whose type is not exported.
func fieldByIndex(v reflect.Value, index []int) (reflect.Value, bool) {
	for i, n := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return v, false
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, v.CanSet()
}

// set sets v to what a tag says.
func set(v reflect.Value, tag string) error {
	quoted, err := json.Marshal(tag)
	if err != nil {
		return err
	}
	t := v.Type()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	to := v.Addr().Interface()
	if t.Kind() == reflect.String && json.Unmarshal(quoted, to) == nil {
		return nil
	}
	if err := json.Unmarshal([]byte(tag), to); err == nil || json.Unmarshal(quoted, to) == nil {
		return nil
	}
	return fmt.Errorf("%.64q is no %s", tag, t)
}

var exampleTime = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// exampleTexts are texts for fields whose names end in a word. The first one counts.
var exampleTexts = []struct{ end, text string }{
	{"email", "ada@example.com"}, {"mail", "ada@example.com"},
	{"url", "https://example.com/1"}, {"uri", "https://example.com/1"}, {"link", "https://example.com/1"}, {"href", "https://example.com/1"},
	{"firstname", "Ada"}, {"lastname", "Lovelace"}, {"filename", "example.txt"}, {"name", "Ada Lovelace"},
	{"currency", "EUR"}, {"country", "DE"}, {"city", "Berlin"}, {"language", "en"}, {"locale", "en"},
	{"date", "2026-03-01"}, {"time", "2026-03-01T12:00:00Z"},
	{"amount", "9.50"}, {"price", "9.50"}, {"total", "9.50"},
	{"id", "A-1042"}, {"number", "A-1042"}, {"code", "A-1042"}, {"sku", "A-1042"},
}

// exampleText returns a text for a field with that name, or the name itself.
func exampleText(name string) string {
	plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	for _, e := range exampleTexts {
		if strings.HasSuffix(plain, e.end) {
			return e.text
		}
	}
	if name == "" {
		return "example"
	}
	return name
}
