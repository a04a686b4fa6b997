package cesql

import (
	"strconv"
	"strings"
)

// Type is a type of the language (section 3.1).
type Type uint8

const (
	Boolean Type = iota // true or false
	Integer             // 32 bits, signed
	String              // any text
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

// BooleanValue returns the Boolean b.
func BooleanValue(b bool) Value {
	if b {
		return Value{number: 1}
	}
	return Value{}
}

// IntegerValue returns the Integer n.
func IntegerValue(n int32) Value { return Value{number: n, typ: Integer} }

// StringValue returns the String s.
func StringValue(s string) Value { return Value{text: s, typ: String} }

// Type returns the type of v.
func (v Value) Type() Type { return v.typ }

// Bool returns v cast to a Boolean, and whether that is possible (section 3.7).
func (v Value) Bool() (bool, bool) {
	if v.typ != String {
		return v.number != 0, true
	}
	return parseBoolean(v.text)
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

// equals reports whether v, cast to the type of w, is w, and whether that cast is possible. It
// makes no string.
func (v Value) equals(w Value) (is, ok bool) {
	switch w.typ {
	case Boolean:
		b, ok := v.Bool()
		return b == (w.number != 0), ok
	case Integer:
		n, ok := v.Int()
		return n == w.number, ok
	}
	return v.isText(w.text), true
}

// isText reports whether v, cast to a String, is that text. It makes no string.
func (v Value) isText(text string) bool {
	if v.typ == String {
		return v.text == text
	}
	var room [maxShort]byte
	return string(v.appendShort(room[:0])) == text
}

// begins reports whether v, cast to a String, begins with that text. It makes no string.
func (v Value) begins(text string) bool {
	if v.typ == String {
		return strings.HasPrefix(v.text, text)
	}
	var room [maxShort]byte
	return strings.HasPrefix(string(v.appendShort(room[:0])), text)
}

// maxShort is how many bytes the text of an Integer or a Boolean has at most.
const maxShort = len("-2147483648")

// appendShort appends the text of an Integer or a Boolean.
func (v Value) appendShort(dst []byte) []byte {
	if v.typ == Boolean {
		return strconv.AppendBool(dst, v.number != 0)
	}
	return strconv.AppendInt(dst, int64(v.number), 10)
}

// parseBoolean returns the Boolean that a text is, in any case.
func parseBoolean(s string) (b, ok bool) {
	switch {
	case len(s) == len("true") && strings.EqualFold(s, "true"):
		return true, true
	case len(s) == len("false") && strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// parseInteger is strconv.ParseInt for 32 bits, without an error that allocates.
func parseInteger(s string) (int32, bool) {
	i := 0
	if s != "" && (s[0] == '-' || s[0] == '+') {
		i = 1
	}
	if i == len(s) {
		return 0, false
	}
	n := int64(0)
	for k := i; k < len(s); k++ {
		c := s[k] - '0'
		if c > 9 {
			return 0, false
		}
		if n = n*10 + int64(c); n > 1<<31 {
			return 0, false
		}
	}
	if s[0] == '-' {
		n = -n
	}
	return int32(n), n == int64(int32(n))
}
