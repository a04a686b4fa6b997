package ceamqp

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/timestamp"
)

// Kind is the AMQP type of a [Value]. The zero Kind is KindNull.
type Kind uint8

// The primitive types of AMQP 1.0 that are not compound, and one Kind for all the rest.
const (
	KindNull Kind = iota
	KindBoolean
	KindUbyte
	KindUshort
	KindUint
	KindUlong
	KindByte
	KindShort
	KindInt
	KindLong
	KindFloat
	KindDouble
	KindDecimal32
	KindDecimal64
	KindDecimal128
	KindChar
	KindTimestamp
	KindUUID
	KindBinary
	KindString
	KindSymbol
	KindOther
)

var kindNames = [...]string{
	KindNull: "null", KindBoolean: "boolean",
	KindUbyte: "ubyte", KindUshort: "ushort", KindUint: "uint", KindUlong: "ulong",
	KindByte: "byte", KindShort: "short", KindInt: "int", KindLong: "long",
	KindFloat: "float", KindDouble: "double",
	KindDecimal32: "decimal32", KindDecimal64: "decimal64", KindDecimal128: "decimal128",
	KindChar: "char", KindTimestamp: "timestamp", KindUUID: "uuid",
	KindBinary: "binary", KindString: "string", KindSymbol: "symbol", KindOther: "other",
}

// String returns the name of the type in AMQP, such as "ulong". KindOther is "other".
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kindNames[k]
}

// Value is a value of an AMQP type: the value of a property, or a body. Value has a
// constructor for each type. Its methods return the zero value of Go if the Kind is one
// that they do not speak of. Values are comparable with ==. The zero Value is null.
type Value struct {
	text string // of what is not a number
	bits uint64 // of a number
	kind Kind
}

// BooleanValue returns a boolean.
func BooleanValue(b bool) Value {
	if b {
		return Value{kind: KindBoolean, bits: 1}
	}
	return Value{kind: KindBoolean}
}

// UbyteValue returns a ubyte, an unsigned integer of 8 bits.
func UbyteValue(n uint8) Value { return Value{kind: KindUbyte, bits: uint64(n)} }

// UshortValue returns a ushort, an unsigned integer of 16 bits.
func UshortValue(n uint16) Value { return Value{kind: KindUshort, bits: uint64(n)} }

// UintValue returns a uint, an unsigned integer of 32 bits.
func UintValue(n uint32) Value { return Value{kind: KindUint, bits: uint64(n)} }

// UlongValue returns a ulong, an unsigned integer of 64 bits.
func UlongValue(n uint64) Value { return Value{kind: KindUlong, bits: n} }

// ByteValue returns a byte, which is a signed integer of 8 bits.
func ByteValue(n int8) Value { return Value{kind: KindByte, bits: uint64(n)} }

// ShortValue returns a short, a signed integer of 16 bits.
func ShortValue(n int16) Value { return Value{kind: KindShort, bits: uint64(n)} }

// IntValue returns an int, a signed integer of 32 bits.
func IntValue(n int32) Value { return Value{kind: KindInt, bits: uint64(n)} }

// LongValue returns a long, a signed integer of 64 bits. It is the type of an Integer.
func LongValue(n int64) Value { return Value{kind: KindLong, bits: uint64(n)} }

// FloatValue returns a float, which no attribute can have.
func FloatValue(f float32) Value {
	return Value{kind: KindFloat, bits: uint64(math.Float32bits(f))}
}

// DoubleValue returns a double, which no attribute can have.
func DoubleValue(f float64) Value { return Value{kind: KindDouble, bits: math.Float64bits(f)} }

// Decimal32Value returns a decimal32 of its bits, which no attribute can have.
func Decimal32Value(bits uint32) Value { return Value{kind: KindDecimal32, bits: uint64(bits)} }

// Decimal64Value returns a decimal64 of its bits, which no attribute can have.
func Decimal64Value(bits uint64) Value { return Value{kind: KindDecimal64, bits: bits} }

// Decimal128Value returns a decimal128 of its octets, which no attribute can have.
func Decimal128Value(octets [16]byte) Value {
	return Value{kind: KindDecimal128, text: string(octets[:])}
}

// CharValue returns a char, a single character.
func CharValue(r rune) Value { return Value{kind: KindChar, bits: uint64(r)} }

// TimestampValue returns a timestamp of the milliseconds since 1970 in UTC, as
// [time.Time.UnixMilli] returns them.
func TimestampValue(milliseconds int64) Value {
	return Value{kind: KindTimestamp, bits: uint64(milliseconds)}
}

// UUIDValue returns a uuid.
func UUIDValue(octets [16]byte) Value { return Value{kind: KindUUID, text: string(octets[:])} }

// BinaryValue returns a binary with a copy of b.
func BinaryValue(b []byte) Value { return Value{kind: KindBinary, text: string(b)} }

// StringValue returns a string.
func StringValue(s string) Value { return Value{kind: KindString, text: s} }

// SymbolValue returns a symbol.
func SymbolValue(s string) Value { return Value{kind: KindSymbol, text: s} }

// OtherValue returns a value of a type that has no Kind of its own, such as a list, a map, an
// array or a described type. Only the name of the type is kept, for errors.
func OtherValue(typeName string) Value { return Value{kind: KindOther, text: typeName} }

// Kind returns the type of v.
func (v Value) Kind() Kind { return v.kind }

// Boolean returns a boolean.
func (v Value) Boolean() bool { return v.kind == KindBoolean && v.bits != 0 }

// Int returns a byte, short, int or long, the milliseconds of a timestamp, or the code point
// of a char.
func (v Value) Int() int64 {
	switch v.kind {
	case KindByte, KindShort, KindInt, KindLong, KindTimestamp, KindChar:
		return int64(v.bits)
	}
	return 0
}

// Uint returns a ubyte, ushort, uint or ulong, or the bits of a decimal32 or decimal64.
func (v Value) Uint() uint64 {
	switch v.kind {
	case KindUbyte, KindUshort, KindUint, KindUlong, KindDecimal32, KindDecimal64:
		return v.bits
	}
	return 0
}

// Float returns a float or a double.
func (v Value) Float() float64 {
	switch v.kind {
	case KindFloat:
		return float64(math.Float32frombits(uint32(v.bits)))
	case KindDouble:
		return math.Float64frombits(v.bits)
	}
	return 0
}

// Bytes returns a copy of a binary, or the 16 octets of a uuid or a decimal128.
func (v Value) Bytes() []byte {
	switch v.kind {
	case KindBinary, KindUUID, KindDecimal128:
		return []byte(v.text)
	}
	return nil
}

// String returns a string or a symbol, the canonical string of the attribute that v can be,
// or, of all other types, a text for people. That of null is empty.
func (v Value) String() string {
	switch v.kind {
	case KindString, KindSymbol, KindOther:
		return v.text
	case KindFloat:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case KindDouble:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case KindDecimal32:
		return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, uint32(v.bits)))
	case KindDecimal64:
		return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, v.bits))
	case KindDecimal128:
		return hex.EncodeToString([]byte(v.text))
	}
	return string(v.appendText(nil))
}

// Equal reports whether v == w: the same type and the same bits. The method exists for
// packages that look for it, such as go-cmp.
func (v Value) Equal(w Value) bool { return v == w }

// typeName returns the name of the type of v.
func (v *Value) typeName() string {
	if v.kind == KindOther {
		return v.text
	}
	return v.kind.String()
}

// appendText appends the canonical string of a value that an attribute can have, and is not
// text already.
func (v *Value) appendText(dst []byte) []byte {
	switch v.kind {
	case KindBoolean:
		return strconv.AppendBool(dst, v.bits != 0)
	case KindUbyte, KindUshort, KindUint, KindUlong:
		return strconv.AppendUint(dst, v.bits, 10)
	case KindByte, KindShort, KindInt, KindLong:
		return strconv.AppendInt(dst, int64(v.bits), 10)
	case KindChar:
		if r := int64(v.bits); r >= 0 && r <= utf8.MaxRune && utf8.ValidRune(rune(r)) {
			return utf8.AppendRune(dst, rune(r))
		}
		return append(dst, 0xff) // not UTF-8 either
	case KindTimestamp:
		return timestamp.Append(dst, time.UnixMilli(int64(v.bits)).UTC())
	case KindUUID:
		return appendUUID(dst, v.text)
	case KindBinary:
		return base64.StdEncoding.AppendEncode(dst, viewBytes(v.text))
	}
	return dst
}

// maxText returns how many bytes appendText appends at most.
func (v *Value) maxText() int {
	switch v.kind {
	case KindUbyte, KindByte, KindChar:
		return len("-128")
	case KindUshort, KindShort:
		return len("-32768")
	case KindUint, KindInt:
		return len("-2147483648")
	case KindUlong, KindLong:
		return len("-9223372036854775808")
	case KindTimestamp:
		return timestamp.MaxLength
	case KindUUID:
		return len("00000000-0000-0000-0000-000000000000")
	case KindBinary:
		return base64.StdEncoding.EncodedLen(len(v.text))
	}
	return 0
}

func appendUUID(dst []byte, octets string) []byte {
	from := 0
	for i, to := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, viewBytes(octets[from:to]))
		from = to
	}
	return dst
}
