package cenats_test

import (
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	document  = `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed"}`
	mediaType = "application/cloudevents+json"
)

// headers returns the headers of a message in binary mode, and pairs of a name and a value.
func headers(pairs ...string) map[string][]string {
	h := map[string][]string{
		"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "ce-source": {"/orders"}, "ce-type": {"com.example.placed"},
	}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = append(h[pairs[i]], pairs[i+1])
	}
	return h
}

// typed returns a message with a Content-Type.
func typed(contentType, data string) *cenats.Message {
	return &cenats.Message{Header: map[string][]string{"Content-Type": {contentType}}, Data: []byte(data)}
}

// placed is the event of headers and of document.
func placed() cloudevents.Event {
	return cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
}

// text is a format that is JSON with another media type. The data of binary mode has an
// exclamation mark behind it.
type text struct{}

func (text) MediaType() string { return "application/cloudevents+text" }

func (text) DecodeStructuredModeMessage(body []byte, _ string, exts ...spec.Attribute) (cloudevents.Event, error) {
	return format.JSON{}.DecodeStructuredModeMessage(body, "", exts...)
}

func (text) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return format.JSON{}.EncodeStructuredModeMessage(dst, e)
}

func (text) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = []byte(strings.TrimSuffix(string(body), "!"))
	return nil
}

func (text) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return append(e.Data[:len(e.Data):len(e.Data)], '!'), nil
}

// fixtures returns the cases whose name begins with prefix.
func fixtures(t testing.TB, prefix string) (some []conformance.Case) {
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if strings.HasPrefix(c.Name, prefix) {
			some = append(some, c)
		}
	}
	if len(some) == 0 {
		t.Fatalf("no case in %s", prefix)
	}
	return some
}

// message returns the message of a case.
func message(c conformance.Case) *cenats.Message {
	m := cenats.Message{Header: map[string][]string{}}
	for _, p := range c.Message.Parts {
		switch {
		case p.Kind == "data":
			m.Data = p.Value
		case p.Value == nil:
			m.Header[p.Name] = nil
		default:
			m.Header[p.Name] = append(m.Header[p.Name], string(p.Value))
		}
	}
	return &m
}
