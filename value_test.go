package cloudevents_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestValueConstructors(t *testing.T) {
	day := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		value cloudevents.Value
		typ   spec.Type
		text  string
	}{
		{"the zero Value is the empty String", cloudevents.Value{}, spec.String, ""},
		{"a String is not checked", cloudevents.StringValue("\x00"), spec.String, "\x00"},
		{"true", cloudevents.BooleanValue(true), spec.Boolean, "true"},
		{"false", cloudevents.BooleanValue(false), spec.Boolean, "false"},
		{"zero", cloudevents.IntegerValue(0), spec.Integer, "0"},
		{"the least Integer", cloudevents.IntegerValue(-1 << 31), spec.Integer, "-2147483648"},
		{"the greatest Integer", cloudevents.IntegerValue(1<<31 - 1), spec.Integer, "2147483647"},
		{"no bytes", cloudevents.BinaryValue(nil), spec.Binary, ""},
		{"base64 in the standard alphabet", cloudevents.BinaryValue([]byte{0xFB, 0xFF}), spec.Binary, "+/8="},
		{"a URI keeps its text", cloudevents.URIValue("HTTP://EXAMPLE.com/%7e"), spec.URI, "HTTP://EXAMPLE.com/%7e"},
		{"a URI-reference keeps its text", cloudevents.URIReferenceValue("a/../b"), spec.URIReference, "a/../b"},
		{"a time in UTC", cloudevents.TimestampValue(day), spec.Timestamp, "2024-02-29T12:00:00Z"},
		{"a time with as many fraction digits as it needs", cloudevents.TimestampValue(day.Add(120)), spec.Timestamp, "2024-02-29T12:00:00.00000012Z"},
		{"a time with its offset", cloudevents.TimestampValue(day.In(time.FixedZone("", -9000))), spec.Timestamp, "2024-02-29T09:30:00-02:30"},
		{"a time whose offset has seconds in UTC", cloudevents.TimestampValue(day.In(time.FixedZone("", 3601))), spec.Timestamp, "2024-02-29T12:00:00Z"},
		{"a time whose offset is a day in UTC", cloudevents.TimestampValue(day.In(time.FixedZone("", 86400))), spec.Timestamp, "2024-02-29T12:00:00Z"},
		{"the zero time is a time", cloudevents.TimestampValue(time.Time{}), spec.Timestamp, "0001-01-01T00:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.value.Type() != tt.typ || tt.value.String() != tt.text {
				t.Errorf("value is %v %q, want %v %q", tt.value.Type(), tt.value, tt.typ, tt.text)
			}
		})
	}
}

func TestBinaryValueCopies(t *testing.T) {
	b := []byte{1, 2, 3}
	v := cloudevents.BinaryValue(b)
	b[0] = 9
	one, _ := v.Bytes()
	one[1] = 9
	if two, err := v.Bytes(); err != nil || !bytes.Equal(two, []byte{1, 2, 3}) {
		t.Errorf("Bytes = %v, %v; want 1 2 3 in memory of its own", two, err)
	}
}

// The accessors read the canonical string; the type does not matter.
func TestValueAccessors(t *testing.T) {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	syntax, outside := validation.ErrSyntax, validation.ErrRange
	tests := []struct {
		text             string
		b                bool
		n                int32
		bytes            string
		t                time.Time
		eb, en, ebin, et error
	}{
		{text: "", eb: syntax, en: syntax, et: syntax},
		{text: "true", b: true, bytes: "\xB6\xBB\x9E", en: syntax, et: syntax},
		{text: "false", eb: nil, en: syntax, ebin: syntax, et: syntax},
		{text: "True", eb: syntax, bytes: "\x4E\xBB\x9E", en: syntax, et: syntax},
		{text: "1", eb: syntax, n: 1, ebin: syntax, et: syntax},
		{text: "-0", eb: syntax, n: 0, ebin: syntax, et: syntax},
		{text: "2024", eb: syntax, n: 2024, bytes: "\xDB\x4D\xB8", et: syntax},
		{text: "2147483648", eb: syntax, en: outside, ebin: syntax, et: syntax},
		{text: "AA==", eb: syntax, en: syntax, bytes: "\x00", et: syntax},
		{text: "AB==", eb: syntax, en: syntax, ebin: syntax, et: syntax},
		{text: "2024-02-29T12:00:00Z", eb: syntax, en: syntax, ebin: syntax, t: noon},
		{text: "2024-02-29t13:00:00.0000000009+01:00", eb: syntax, en: syntax, ebin: syntax, t: noon},
		{text: "2023-02-29T12:00:00Z", eb: syntax, en: syntax, ebin: syntax, et: outside},
		{text: "2016-12-31T23:59:60Z", eb: syntax, en: syntax, ebin: syntax, t: time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		values := []cloudevents.Value{cloudevents.StringValue(tt.text), cloudevents.URIReferenceValue(tt.text), cloudevents.URIValue(tt.text)}
		for typ := spec.String; typ.Valid(); typ++ {
			if v, err := cloudevents.ParseValue(typ, tt.text); err == nil && tt.text != "-0" {
				values = append(values, v)
			}
		}
		for _, v := range values {
			t.Run(v.Type().String()+" "+tt.text, func(t *testing.T) {
				b, err := v.Bool()
				checkAccessor(t, "Bool", b == tt.b, err, tt.eb)
				n, err := v.Int()
				checkAccessor(t, "Int", n == tt.n, err, tt.en)
				p, err := v.Bytes()
				checkAccessor(t, "Bytes", string(p) == tt.bytes, err, tt.ebin)
				at, err := v.Time()
				checkAccessor(t, "Time", at.Equal(tt.t), err, tt.et)
			})
		}
	}
}

func checkAccessor(t *testing.T, name string, same bool, err, want error) {
	t.Helper()
	var v *validation.Error
	switch {
	case !errors.Is(err, want):
		t.Errorf("%s: error is %v, want %v", name, err, want)
	case want == nil && !same:
		t.Errorf("%s: wrong result", name)
	case want != nil && (!errors.As(err, &v) || v.Section != spec.SectionTypeSystem):
		t.Errorf("%s: error %v does not cite the type system", name, err)
	}
}

func TestValueEqual(t *testing.T) {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	parsed, err := cloudevents.ParseValue(spec.Integer, "-0")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		v, w cloudevents.Value
		want bool
	}{
		{"same type and text", cloudevents.StringValue("5"), cloudevents.StringValue("5"), true},
		{"text that was built apart", cloudevents.StringValue("ab"), cloudevents.StringValue(string([]byte{'a', 'b'})), true},
		{"the same text as another type", cloudevents.StringValue("5"), cloudevents.IntegerValue(5), false},
		{"URI and URI-reference", cloudevents.URIValue("urn:a"), cloudevents.URIReferenceValue("urn:a"), false},
		{"the zero Value and the empty String", cloudevents.Value{}, cloudevents.StringValue(""), true},
		{"-0 was made 0", parsed, cloudevents.IntegerValue(0), true},
		{"one instant in two offsets", cloudevents.TimestampValue(noon), cloudevents.TimestampValue(noon.In(time.FixedZone("", 3600))), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.v.Equal(tt.w) != tt.want || tt.w.Equal(tt.v) != tt.want {
				t.Errorf("Equal is not %t", tt.want)
			}
			if (tt.v == tt.w) != tt.want {
				t.Errorf("== is not %t", tt.want)
			}
			if _, ok := map[cloudevents.Value]bool{tt.v: true}[tt.w]; ok != tt.want {
				t.Errorf("as a map key: %t, want %t", ok, tt.want)
			}
		})
	}
}

func TestParseValueRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		typ  spec.Type
		text string
		err  error
	}{
		"a control character": {spec.String, "\n", validation.ErrCharacter},
		"an unknown type":     {spec.Type(9), "x", validation.ErrType},
		"a Boolean as digit":  {spec.Boolean, "1", validation.ErrSyntax},
		"a date alone":        {spec.Timestamp, "2024-01-01", validation.ErrSyntax},
	} {
		v, err := cloudevents.ParseValue(tt.typ, tt.text)
		var violation *validation.Error
		if !errors.Is(err, tt.err) || !errors.As(err, &violation) || violation.Attribute != "" || violation.Value != tt.text {
			t.Errorf("%s: error is %v, want one about %q that wraps %v", name, err, tt.text, tt.err)
		}
		if v != (cloudevents.Value{}) {
			t.Errorf("%s: value is %v beside an error", name, v)
		}
	}
}
