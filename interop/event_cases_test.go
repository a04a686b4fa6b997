package interop_test

import (
	"bytes"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// An eventCase is an event that every peer reads and writes in every mode, or, if
// wire is set, a message that every peer reads.
type eventCase struct {
	name string
	why  string // for the README

	event   cloudevents.Event
	wire    *wireMessage
	refused bool // the message in wire is not legal
}

var eventCases = []eventCase{
	{name: "minimal", why: "the required attributes and nothing else", event: cloudevents.Event{
		ID: "1", Source: "/s", Type: "t",
	}},
	{name: "all-attributes", why: "every attribute of the specification, and JSON data", event: cloudevents.Event{
		ID: "A234-1234-1234", Source: "https://example.com/orders", Type: "com.example.order.created",
		Subject: "order-17", Time: time.Date(2024, 2, 29, 12, 30, 45, 678e6, time.UTC),
		DataContentType: "application/json", DataSchema: "https://example.com/schema/order.json#v2",
		Data: []byte(`{"order":17,"items":["a","b"],"paid":true,"note":null}`),
	}},
	{name: "extension-types", why: "extensions of the types Boolean, Integer, String, URI and URI-reference", event: extended(
		"aboolean", cloudevents.BooleanValue(true),
		"ainteger", cloudevents.IntegerValue(-2147483648),
		"astring", cloudevents.StringValue("text"),
		"auri", cloudevents.URIValue("https://example.com/a?b=c#d"),
		"aurireference", cloudevents.URIReferenceValue("../a/b?c"),
	)},
	{name: "extension-zero", why: "extensions that are false and 0", event: extended(
		"flag", cloudevents.BooleanValue(false), "level", cloudevents.IntegerValue(0),
	)},
	{name: "extension-numeric", why: "Strings that look like other types", event: extended(
		"n", cloudevents.StringValue("0123"), "word", cloudevents.StringValue("true"),
	)},
	{name: "extension-empty", why: "an extension that is the empty String", event: extended(
		"empty", cloudevents.StringValue(""),
	)},
	{name: "extension-binary", why: "a Binary extension", event: extended(
		"abinary", cloudevents.BinaryValue([]byte{0x00, 0xff, 0x10, 0x80}),
	)},
	{name: "extension-timestamp", why: "a Timestamp extension", event: extended(
		"atimestamp", cloudevents.TimestampValue(time.Date(2024, 2, 29, 12, 30, 45, 0, time.UTC)),
	)},
	{name: "extension-names", why: "names with digits, and one of more than 20 characters", event: extended(
		"a1", cloudevents.StringValue("x"),
		"averylongextensionattributename", cloudevents.StringValue("y"),
		"data2", cloudevents.StringValue("z"),
	)},

	{name: "time-offset", why: "a time with an offset", event: cloudevents.Event{
		ID: "1", Source: "/s", Type: "t", Time: time.Date(2024, 2, 29, 12, 30, 45, 0, time.FixedZone("", 5*3600+1800)),
	}},
	{name: "time-nanoseconds", why: "a time with nine fraction digits", event: cloudevents.Event{
		ID: "1", Source: "/s", Type: "t", Time: time.Date(2024, 2, 29, 12, 30, 45, 123456789, time.UTC),
	}},
	{name: "source-spelling", why: "a source that URI normalization would change", event: cloudevents.Event{
		ID: "1", Source: "HTTP://Example.com:80/./a?#", Type: "t", Time: noon,
	}},
	{name: "source-percent", why: "a source with percent-encoding, which HTTP encodes once more", event: cloudevents.Event{
		ID: "1", Source: "/a%2Fb", Type: "t", Time: noon,
	}},

	{name: "text-unicode", why: "attributes with characters beyond Latin-1", event: texts("Euro € 😀 東京")},
	{name: "text-latin1", why: "attributes with characters of Latin-1", event: texts("Zürich")},
	{name: "text-spaces", why: "attributes with spaces inside", event: texts("a b  c")},
	{name: "text-edge-spaces", why: "attributes with spaces at both ends", event: texts("  a  ")},
	{name: "text-percent", why: "attributes with percent signs", event: texts("100%-%zz-50%41")},
	{name: "text-quotes", why: "attributes with quotes and a backslash", event: texts(`say:"hi\there"`)},

	{name: "json-object", why: "data that is a JSON object", event: data("application/json", `{"a":{"b":[1,2,"ü"]}}`)},
	{name: "json-array", why: "data that is a JSON array", event: data("application/json", `[1,"a",null]`)},
	{name: "json-string", why: "data that is a JSON string", event: data("application/json", `"a \"text\" ü"`)},
	{name: "json-number", why: "data that is a JSON number", event: data("application/json", `42`)},
	{name: "json-zero", why: "data that is the JSON number 0", event: data("application/json", `0`)},
	{name: "json-false", why: "data that is JSON false", event: data("application/json", `false`)},
	{name: "json-null", why: "data that is JSON null", event: data("application/json", `null`)},
	{name: "json-digits", why: "a JSON number of more digits than a double has", event: data("application/json", `{"n":12345678901234567890}`)},
	{name: "json-spelling", why: "JSON data with white space and characters that HTML reserves", event: data("application/json", `{ "html": "<b>&</b>" }`)},
	{name: "json-suffix", why: "JSON data of a media type that ends in +json", event: data("application/vnd.example+json", `{"a":1}`)},
	{name: "json-charset", why: "JSON data with a charset parameter", event: data("application/json; charset=utf-8", `{"a":"ü"}`)},
	{name: "json-charset-spelling", why: "the same parameter in another spelling", event: data("application/json;charset=UTF-8", `{"a":"ü"}`)},

	{name: "plain-text", why: "text with line breaks, tabs, quotes and Unicode", event: data("text/plain", "a\r\n\t\"b\" \\ € 😀\u2028")},
	{name: "text-like-json", why: "text that could be taken for JSON", event: data("text/plain", `null`)},
	{name: "text-other-charset", why: "text that is not UTF-8, as its charset says", event: data("text/plain; charset=iso-8859-1", "Z\xfcrich")},
	{name: "xml", why: "XML data", event: data("application/xml", `<a b="c">ü &amp; d</a>`)},
	{name: "binary-data", why: "data of every byte value", event: data("application/octet-stream", everyByte())},
	{name: "binary-image", why: "data of another binary type", event: data("image/png", "\x89PNG\r\n\x1a\n")},
	{name: "no-content-type", why: "data without a content type", event: data("", "\x00\x01 text")},
	{name: "no-data", why: "a content type without data", event: cloudevents.Event{
		ID: "1", Source: "/s", Type: "t", Time: noon, DataContentType: "text/plain",
	}},
	{name: "empty-data", why: "data of no bytes", event: data("text/plain", "")},
	{name: "v03-minimal", why: "version 0.3: the required attributes and nothing else", event: v03(cloudevents.Event{
		ID: "1", Source: "/s", Type: "t",
	})},
	{name: "v03-all-attributes", why: "version 0.3: every attribute and JSON data", event: v03(cloudevents.Event{
		ID: "A234-1234-1234", Source: "https://example.com/orders", Type: "com.example.order.created",
		Subject: "order-17", Time: time.Date(2024, 2, 29, 12, 30, 45, 678e6, time.UTC),
		DataContentType: "application/json", DataSchema: "https://example.com/schema/order.json#v2",
		Data: []byte(`{"order":17,"items":["a","b"],"paid":true,"note":null}`),
	})},
	{name: "v03-relative-schema", why: "version 0.3: a schemaurl that is relative", event: v03(cloudevents.Event{
		ID: "1", Source: "/s", Type: "t", Time: noon, DataSchema: "/schema",
	})},
	{name: "v03-extensions", why: "version 0.3: extensions of the types Integer and String", event: v03(extended(
		"ainteger", cloudevents.IntegerValue(-2147483648), "astring", cloudevents.StringValue("text"),
	))},
	{name: "v03-text", why: "version 0.3: text", event: v03(data("text/plain", "a\r\n\t\"b\" \\ € 😀"))},
	{name: "v03-xml", why: "version 0.3: XML data", event: v03(data("application/xml", `<a b="c">ü &amp; d</a>`))},
	{name: "v03-binary-data", why: "version 0.3: data of every byte value", event: v03(data("application/octet-stream", everyByte()))},
	{name: "v03-no-content-type", why: "version 0.3: data without a content type", event: v03(data("", "\x00\x01 text"))},

	{name: "large-binary", why: "1 MiB of bytes", event: data("application/octet-stream", string(bytes.Repeat([]byte(everyByte()), 1<<12)))},
	{name: "large-json", why: "1 MiB of JSON", event: data("application/json", `["`+string(bytes.Repeat([]byte("a"), 1<<20))+`"]`)},
}

var emptyBatch = eventCase{name: "empty-batch", why: "a batch of no events", event: timed()}

// noon is the time of the events that are not about time.
var noon = time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)

func extended(pairs ...any) cloudevents.Event {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: noon}
	for i := 0; i < len(pairs); i += 2 {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: pairs[i].(string), Value: pairs[i+1].(cloudevents.Value)})
	}
	return e
}

// texts returns an event with that text in an id, a type, a subject and an
// extension.
func texts(s string) cloudevents.Event {
	return cloudevents.Event{
		ID: s, Source: "/s", Type: s, Subject: s, Time: noon,
		Extensions: []cloudevents.Extension{{Name: "note", Value: cloudevents.StringValue(s)}},
	}
}

func data(contentType, s string) cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: noon, DataContentType: contentType, Data: []byte(s)}
}

func v03(e cloudevents.Event) cloudevents.Event {
	e.SpecVersion = spec.V03
	return e
}

func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}
