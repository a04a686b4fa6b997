package ceamqp_test

import (
	"bytes"
	"math"
	"testing"

	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
)

// Every value gives back what it was made of, and nothing of another type.
func TestValue(t *testing.T) {
	octets := [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}
	for _, c := range []struct {
		v     ceamqp.Value
		kind  ceamqp.Kind
		name  string
		b     bool
		i     int64
		u     uint64
		f     float64
		bytes []byte
		text  string
	}{
		{v: ceamqp.Value{}, kind: ceamqp.KindNull, name: "null"},
		{v: ceamqp.BooleanValue(true), kind: ceamqp.KindBoolean, name: "boolean", b: true, text: "true"},
		{v: ceamqp.BooleanValue(false), kind: ceamqp.KindBoolean, name: "boolean", text: "false"},
		{v: ceamqp.UbyteValue(math.MaxUint8), kind: ceamqp.KindUbyte, name: "ubyte", u: math.MaxUint8, text: "255"},
		{v: ceamqp.UshortValue(math.MaxUint16), kind: ceamqp.KindUshort, name: "ushort", u: math.MaxUint16, text: "65535"},
		{v: ceamqp.UintValue(math.MaxUint32), kind: ceamqp.KindUint, name: "uint", u: math.MaxUint32, text: "4294967295"},
		{v: ceamqp.UlongValue(math.MaxUint64), kind: ceamqp.KindUlong, name: "ulong", u: math.MaxUint64, text: "18446744073709551615"},
		{v: ceamqp.ByteValue(math.MinInt8), kind: ceamqp.KindByte, name: "byte", i: math.MinInt8, text: "-128"},
		{v: ceamqp.ShortValue(math.MinInt16), kind: ceamqp.KindShort, name: "short", i: math.MinInt16, text: "-32768"},
		{v: ceamqp.IntValue(math.MinInt32), kind: ceamqp.KindInt, name: "int", i: math.MinInt32, text: "-2147483648"},
		{v: ceamqp.LongValue(math.MinInt64), kind: ceamqp.KindLong, name: "long", i: math.MinInt64, text: "-9223372036854775808"},
		{v: ceamqp.FloatValue(0.1), kind: ceamqp.KindFloat, name: "float", f: float64(float32(0.1)), text: "0.1"},
		{v: ceamqp.DoubleValue(0.1), kind: ceamqp.KindDouble, name: "double", f: 0.1, text: "0.1"},
		{v: ceamqp.FloatValue(1234.5), kind: ceamqp.KindFloat, name: "float", f: 1234.5, text: "1234.5"},
		{v: ceamqp.DoubleValue(1234.5), kind: ceamqp.KindDouble, name: "double", f: 1234.5, text: "1234.5"},
		{v: ceamqp.Decimal32Value(0x2200000f), kind: ceamqp.KindDecimal32, name: "decimal32", u: 0x2200000f, text: "2200000f"},
		{v: ceamqp.Decimal64Value(0x2238000000000001), kind: ceamqp.KindDecimal64, name: "decimal64", u: 0x2238000000000001, text: "2238000000000001"},
		{v: ceamqp.Decimal128Value(octets), kind: ceamqp.KindDecimal128, name: "decimal128", bytes: octets[:], text: "00112233445566778899aabbccddeeff"},
		{v: ceamqp.CharValue('€'), kind: ceamqp.KindChar, name: "char", i: '€', text: "€"},
		{v: ceamqp.CharValue(0xd800), kind: ceamqp.KindChar, name: "char", i: 0xd800, text: "\xff"},
		{v: ceamqp.CharValue(-1), kind: ceamqp.KindChar, name: "char", i: -1, text: "\xff"},
		{v: ceamqp.TimestampValue(-1), kind: ceamqp.KindTimestamp, name: "timestamp", i: -1, text: "1969-12-31T23:59:59.999Z"},
		{v: ceamqp.UUIDValue(octets), kind: ceamqp.KindUUID, name: "uuid", bytes: octets[:], text: "00112233-4455-6677-8899-aabbccddeeff"},
		{v: ceamqp.BinaryValue([]byte{0, 255}), kind: ceamqp.KindBinary, name: "binary", bytes: []byte{0, 255}, text: "AP8="},
		{v: ceamqp.BinaryValue(nil), kind: ceamqp.KindBinary, name: "binary", bytes: []byte{}},
		{v: ceamqp.StringValue("a"), kind: ceamqp.KindString, name: "string", text: "a"},
		{v: ceamqp.SymbolValue("a"), kind: ceamqp.KindSymbol, name: "symbol", text: "a"},
		{v: ceamqp.OtherValue("list"), kind: ceamqp.KindOther, name: "other", text: "list"},
	} {
		if c.v.Kind() != c.kind || c.kind.String() != c.name || c.v.Boolean() != c.b || c.v.Int() != c.i || c.v.Uint() != c.u ||
			c.v.Float() != c.f || c.v.String() != c.text {
			t.Errorf("%s %q: %v %d %d %v %q", c.v.Kind(), c.text, c.v.Boolean(), c.v.Int(), c.v.Uint(), c.v.Float(), c.v)
		}
		if got := c.v.Bytes(); !bytes.Equal(got, c.bytes) || (got == nil) != (c.bytes == nil) {
			t.Errorf("%s: bytes are %x, want %x", c.name, got, c.bytes)
		}
	}
	if got := ceamqp.Kind(99).String(); got != "Kind(99)" {
		t.Errorf("an unknown kind is %q", got)
	}
}

// Values of one number and another type are not equal.
func TestValueEqual(t *testing.T) {
	if v := ceamqp.LongValue(1); !v.Equal(ceamqp.LongValue(1)) || v.Equal(ceamqp.IntValue(1)) || v == ceamqp.UlongValue(1) {
		t.Error("Equal does not compare the types and the numbers")
	}
}

// A Value keeps no memory of its caller, and gives none away.
func TestValueCopies(t *testing.T) {
	b := []byte("abc")
	v := ceamqp.BinaryValue(b)
	b[0] = 'x'
	v.Bytes()[1] = 'x'
	if got := string(v.Bytes()); got != "abc" {
		t.Errorf("the binary is %q", got)
	}
}
