package cesql

import (
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Type is a type of the language (section 3.1).
type Type uint8

const (
	Boolean Type = iota
	Integer
	String
)

// String returns the name of the type.
func (t Type) String() string {
	switch t {
	case Boolean:
		return "Boolean"
	case Integer:
		return "Integer"
	case String:
		return "String"
	}
	return "Type(" + strconv.Itoa(int(t)) + ")"
}

// Value is a value of the language. It is comparable: two values are == if their types and
// contents are. The zero Value is the Boolean false.
type Value struct {
	text   string
	number int32 // of an Integer; 1 for true
	typ    Type
}

// BooleanValue returns a Boolean.
func BooleanValue(b bool) Value {
	if b {
		return Value{number: 1}
	}
	return Value{}
}

// IntegerValue returns an Integer.
func IntegerValue(n int32) Value { return Value{number: n, typ: Integer} }

// StringValue returns a String.
func StringValue(s string) Value { return Value{text: s, typ: String} }

// Type returns the type of v.
func (v Value) Type() Type { return v.typ }

// Bool returns v cast to a Boolean, and whether that is possible (section 3.7).
func (v Value) Bool() (bool, bool) {
	if v.typ != String {
		return v.number != 0, true
	}
	switch {
	case len(v.text) == len("true") && strings.EqualFold(v.text, "true"):
		return true, true
	case len(v.text) == len("false") && strings.EqualFold(v.text, "false"):
		return false, true
	}
	return false, false
}

// Int returns v cast to an Integer, and whether that is possible (section 3.7).
func (v Value) Int() (int32, bool) {
	if v.typ != String {
		return v.number, true
	}
	return parseInteger(v.text)
}

// String returns v cast to a String, which is always possible (section 3.7).
func (v Value) String() string {
	switch v.typ {
	case Boolean:
		return strconv.FormatBool(v.number != 0)
	case Integer:
		return strconv.Itoa(int(v.number))
	}
	return v.text
}

// cast returns v as a value of that type.
func (v Value) cast(t Type) (Value, bool) {
	if v.typ == t {
		return v, true
	}
	switch t {
	case Boolean:
		b, ok := v.Bool()
		return BooleanValue(b), ok
	case Integer:
		n, ok := v.Int()
		return IntegerValue(n), ok
	}
	return StringValue(v.String()), true
}

// parseInteger is strconv.ParseInt for 32 bits, without an error that allocates.
func parseInteger(s string) (int32, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" {
		return 0, false
	}
	n := int64(0)
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int64(c-'0'); n > 1<<31 {
			return 0, false
		}
	}
	if s[0] == '-' {
		n = -n
	}
	return int32(n), n == int64(int32(n))
}

// ofAttribute returns the value of an attribute of an event.
func ofAttribute(v cloudevents.Value) Value {
	switch v.Type() {
	case spec.Boolean:
		return BooleanValue(v.String() == "true")
	case spec.Integer:
		if n, ok := parseInteger(v.String()); ok {
			return IntegerValue(n)
		}
	}
	return StringValue(v.String())
}
