package validation_test

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// A command checks a configured value before it sends events.
func Example() {
	for _, source := range []string{"/sensors/tn-1234567/alerts", "sensor 7"} {
		if err := validation.URIReference(source); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// not an RFC 3986 URI-reference: "sensor 7" (spec.md#type-system)
}

func ExampleText() {
	fmt.Println(validation.Text(spec.Boolean, "true"))
	fmt.Println(validation.Text(spec.Boolean, "yes"))
	fmt.Println(validation.Text(spec.Integer, "2147483648"))
	fmt.Println(validation.Text(spec.Binary, "YQ"))
	// Output:
	// <nil>
	// a Boolean is true or false: "yes" (spec.md#type-system)
	// an Integer has 32 bits: "2147483648" (spec.md#type-system)
	// not padded standard base64: "YQ" (spec.md#type-system)
}

// Core attributes must not be empty, whatever their type allows.
func ExampleAttribute() {
	source, _ := spec.V1.Attribute(spec.Source)
	fmt.Println(validation.Attribute(source, ""))
	// Output:
	// attribute "source": must not be empty (spec.md#source)
}

func ExampleAttribute_extension() {
	shard := spec.Attribute{Name: "shard", Type: spec.Integer}
	fmt.Println(validation.Attribute(shard, "3"))
	fmt.Println(validation.Attribute(shard, "three"))
	// Output:
	// <nil>
	// attribute "shard": an Integer is decimal digits, without leading zero, with an optional minus sign: "three" (spec.md#type-system)
}

func ExampleName() {
	fmt.Println(validation.Name("traceparent"))
	fmt.Println(validation.Name("trace-parent"))
	// Output:
	// <nil>
	// attribute "trace-parent": attribute name has a character other than a-z and 0-9 (spec.md#naming-conventions)
}

func ExampleString() {
	fmt.Println(validation.String("Größe 42"))
	fmt.Println(validation.String("two\nlines"))
	// Output:
	// <nil>
	// control character: "two\nlines" (spec.md#type-system)
}

func ExampleParseBoolean() {
	v, err := validation.ParseBoolean("true")
	fmt.Println(v, err)
	// Output:
	// true <nil>
}

func ExampleParseInteger() {
	v, err := validation.ParseInteger("-42")
	fmt.Println(v, err)
	// Output:
	// -42 <nil>
}

func ExampleParseBinary() {
	v, err := validation.ParseBinary("aGVsbG8=")
	fmt.Printf("%s %v\n", v, err)
	// Output:
	// hello <nil>
}

func ExampleURI() {
	fmt.Println(validation.URI("https://example.com/schema#v1"))
	fmt.Println(validation.URI("/schema"))
	// Output:
	// <nil>
	// a URI begins with a scheme: "/schema" (spec.md#type-system)
}

func ExampleURIReference() {
	fmt.Println(validation.URIReference("/sensors/7"))
	fmt.Println(validation.URIReference("7:30"))
	// Output:
	// <nil>
	// colon in the first segment of a relative reference: "7:30" (spec.md#type-system)
}

func ExampleText_timestamp() {
	fmt.Println(validation.Text(spec.Timestamp, "2016-12-31T23:59:60Z")) // a leap second
	fmt.Println(validation.Text(spec.Timestamp, "2023-02-29T00:00:00Z"))
	fmt.Println(validation.Text(spec.Timestamp, "2024-02-29 00:00:00Z"))
	// Output:
	// <nil>
	// no such date or time: "2023-02-29T00:00:00Z" (spec.md#type-system)
	// not an RFC 3339 timestamp: "2024-02-29 00:00:00Z" (spec.md#type-system)
}

// The offset is kept. A leap second becomes the second that follows it.
func ExampleParseTimestamp() {
	t, err := validation.ParseTimestamp("2017-01-01T01:59:60+02:00")
	fmt.Println(t, err)
	// Output:
	// 2017-01-01 02:00:00 +0200 +0200 <nil>
}

func ExampleMediaType() {
	fmt.Println(validation.MediaType("application/json; charset=utf-8"))
	fmt.Println(validation.MediaType("json"))
	// Output:
	// <nil>
	// not a media type, which is type/subtype: "json" (spec.md#datacontenttype)
}

// The fields of an error say where it is and link to the specification.
func ExampleError() {
	subject, _ := spec.V1.Attribute(spec.Subject)
	err := validation.Attribute(subject, "bell\a")

	var v *validation.Error
	if errors.As(err, &v) {
		fmt.Println(v.Attribute)
		fmt.Printf("%q\n", v.Value)
		fmt.Println(spec.SectionURL(v.Section))
	}
	// Output:
	// subject
	// "bell\a"
	// https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#subject
}

func ExampleError_Error() {
	err := &validation.Error{Attribute: "shard", Value: "x", Section: "spec.md#type-system", Err: validation.ErrType}
	fmt.Println(err.Error())
	// Output:
	// attribute "shard": wrong type: "x" (spec.md#type-system)
}

// The sentinels tell kinds of violations apart.
func ExampleError_Unwrap() {
	for _, text := range []string{"99999999999", "1.5"} {
		err := validation.Text(spec.Integer, text)
		fmt.Println(text, errors.Is(err, validation.ErrRange), errors.Is(err, validation.ErrSyntax))
	}
	// Output:
	// 99999999999 true false
	// 1.5 false true
}

// A binding reports what this package cannot check.
func ExampleNewError() {
	err := validation.NewError(spec.ID, "b", spec.SectionContextAttributes, validation.ErrDuplicate)
	fmt.Println(err)
	// Output:
	// attribute "id": duplicate attribute: "b" (spec.md#context-attributes)
}

// A binding has rules of its own.
func ExampleRule() {
	rule := &validation.Rule{Sentinel: validation.ErrData, Detail: "data must be a string here"}
	err := validation.NewError(spec.Data, "", spec.SectionJSONDeserialize, rule)
	fmt.Println(err)
	fmt.Println(errors.Is(err, validation.ErrData))
	// Output:
	// attribute "data": data must be a string here (json-format.md#312-payload-deserialization)
	// true
}

// The type of a rule says what the value should have been.
func ExampleRule_type() {
	expires := spec.Attribute{Name: "expirytime", Type: spec.Timestamp}
	err := validation.Attribute(expires, "tomorrow")
	var rule *validation.Rule
	if errors.As(err, &rule) {
		fmt.Println(rule.Type)
	}
	// Output: Timestamp
}

func ExampleRule_Error() {
	rule := &validation.Rule{Sentinel: validation.ErrRange, Detail: "too many"}
	fmt.Println(rule.Error())
	// Output:
	// too many
}

func ExampleRule_Unwrap() {
	rule := &validation.Rule{Sentinel: validation.ErrRange, Detail: "too many"}
	fmt.Println(rule.Unwrap())
	// Output:
	// value out of range
}

// What a receiver answers may depend on the kind of violation.
func Example_sentinels() {
	answer := map[error]string{
		validation.ErrMissing:   "an attribute is not there",
		validation.ErrName:      "rename the attribute",
		validation.ErrCharacter: "remove the character",
		validation.ErrSyntax:    "see the grammar",
		validation.ErrRange:     "choose another value",
		validation.ErrType:      "another type is declared",
		validation.ErrDuplicate: "send it once",
		validation.ErrVersion:   "send specversion 1.0",
		validation.ErrData:      "data and datacontenttype disagree",
	}
	err := validation.Name("Id")
	for sentinel, text := range answer {
		if errors.Is(err, sentinel) {
			fmt.Println(text)
		}
	}
	// Output:
	// rename the attribute
}

func ExampleJoin() {
	err := validation.Join([]error{validation.Name("Foo"), validation.Name("")})
	fmt.Println(errors.Is(err, validation.ErrName))
	// Output: true
}

func ExampleErrors() {
	err := validation.Join([]error{validation.Name("Foo"), validation.Name("")})
	var several validation.Errors
	if errors.As(err, &several) {
		for _, err := range several {
			fmt.Println(err)
		}
	}
	// Output:
	// attribute "Foo": attribute name has a character other than a-z and 0-9 (spec.md#naming-conventions)
	// attribute name is empty (spec.md#naming-conventions)
}

func ExampleErrors_Error() {
	err := validation.Errors{validation.Text(spec.Boolean, "yes"), validation.Text(spec.Integer, "one")}
	fmt.Println(err.Error())
	// Output: a Boolean is true or false: "yes" (spec.md#type-system); an Integer is decimal digits, without leading zero, with an optional minus sign: "one" (spec.md#type-system)
}

func ExampleErrors_Unwrap() {
	err := validation.Errors{validation.Text(spec.Boolean, "yes"), validation.Text(spec.Integer, "one")}
	fmt.Println(len(err.Unwrap()))
	// Output: 2
}

func ExampleMissing() {
	id, _ := spec.V1.Attribute("id")
	fmt.Println(validation.Missing(id))
	// Output: attribute "id": a required attribute is missing (spec.md#id)
}
