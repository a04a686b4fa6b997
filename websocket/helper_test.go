package cews_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// stand is a format that stands for one of those that have a media type in these tests and
// no package: JSON behind a byte that is not UTF-8.
type stand struct {
	format.JSON
	mediaType string
}

func (s stand) MediaType() string { return s.mediaType }

func (s stand) Accepts(contentType string) bool { return contentType == s.mediaType }

func (s stand) DecodeStructuredModeMessage(body []byte, _ string, exts ...spec.Attribute) (cloudevents.Event, error) {
	body, ok := bytes.CutPrefix(body, []byte{0xFF})
	if !ok {
		return cloudevents.Event{}, &cloudevents.SyntaxError{Err: errors.New("not of this format")}
	}
	return s.JSON.DecodeStructuredModeMessage(body, "", exts...)
}

func (s stand) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return s.JSON.EncodeStructuredModeMessage(append(dst, 0xFF), e)
}

var (
	avro     = stand{mediaType: "application/cloudevents+avro"}
	protobuf = stand{mediaType: "application/cloudevents+protobuf"}
	xml      = stand{mediaType: "application/cloudevents+xml"}
	all      = format.Set{protobuf, format.JSON{}, avro}
)

func order() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed",
		DataContentType: "application/json", Data: []byte(`{"total":42}`),
	}
}

const orderJSON = `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed","datacontenttype":"application/json","data":{"total":42}}`

func text(payload string) *cews.Message {
	return &cews.Message{Frame: cews.Text, Payload: []byte(payload)}
}

// fixtures returns the cases of this module below a directory of testdata.
func fixtures(t testing.TB, dir string) (cases []conformance.Case) {
	t.Helper()
	loaded, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range loaded {
		if strings.HasPrefix(c.Name, dir) {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no case in %s", dir)
	}
	return cases
}
