package ceprotobuf_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

func TestTypeURL(t *testing.T) {
	for schema, want := range map[string]string{
		"https://type.googleapis.com/google.protobuf.Duration": "type.googleapis.com/google.protobuf.Duration",
		"https://type.googleapis.com/lower":                    "type.googleapis.com/lower",
		"https://type.googleapis.com/_a._1":                    "type.googleapis.com/_a._1",
		"https://example.com/acme.Order":                       "example.com/acme.Order",
		"https://example.com:8080/types/acme.v1.Order":         "example.com:8080/types/acme.v1.Order",
		"http://type.googleapis.com/acme.Order":                "http://type.googleapis.com/acme.Order",
		"https://example.com/order.proto":                      "",
		"https://example.com/Order":                            "",
		"https://example.com/acme.order":                       "",
		"https://type.googleapis.com/":                         "",
		"https://type.googleapis.com/1a":                       "",
		"https://type.googleapis.com/a..B":                     "",
		"https://type.googleapis.com/a.B.":                     "",
		"https://type.googleapis.com/a-b.C":                    "",
		"https://type.googleapis.com/a.B#c":                    "",
		"https://type.googleapis.com/a.B?c":                    "",
		"https://example.com/?c=/a.B":                          "",
		"https://example.com/#/a.B":                            "",
		"https://acme.Order":                                   "",
		"https:///acme.Order":                                  "",
		"urn:x/acme.Order":                                     "",
		"":                                                     "",
	} {
		for _, contentType := range []string{"application/protobuf", "Application/Protobuf; x=y", "application/x-protobuf", ""} {
			e := cloudevents.Event{DataContentType: contentType, DataSchema: schema, Data: []byte{}}
			isProtobuf := contentType != "" && contentType != "application/x-protobuf"
			got, ok := ceprotobuf.TypeURL(&e)
			if isProtobuf && (got != want || ok != (want != "")) || !isProtobuf && ok {
				t.Errorf("%q, %q: %q, %t", contentType, schema, got, ok)
			}
			if ok && ceprotobuf.SchemaURI(got) != schema {
				t.Errorf("%q has the schema %q, want %q", got, ceprotobuf.SchemaURI(got), schema)
			}
			if e.Data = nil; isProtobuf {
				if _, ok := ceprotobuf.TypeURL(&e); ok {
					t.Errorf("%q: no data is a message", schema)
				}
			}
		}
	}
}

// What is proto_data comes back as proto_data.
func TestProtoDataStays(t *testing.T) {
	for _, typeURL := range []string{
		"type.googleapis.com/a.B", "type.googleapis.com/google.protobuf.StringValue", "example.com/x/a.B", "grpc://example.com/a.B",
	} {
		body := minimal + entry("datacontenttype", bytesField(3, "application/protobuf")) +
			entry("dataschema", bytesField(5, ceprotobuf.SchemaURI(typeURL))) +
			bytesField(8, bytesField(1, typeURL)+bytesField(2, "\x08\x01"))
		e, err := ceprotobuf.Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(encoded(t, e)); got != body {
			t.Errorf("%q, want %q", got, body)
		}
	}
}

// DataSchema and the type URL name one message, wherever each of them says that it is.
func TestDataSchemaAndTypeURL(t *testing.T) {
	for _, c := range []struct{ schema, typeURL, want string }{
		{"", "type.googleapis.com/a.B", "https://type.googleapis.com/a.B"},
		{"type.googleapis.com/a.B", "type.googleapis.com/a.B", "https://type.googleapis.com/a.B"},
		{"https://type.googleapis.com/a.B", "type.googleapis.com/a.B", "https://type.googleapis.com/a.B"},
		{"https://example.com/x/a.B", "type.googleapis.com/a.B", "https://example.com/x/a.B"},
		{"https://type.googleapis.com/a.B", "example.com/x/y/a.B", "https://type.googleapis.com/a.B"},
		{"https://type.googleapis.com/a.B", "type.googleapis.com/a.C", ""},
		{"https://type.googleapis.com/a.B", "type.googleapis.com/B", ""},
		{"https://type.googleapis.com/a.B", "type.googleapis.com/xa.B", ""},
		{"https://type.googleapis.com/a.B", "a.B", ""},
		{"https://a.B", "a.B", ""},
		{"", "a.B", ""},
		{"https://example.com/b.proto", "type.googleapis.com/a.B", "https://example.com/b.proto"}, // names no message
	} {
		body := minimal + entry("datacontenttype", bytesField(3, "application/protobuf"))
		if c.schema != "" {
			body += entry("dataschema", bytesField(5, c.schema))
		}
		e, err := ceprotobuf.Decode([]byte(body + bytesField(8, bytesField(1, c.typeURL)+bytesField(2, "\x08\x01"))))
		if (err == nil) != (c.want != "") || err == nil && e.DataSchema != c.want {
			t.Errorf("%q, %q: %q, %v, want %q", c.schema, c.typeURL, e.DataSchema, err, c.want)
		}
	}
}
