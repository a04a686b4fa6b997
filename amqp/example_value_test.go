package ceamqp_test

import (
	"fmt"
	"time"

	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
)

// fromClient converts a value of a client whose values are any, such as Azure/go-amqp. There a
// UUID is the type of the client, and a symbol is a string.
func fromClient(v any) ceamqp.Value {
	switch v := v.(type) {
	case nil:
		return ceamqp.Value{}
	case bool:
		return ceamqp.BooleanValue(v)
	case uint8:
		return ceamqp.UbyteValue(v)
	case uint16:
		return ceamqp.UshortValue(v)
	case uint32:
		return ceamqp.UintValue(v)
	case uint64:
		return ceamqp.UlongValue(v)
	case int8:
		return ceamqp.ByteValue(v)
	case int16:
		return ceamqp.ShortValue(v)
	case int32:
		return ceamqp.IntValue(v)
	case int64:
		return ceamqp.LongValue(v)
	case float32:
		return ceamqp.FloatValue(v)
	case float64:
		return ceamqp.DoubleValue(v)
	case [16]byte:
		return ceamqp.UUIDValue(v)
	case []byte:
		return ceamqp.BinaryValue(v)
	case string:
		return ceamqp.StringValue(v)
	case time.Time:
		return ceamqp.TimestampValue(v.UnixMilli())
	}
	return ceamqp.OtherValue(fmt.Sprintf("%T", v))
}

// toClient is the inverse of fromClient.
func toClient(v ceamqp.Value) any {
	switch v.Kind() {
	case ceamqp.KindBoolean:
		return v.Boolean()
	case ceamqp.KindUbyte:
		return uint8(v.Uint())
	case ceamqp.KindUshort:
		return uint16(v.Uint())
	case ceamqp.KindUint:
		return uint32(v.Uint())
	case ceamqp.KindUlong:
		return v.Uint()
	case ceamqp.KindByte:
		return int8(v.Int())
	case ceamqp.KindShort:
		return int16(v.Int())
	case ceamqp.KindInt:
		return int32(v.Int())
	case ceamqp.KindLong:
		return v.Int()
	case ceamqp.KindFloat:
		return float32(v.Float())
	case ceamqp.KindDouble:
		return v.Float()
	case ceamqp.KindUUID:
		return [16]byte(v.Bytes())
	case ceamqp.KindBinary:
		return v.Bytes()
	case ceamqp.KindString, ceamqp.KindSymbol:
		return v.String()
	case ceamqp.KindTimestamp:
		return time.UnixMilli(v.Int()).UTC()
	}
	return nil
}

// A client whose values are any is converted with a switch in each direction.
func ExampleValue() {
	for _, v := range []any{true, uint8(7), int64(-7), 0.5, []byte("ab"), "text", time.UnixMilli(1522900604000).UTC(), [16]byte{15: 1}, map[string]any{}, nil} {
		value := fromClient(v)
		fmt.Println(value.Kind(), value, toClient(value))
	}
	// Output:
	// boolean true true
	// ubyte 7 7
	// long -7 -7
	// double 0.5 0.5
	// binary YWI= [97 98]
	// string text text
	// timestamp 2018-04-05T03:56:44Z 2018-04-05 03:56:44 +0000 UTC
	// uuid 00000000-0000-0000-0000-000000000001 [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1]
	// other map[string]interface {} <nil>
	// null  <nil>
}

// Integers have eight types. What fits into 32 bits can be the value of an attribute.
func ExampleKind() {
	for _, v := range []ceamqp.Value{
		ceamqp.UbyteValue(1), ceamqp.UshortValue(2), ceamqp.UintValue(3), ceamqp.UlongValue(4),
		ceamqp.ByteValue(-1), ceamqp.ShortValue(-2), ceamqp.IntValue(-3), ceamqp.LongValue(-4),
	} {
		switch v.Kind() {
		case ceamqp.KindUbyte, ceamqp.KindUshort, ceamqp.KindUint, ceamqp.KindUlong:
			fmt.Println(v.Kind(), v.Uint())
		default:
			fmt.Println(v.Kind(), v.Int())
		}
	}
	// Output:
	// ubyte 1
	// ushort 2
	// uint 3
	// ulong 4
	// byte -1
	// short -2
	// int -3
	// long -4
}

func ExampleBooleanValue() {
	fmt.Println(ceamqp.BooleanValue(true).Boolean())
	// Output: true
}

// No attribute has a fraction.
func ExampleFloatValue() {
	fmt.Println(ceamqp.FloatValue(0.5).Float(), ceamqp.DoubleValue(0.1).Float())
	// Output: 0.5 0.1
}

// A decimal is kept as its bits.
func ExampleDecimal32Value() {
	fmt.Println(ceamqp.Decimal32Value(0x2200000f))
	fmt.Println(ceamqp.Decimal64Value(0x2238000000000001))
	fmt.Println(ceamqp.Decimal128Value([16]byte{0: 0x22, 1: 0x08, 15: 0x01}))
	// Output:
	// 2200000f
	// 2238000000000001
	// 22080000000000000000000000000001
}

// A char and a symbol become Strings of an event.
func ExampleCharValue() {
	fmt.Println(ceamqp.CharValue('€'), ceamqp.SymbolValue("eu"))
	// Output: € eu
}

// A timestamp has milliseconds and no offset.
func ExampleTimestampValue() {
	at := time.Date(2018, 4, 5, 5, 56, 44, 120_000_000, time.FixedZone("CEST", 7200))
	fmt.Println(ceamqp.TimestampValue(at.UnixMilli()))
	// Output: 2018-04-05T03:56:44.12Z
}

func ExampleUUIDValue() {
	v := ceamqp.UUIDValue([16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff})
	fmt.Println(v, len(v.Bytes()))
	// Output: 00112233-4455-6677-8899-aabbccddeeff 16
}

// A body that is a list is refused. The error has the name.
func ExampleOtherValue() {
	message := ceamqp.Message{ContentType: "application/cloudevents+json", Value: ceamqp.OtherValue("list")}
	_, err := ceamqp.ToCloudEvent(&message, nil)
	fmt.Println(err)
	// Output: attribute "data": the body of the message is a value of type list, and must be data (amqp-protocol-binding.md#322-event-data-encoding)
}

// A Value keeps no memory of its caller.
func ExampleBinaryValue() {
	b := []byte("abc")
	v := ceamqp.BinaryValue(b)
	b[0] = 'x'
	fmt.Printf("%s %s\n", v.Bytes(), v)
	// Output: abc YWJj
}
