package peertest

import (
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// A Case is an event that every peer reads and writes in every mode.
type Case struct {
	Name  string
	Why   string
	Event cloudevents.Event
}

// Cases returns the cases in the order of the table.
func Cases() []Case {
	return []Case{
		{"minimal", "the required attributes and nothing else", cloudevents.Event{ID: "1", Source: "/s", Type: "t"}},
		{"all-attributes", "every attribute of the specification, and JSON data", cloudevents.Event{
			ID: "A234-1234-1234", Source: "https://example.com/orders", Type: "com.example.order.created",
			Subject: "order-17", Time: time.Date(2024, 2, 29, 12, 30, 45, 678e6, time.UTC),
			DataContentType: "application/json", DataSchema: "https://example.com/schema/order.json#v2",
			Data: []byte(`{"order":17,"items":["a","b"],"paid":true,"note":null}`),
		}},
		{"extension-types", "extensions of the types Boolean, Integer, String, URI and URI-reference", extended(
			"aboolean", cloudevents.BooleanValue(true),
			"ainteger", cloudevents.IntegerValue(-2147483648),
			"astring", cloudevents.StringValue("text"),
			"auri", cloudevents.URIValue("https://example.com/a?b=c#d"),
			"aurireference", cloudevents.URIReferenceValue("../a/b?c"),
		)},
		{"extension-zero", "extensions that are false and 0", extended("flag", cloudevents.BooleanValue(false), "level", cloudevents.IntegerValue(0))},
		{"extension-empty", "an extension that is the empty String", extended("empty", cloudevents.StringValue(""))},
		{"extension-binary", "a Binary extension", extended("abinary", cloudevents.BinaryValue([]byte{0x00, 0xff, 0x10, 0x80}))},
		{"extension-timestamp", "a Timestamp extension", extended("atimestamp", cloudevents.TimestampValue(time.Date(2024, 2, 29, 12, 30, 45, 0, time.UTC)))},
		{"partition-key", "the extension partitionkey", extended("partitionkey", cloudevents.StringValue("k-7"))},
		{"time-offset", "a time with an offset", at(time.Date(2024, 2, 29, 12, 30, 45, 0, time.FixedZone("", 5*3600+1800)))},
		{"time-nanoseconds", "a time with nine fraction digits", at(time.Date(2024, 2, 29, 12, 30, 45, 123456789, time.UTC))},
		{"text-unicode", "attributes with characters beyond Latin-1", texts("Euro € 😀 東京")},
		{"text-edge-spaces", "attributes with spaces at both ends", texts("  a  ")},
		{"text-percent", "attributes with percent signs", texts("100%-%zz-50%41")},
		{"text-quotes", "attributes with quotes and a backslash", texts(`say:"hi\there"`)},
		{"json-string", "data that is a JSON string", data("application/json", `"a \"text\" ü"`)},
		{"json-zero", "data that is the JSON number 0", data("application/json", `0`)},
		{"json-digits", "a JSON number of more digits than a double has", data("application/json", `{"n":12345678901234567890}`)},
		{"json-spelling", "JSON data with white space and characters that HTML reserves", data("application/json", `{ "html": "<b>&</b>" }`)},
		{"plain-text", "text with line breaks, tabs, quotes and Unicode", data("text/plain", "a\r\n\t\"b\" \\ € 😀\u2028")},
		{"xml", "XML data", data("application/xml", `<a b="c">ü &amp; d</a>`)},
		{"binary-data", "data of every byte value", data("application/octet-stream", everyByte())},
		{"no-content-type", "data without a content type", data("", "\x00\x01 text")},
		{"no-data", "a content type without data", cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: noon(), DataContentType: "text/plain"}},
		{"empty-data", "data of no bytes", data("text/plain", "")},
		{"large-binary", "96 KiB of bytes", data("application/octet-stream", strings.Repeat(everyByte(), 384))},
	}
}

// OldCases returns the cases of version 0.3, in the order of the table.
func OldCases() []Case {
	cases := []Case{
		{"v03-minimal", "the required attributes and nothing else", cloudevents.Event{ID: "1", Source: "/s", Type: "t"}},
		{"v03-all-attributes", "every attribute of the version, and JSON data", cloudevents.Event{
			ID: "A234-1234-1234", Source: "https://example.com/orders", Type: "com.example.order.created",
			Subject: "order-17", Time: time.Date(2024, 2, 29, 12, 30, 45, 678e6, time.UTC),
			DataContentType: "application/json", DataSchema: "https://example.com/schema/order.json",
			Data: []byte(`{"order":17,"items":["a","b"]}`),
		}},
		{"v03-relative-schema", "a schemaurl that is a relative reference", cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataSchema: "schema/order.json"}},
		{"v03-extensions", "extensions of the types String and Integer", extended("astring", cloudevents.StringValue("text"), "level", cloudevents.IntegerValue(7))},
		{"v03-binary-data", "data of every byte value, which JSON has with datacontentencoding", data("application/octet-stream", everyByte())},
		{"v03-text", "text with line breaks and Unicode", data("text/plain", "a\n\"b\" €")},
		{"v03-json-string", "data that is a JSON string", data("application/json", `"a text"`)},
		{"v03-no-data", "a content type without data", cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "text/plain"}},
	}
	for i := range cases {
		cases[i].Event.SpecVersion = spec.V03
	}
	return cases
}

// noon is the time of the events that are not about time.
func noon() time.Time { return time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC) }

func at(t time.Time) cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: t}
}

func extended(pairs ...any) cloudevents.Event {
	e := at(noon())
	for i := 0; i < len(pairs); i += 2 {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: pairs[i].(string), Value: pairs[i+1].(cloudevents.Value)})
	}
	return e
}

// texts returns an event with that text in an id, a type, a subject and an extension.
func texts(s string) cloudevents.Event {
	e := extended("note", cloudevents.StringValue(s))
	e.ID, e.Type, e.Subject = s, s, s
	return e
}

func data(contentType, s string) cloudevents.Event {
	e := at(noon())
	e.DataContentType, e.Data = contentType, []byte(s)
	return e
}

func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}
