package cloudevents_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A Value is a type and a canonical string; it is comparable.
func ExampleValue() {
	number, text := cloudevents.IntegerValue(5), cloudevents.StringValue("5")
	fmt.Println(number.Type(), number)
	fmt.Println(text.Type(), text)
	fmt.Println(number == text)
	// Output:
	// Integer 5
	// String 5
	// false
}

func ExampleBinaryValue() {
	fmt.Println(cloudevents.BinaryValue([]byte("hello")))
	// Output: aGVsbG8=
}

func ExampleBooleanValue() {
	fmt.Println(cloudevents.BooleanValue(true))
	// Output: true
}

func ExampleIntegerValue() {
	fmt.Println(cloudevents.IntegerValue(-5))
	// Output: -5
}

func ExampleParseValue() {
	v, err := cloudevents.ParseValue(spec.Timestamp, "2024-02-29T12:00:00Z")
	fmt.Println(v.Type(), v, err)
	_, err = cloudevents.ParseValue(spec.Timestamp, "2023-02-29T12:00:00Z")
	fmt.Println(errors.Is(err, validation.ErrRange))
	// Output:
	// Timestamp 2024-02-29T12:00:00Z <nil>
	// true
}

func ExampleStringValue() {
	v := cloudevents.StringValue("customer-7")
	fmt.Println(v.Type(), v)
	// Output: String customer-7
}

func ExampleTimestampValue() {
	t := time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.FixedZone("", 3600))
	fmt.Println(cloudevents.TimestampValue(t))
	// Output: 2024-02-29T12:00:00.5+01:00
}

func ExampleURIReferenceValue() {
	v := cloudevents.URIReferenceValue("../orders/7")
	fmt.Println(v.Type(), v)
	// Output: URI-reference ../orders/7
}

// What a value holds is checked when the event is.
func ExampleURIValue() {
	e := cloudevents.Event{ID: "1", Source: "/orders", Type: "com.example.order.created"}
	e.Extensions = []cloudevents.Extension{{Name: "help", Value: cloudevents.URIValue("no scheme")}}
	fmt.Println(e.Validate())
	// Output: attribute "help": a URI begins with a scheme: "no scheme" (spec.md#type-system)
}

func ExampleValue_Bool() {
	fmt.Println(cloudevents.StringValue("true").Bool())
	// Output: true <nil>
}

func ExampleValue_Bytes() {
	b, err := cloudevents.StringValue("aGVsbG8=").Bytes()
	fmt.Println(string(b), err)
	// Output: hello <nil>
}

// Equal compares type and text. For instants, compare what Time returns.
func ExampleValue_Equal() {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	utc, paris := cloudevents.TimestampValue(noon), cloudevents.TimestampValue(noon.In(time.FixedZone("", 3600)))
	fmt.Println(utc, paris, utc.Equal(paris))
	x, _ := utc.Time()
	y, _ := paris.Time()
	fmt.Println(x.Equal(y))
	// Output:
	// 2024-02-29T12:00:00Z 2024-02-29T13:00:00+01:00 false
	// true
}

// An extension that nobody declared comes as an Integer from JSON and as a String
// from an HTTP header. Int reads both.
func ExampleValue_Int() {
	for _, v := range []cloudevents.Value{cloudevents.IntegerValue(5), cloudevents.StringValue("5")} {
		fmt.Println(v.Int())
	}
	// Output:
	// 5 <nil>
	// 5 <nil>
}

func ExampleValue_LogValue() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("sampled", "rate", cloudevents.IntegerValue(5), "key", cloudevents.StringValue("5"))
	// Output: {"level":"INFO","msg":"sampled","rate":5,"key":"5"}
}

func ExampleValue_String() {
	fmt.Println(cloudevents.BooleanValue(false).String())
	// Output: false
}

func ExampleValue_Time() {
	t, err := cloudevents.StringValue("2016-12-31T23:59:60Z").Time() // a leap second
	fmt.Println(t, err)
	// Output: 2017-01-01 00:00:00 +0000 UTC <nil>
}

func ExampleValue_Type() {
	v, _ := cloudevents.ParseValue(spec.URI, "urn:example:a")
	fmt.Println(v.Type() == spec.URI)
	// Output: true
}
