package cloudevents

import (
	"encoding/base64"
	"log/slog"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Value is the value of an attribute: one of the seven types of the specification
// (spec.md#type-system) and a canonical string. It is small and comparable. Two values
// are == if their types and canonical strings are. The zero Value is the String "".
//
// BooleanValue, IntegerValue, BinaryValue and TimestampValue make a Value of a Go value;
// Bool, Int, Bytes and Time convert it back. String returns the canonical string of any
// type. The other methods parse the canonical string whatever the type is: Int works on
// the Integer 5 and on the String "5", which is what an undeclared extension in an HTTP
// header is.
type Value struct {
	text string
	typ  spec.Type
}

// ParseValue returns the value of type t that has the canonical string text. The error is
// a [*validation.Error] about text. "-0" gives the Integer 0.
func ParseValue(t spec.Type, text string) (Value, error) {
	if err := validation.Text(t, text); err != nil {
		return Value{}, err
	}
	return canonical(t, text), nil
}

// canonical returns the value of a text that was checked.
func canonical(t spec.Type, text string) Value {
	if t == spec.Integer && text == "-0" {
		text = "0"
	}
	return Value{text, t}
}

// StringValue returns a String. Its characters are checked when the event is.
func StringValue(s string) Value { return Value{s, spec.String} }

// BooleanValue returns a Boolean.
func BooleanValue(b bool) Value { return Value{strconv.FormatBool(b), spec.Boolean} }

// IntegerValue returns an Integer.
func IntegerValue(n int32) Value { return Value{strconv.Itoa(int(n)), spec.Integer} }

// BinaryValue returns a Binary with a copy of b.
func BinaryValue(b []byte) Value {
	return Value{base64.StdEncoding.EncodeToString(b), spec.Binary}
}

// URIValue returns a URI. Its syntax is checked when the event is.
func URIValue(uri string) Value { return Value{uri, spec.URI} }

// URIReferenceValue returns a URI-reference. Its syntax is checked when the event is.
func URIReferenceValue(ref string) Value { return Value{ref, spec.URIReference} }

// TimestampValue returns a Timestamp with the offset of t. An offset that is not in whole
// minutes, or is a day or more, becomes UTC. A year that does not have four digits is
// refused when the event is checked.
func TimestampValue(t time.Time) Value {
	return Value{string(timestamp.Append(nil, t)), spec.Timestamp}
}

// Type returns the type of v.
func (v Value) Type() spec.Type { return v.typ }

// String returns the canonical string of v.
func (v Value) String() string { return v.text }

// Bool parses v as a Boolean. The error wraps [validation.ErrSyntax].
func (v Value) Bool() (bool, error) { return validation.ParseBoolean(v.text) }

// Int parses v as an Integer. The error wraps [validation.ErrSyntax] or
// [validation.ErrRange].
func (v Value) Int() (int32, error) { return validation.ParseInteger(v.text) }

// Bytes parses v as a Binary and returns new memory. The error wraps
// [validation.ErrSyntax].
func (v Value) Bytes() ([]byte, error) { return validation.ParseBinary(v.text) }

// Time parses v as a Timestamp and keeps its offset. Fraction digits after the ninth are
// cut, and a leap second becomes the second after it. The error wraps
// [validation.ErrSyntax] or [validation.ErrRange].
func (v Value) Time() (time.Time, error) { return validation.ParseTimestamp(v.text) }

// Equal reports whether v == w: the same type and the same canonical string. Timestamps
// of one instant that are written differently are not equal; compare Time for that. The
// method exists for packages that look for it, such as go-cmp.
func (v Value) Equal(w Value) bool { return v == w }

// LogValue returns v as a slog value. Booleans and Integers keep their kind; the other
// types are text.
func (v Value) LogValue() slog.Value {
	switch v.typ {
	case spec.Boolean:
		if b, err := v.Bool(); err == nil {
			return slog.BoolValue(b)
		}
	case spec.Integer:
		if n, err := v.Int(); err == nil {
			return slog.Int64Value(int64(n))
		}
	}
	return slog.StringValue(v.text)
}
