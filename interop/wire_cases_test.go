package interop_test

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
)

// A wireMessage is a request as it stands.
type wireMessage struct {
	mode   cloudevents.Mode
	header http.Header
	body   string
}

const envelope = `"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2024-02-29T12:00:00Z"`

// wireCases are messages that no encoder here writes: legal in a spelling of their
// own, or not legal.
var wireCases = []eventCase{
	{name: "header-quoted", why: "a quoted header value with backslashes", event: subject(`a "b" \c`),
		wire: binary("Ce-Subject", `"a \"b\" \\c"`)},
	{name: "header-lower-hex", why: "percent-encoding in lower-case hexadecimal digits", event: subject("€"),
		wire: binary("Ce-Subject", "%e2%82%ac")},
	{name: "header-unneeded-percent", why: "percent-encoding of a character that needs none", event: subject("abc"),
		wire: binary("Ce-Subject", "a%62c")},
	{name: "header-overlong", why: "an overlong percent-encoded sequence", refused: true,
		wire: binary("Ce-Subject", "a%C0%A0b")},
	{name: "header-bare", why: "a header that is nothing but the prefix", refused: true,
		wire: binary("Ce-", "x")},
	{name: "header-hyphen", why: "an attribute name with a hyphen", refused: true,
		wire: binary("Ce-Foo-Bar", "x")},
	{name: "header-long-name", why: "the name of an extension in mixed case", event: extended("partitionkey", cloudevents.StringValue("x")),
		wire: binary("cE-pArTiTiOnKeY", "x")},
	{name: "header-two-values", why: "two values for one attribute", refused: true,
		wire: &wireMessage{cloudevents.BinaryMode, http.Header{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"1", "2"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"},
			"Ce-Time": {"2024-02-29T12:00:00Z"},
		}, ""}},
	{name: "header-no-version", why: "no specversion", refused: true,
		wire: &wireMessage{cloudevents.BinaryMode, http.Header{
			"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Ce-Time": {"2024-02-29T12:00:00Z"},
		}, ""}},
	{name: "header-no-type", why: "no type", refused: true,
		wire: &wireMessage{cloudevents.BinaryMode, http.Header{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Time": {"2024-02-29T12:00:00Z"},
		}, ""}},
	{name: "header-bad-time", why: "a time that is none", refused: true,
		wire: &wireMessage{cloudevents.BinaryMode, http.Header{
			"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Ce-Time": {"yesterday"},
		}, ""}},
	{name: "header-other-media-type", why: "a content type that only begins like a CloudEvents media type",
		event: data("application/cloudeventsarerubbish", "x"),
		wire:  withBody(binary("Content-Type", "application/cloudeventsarerubbish"), "x")},

	{name: "media-type-case", why: "a CloudEvents media type in other case", event: timed(),
		wire: structured("Application/CloudEvents+JSON", `{`+envelope+`}`)},
	{name: "media-type-charset", why: "the charset parameter in another spelling", event: timed(),
		wire: structured(`application/cloudevents+json;charset="UTF-8"`, `{`+envelope+`}`)},
	{name: "stray-headers", why: "ce- headers beside a structured event", event: timed(),
		wire: &wireMessage{cloudevents.StructuredMode, http.Header{
			"Content-Type": {"application/cloudevents+json"}, "Ce-Specversion": {"1.0"}, "Ce-Id": {"2"}, "Ce-Other": {"x"},
		}, `{` + envelope + `}`}},
	{name: "data-first", why: "data before the attributes that describe it", event: data("text/plain", "a\nb"),
		wire: structured("application/cloudevents+json", `{"data":"a\nb","datacontenttype":"text/plain",`+envelope+`}`)},
	{name: "base64-first", why: "data_base64 before the attributes", event: data("image/png", "\x00\xff"),
		wire: structured("application/cloudevents+json", `{"data_base64":"AP8=","datacontenttype":"image/png",`+envelope+`}`)},
	{name: "base64-escaped", why: "base64 with an escaped solidus", event: data("image/png", "\xff\xff\xff"),
		wire: structured("application/cloudevents+json", `{"data_base64":"\/\/\/\/","datacontenttype":"image/png",`+envelope+`}`)},
	{name: "base64-escaped-untyped", why: "the same without a content type", event: data("", "\xff\xff\xff"),
		wire: structured("application/cloudevents+json", `{`+envelope+`,"data_base64":"\/\/\/\/"}`)},
	{name: "null-attribute", why: "attributes that are null", event: timed(),
		wire: structured("application/cloudevents+json", `{`+envelope+`,"subject":null,"dataschema":null,"ext":null}`)},
	{name: "default-content-type", why: "data without datacontenttype, which is then application/json", event: data("application/json", `{"a":1}`),
		wire: structured("application/cloudevents+json", `{`+envelope+`,"data":{"a":1}}`)},
	{name: "data-twice", why: "both data and data_base64", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`,"data":"a","data_base64":"Yg=="}`)},
	{name: "duplicate-member", why: "a member twice", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`,"subject":"a","subject":"b"}`)},
	{name: "member-case", why: "an attribute name in upper case", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`,"Subject":"a"}`)},
	{name: "fraction", why: "an extension that is a number with a fraction", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`,"n":1.5}`)},
	{name: "object-attribute", why: "an extension that is an object", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`,"n":{"a":1}}`)},
	{name: "id-number", why: "an id that is a number", refused: true,
		wire: structured("application/cloudevents+json", `{"specversion":"1.0","id":5,"source":"/s","type":"t","time":"2024-02-29T12:00:00Z"}`)},
	{name: "no-id", why: "no id", refused: true,
		wire: structured("application/cloudevents+json", `{"specversion":"1.0","source":"/s","type":"t","time":"2024-02-29T12:00:00Z"}`)},
	{name: "future-version", why: "an unknown specversion", refused: true,
		wire: structured("application/cloudevents+json", `{"specversion":"2.0","id":"1","source":"/s","type":"t","time":"2024-02-29T12:00:00Z"}`)},
	{name: "trailing-bytes", why: "bytes after the event", refused: true,
		wire: structured("application/cloudevents+json", `{`+envelope+`}x`)},
}

func timed() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t", Time: noon}
}

func subject(s string) cloudevents.Event {
	e := timed()
	e.Subject = s
	return e
}

func binary(key, value string) *wireMessage {
	return &wireMessage{cloudevents.BinaryMode, http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"},
		"Ce-Time": {"2024-02-29T12:00:00Z"}, key: {value},
	}, ""}
}

func withBody(m *wireMessage, body string) *wireMessage {
	m.body = body
	return m
}

func structured(contentType, body string) *wireMessage {
	return &wireMessage{cloudevents.StructuredMode, http.Header{"Content-Type": {contentType}}, body}
}
