package interop_test

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	sectionSource          = "spec.md#source-1"
	sectionTime            = "spec.md#time"
	sectionDataContentType = "spec.md#datacontenttype"
	sectionHTTPData        = "http-protocol-binding.md#312-event-data-encoding"
)

var sdkGoReads = []deviation{
	{peer: sdkGo, direction: reads, modes: only(cloudevents.BinaryMode), cases: []string{"source-percent"},
		happens: "Header values are not percent-decoded: `/a%2Fb` is read as `/a%252Fb`.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(percentEncoded, spec.Source)},
	{peer: sdkGo, direction: reads, modes: only(cloudevents.BinaryMode),
		cases:   []string{"text-unicode", "text-latin1", "text-spaces", "text-edge-spaces", "text-percent", "text-quotes"},
		happens: "Header values are not percent-decoded: `Zürich` is read as `Z%C3%BCrich`, `a b` as `a%20b`.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(percentEncoded, textAttributes...)},
	{peer: sdkGo, direction: reads, cases: []string{"header-lower-hex"},
		happens: "Header values are not percent-decoded: `%e2%82%ac` is kept.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(to("%e2%82%ac"), spec.Subject)},
	{peer: sdkGo, direction: reads, cases: []string{"header-unneeded-percent"},
		happens: "Header values are not percent-decoded: `a%62c` is kept.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(to("a%62c"), spec.Subject)},
	{peer: sdkGo, direction: reads, cases: []string{"header-quoted"},
		happens: "Quoted header values are not unquoted: quotes and backslashes are kept.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(to(`"a \"b\" \\c"`), spec.Subject)},
	{peer: sdkGo, direction: reads, cases: []string{"header-overlong"},
		happens: "`a%C0%A0b` is not refused, but kept.",
		section: spec.SectionHTTPHeaderValues, gets: with(toSubject("a%C0%A0b"))},
	{peer: sdkGo, direction: reads, cases: []string{"header-bare"},
		happens: "A header `ce-` makes the reader panic.",
		section: "http-protocol-binding.md#3131-http-header-names", fails: "panic: runtime error: index out of range"},
	{peer: sdkGo, direction: reads, cases: []string{"header-two-values"},
		happens: "Of two values for one attribute the second is dropped.",
		section: spec.SectionContextAttributes, gets: with(nil)},

	{peer: sdkGo, direction: reads, modes: only(cloudevents.StructuredMode, cloudevents.BatchMode), cases: []string{"json-suffix"},
		happens: "A media type that ends in `+json` is not taken for JSON: the event is refused, because its data is no string.",
		section: spec.SectionJSONDeserialize, fails: `unexpected data payload for media type "application/vnd.example+json", expected a string`},
	{peer: sdkGo, direction: reads, cases: []string{"base64-escaped-untyped"},
		happens: "`data_base64` with an escaped solidus is refused where there is no datacontenttype.",
		section: spec.SectionJSONDeserialize, fails: "illegal base64 data at input byte 0"},
	{peer: sdkGo, direction: reads, cases: []string{"data-twice"},
		happens: "Of `data` and `data_base64`, the latter is taken.",
		section: spec.SectionJSONSerialize, gets: with(toData("b"))},
	{peer: sdkGo, direction: reads, cases: []string{"duplicate-member"},
		happens: "Of two members with one name, the last is taken.",
		section: spec.SectionContextAttributes, gets: with(toSubject("b"))},
	{peer: sdkGo, direction: reads, cases: []string{"fraction"},
		happens: "The number 1.5 is read as the Integer 1.",
		section: spec.SectionTypeSystem, gets: with(toExtension("n", cloudevents.IntegerValue(1)))},

	{peer: sdkGo, direction: reads, cases: []string{"source-spelling"}, permitted: true,
		happens: "URIs are parsed and printed: the scheme is in lower case afterwards, and an empty fragment is gone.",
		section: sectionSource, change: rewrite(to("http://Example.com:80/./a?"), spec.Source)},
	{peer: sdkGo, direction: reads, cases: []string{"default-content-type"}, permitted: true,
		happens: "The implied `application/json` is not made explicit.",
		section: spec.SectionJSONDeserialize, change: func(e *cloudevents.Event) { e.DataContentType = "" }},
}
