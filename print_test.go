package cloudevents_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// logJSON returns what a JSON handler writes of v under the key "x".
func logJSON(v any) string {
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key != "x" {
				return slog.Attr{}
			}
			return a
		},
	}))
	log.Info("", "x", v)
	return strings.TrimSuffix(b.String(), "\n")
}

func TestLogValue(t *testing.T) {
	typed := minimal()
	typed.Extensions = []cloudevents.Extension{
		{Name: "bin", Value: cloudevents.BinaryValue([]byte("abc"))},
		{Name: "bool", Value: cloudevents.BooleanValue(false)},
		{Name: "int", Value: cloudevents.IntegerValue(-7)},
		{Name: "text", Value: cloudevents.StringValue("5")},
		{Name: "uri", Value: cloudevents.URIValue("urn:a")},
	}
	secret := minimal()
	secret.Data = []byte("s3cret")
	const required = `"id":"1","source":"/s","specversion":"1.0","type":"t"`
	e := full()
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"types are kept where JSON has them", typed, `{"x":{` + required + `,"bin":"YWJj","bool":false,"int":-7,"text":"5","uri":"urn:a"}}`},
		{"data is not logged", secret, `{"x":{` + required + `}}`},
		{"a pointer to an event", &secret, `{"x":{` + required + `}}`},
		{"the zero event", cloudevents.Event{}, `{"x":{"specversion":"1.0"}}`},
		{"an unknown version", cloudevents.Event{SpecVersion: 7}, `{"x":{"specversion":"Version(7)"}}`},
		{"control characters are escaped", cloudevents.Event{ID: "a\n\"b"}, `{"x":{"id":"a\n\"b","specversion":"1.0"}}`},
		{"every attribute", e, `{"x":{"id":"A234-1234","source":"https://example.com/storage/tenant/container","specversion":"1.0",` +
			`"type":"com.example.object.created","datacontenttype":"application/json","dataschema":"https://example.com/schema#object",` +
			`"subject":"picture.jpg","time":"2024-02-29T17:31:00.005+02:00","partitionkey":"p1","sampledrate":5}}`},
		{"a Value", cloudevents.IntegerValue(5), `{"x":5}`},
		{"a String that looks like an Integer", cloudevents.StringValue("5"), `{"x":"5"}`},
		{"a Timestamp as its text", e.Extensions[0].Value, `{"x":"p1"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := logJSON(tt.value); got != tt.want {
				t.Errorf("logged\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestString(t *testing.T) {
	tests := []struct {
		name  string
		event cloudevents.Event
		want  string
	}{
		{"the zero event", cloudevents.Event{}, "specversion: 1.0\ndata: none"},
		{"empty data is there", cloudevents.Event{Data: []byte{}}, "specversion: 1.0\ndata: 0 bytes"},
		{"data is counted, not shown", cloudevents.Event{Data: []byte("s3cret")}, "specversion: 1.0\ndata: 6 bytes"},
		{"an attribute a line", full(), "id: A234-1234\nsource: https://example.com/storage/tenant/container\nspecversion: 1.0\n" +
			"type: com.example.object.created\ndatacontenttype: application/json\ndataschema: https://example.com/schema#object\n" +
			"subject: picture.jpg\ntime: 2024-02-29T17:31:00.005+02:00\npartitionkey: p1\nsampledrate: 5\ndata: 13 bytes"},
		{"a line break cannot add a line", cloudevents.Event{ID: "1\ntype: forged"}, "id: \"1\\ntype: forged\"\nspecversion: 1.0\ndata: none"},
		{"a terminal escape is quoted", cloudevents.Event{Subject: "\x1b[2J"}, "specversion: 1.0\nsubject: \"\\x1b[2J\"\ndata: none"},
		{"a C1 control is quoted", cloudevents.Event{Subject: "\u0085"}, "specversion: 1.0\nsubject: \"\\u0085\"\ndata: none"},
		{"bytes that are not UTF-8 are quoted", cloudevents.Event{Subject: "\xFF"}, "specversion: 1.0\nsubject: \"\\xff\"\ndata: none"},
		{"an extension value with a line break", cloudevents.Event{Extensions: []cloudevents.Extension{{Name: "e", Value: cloudevents.URIValue("a\nb")}}},
			"specversion: 1.0\ne: \"a\\nb\"\ndata: none"},
		{"an extension name with a line break", cloudevents.Event{Extensions: []cloudevents.Extension{{Name: "a\nid: forged"}}},
			"specversion: 1.0\n\"a\\nid: forged\": \ndata: none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, verb := range []string{"%s", "%v", "%+v"} {
				if got := fmt.Sprintf(verb, tt.event); got != tt.want {
					t.Errorf("%s is\n%s\nwant\n%s", verb, got, tt.want)
				}
				if got := fmt.Sprintf(verb, &tt.event); got != tt.want {
					t.Errorf("%s of a pointer is\n%s\nwant\n%s", verb, got, tt.want)
				}
			}
		})
	}
}

func TestModeString(t *testing.T) {
	for m, want := range map[cloudevents.Mode]string{
		cloudevents.BinaryMode: "binary", cloudevents.StructuredMode: "structured", cloudevents.BatchMode: "batch", 3: "Mode(3)",
	} {
		if got := m.String(); got != want {
			t.Errorf("Mode(%d) is %q, want %q", uint8(m), got, want)
		}
	}
	var zero cloudevents.Mode
	if zero != cloudevents.BinaryMode {
		t.Error("the zero Mode is not BinaryMode")
	}
	var version spec.Version
	if version != spec.V1 {
		t.Error("the zero Version is not 1.0")
	}
}
