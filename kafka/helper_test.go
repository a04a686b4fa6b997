package cekafka_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

const document = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`

// minimal returns the event in document.
func minimal() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
}

// headers returns headers of pairs of a name and a value.
func headers(pairs ...string) []cekafka.Header {
	var hs []cekafka.Header
	for i := 0; i < len(pairs); i += 2 {
		hs = append(hs, cekafka.Header{Name: pairs[i], Value: []byte(pairs[i+1])})
	}
	return hs
}

// binary returns a message in binary mode with the event of document, and more headers.
func binary(value string, more ...string) *cekafka.Message {
	m := &cekafka.Message{Headers: headers(append([]string{"ce_specversion", "1.0", "ce_id", "1", "ce_source", "/s", "ce_type", "t"}, more...)...)}
	if value != "" {
		m.Value = []byte(value)
	}
	return m
}

// structured returns a message in structured mode.
func structured(document string, more ...string) *cekafka.Message {
	return &cekafka.Message{Value: []byte(document), Headers: headers(append([]string{"content-type", spec.MediaTypeJSON}, more...)...)}
}

var load = sync.OnceValues(func() ([]conformance.Case, error) { return conformance.Load(os.DirFS("../testdata")) })

// fixtures returns the cases whose names begin with dir.
func fixtures(t testing.TB, dir string) (cases []conformance.Case) {
	t.Helper()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if strings.HasPrefix(c.Name, dir) {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		t.Fatalf("no case in %s", dir)
	}
	return cases
}

// ofCase returns the message of a case.
func ofCase(c conformance.Case) *cekafka.Message {
	var m cekafka.Message
	for _, p := range c.Message.Parts {
		switch p.Kind {
		case "key":
			m.Key = p.Value
		case "header":
			m.Headers = append(m.Headers, cekafka.Header{Name: p.Name, Value: p.Value})
		case "value":
			m.Value = p.Value
		}
	}
	return &m
}

// types declares the extensions of e.
func types(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}

func wantEvent(t testing.TB, got, want cloudevents.Event) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("event (-want +got):\n%s", d)
	}
}

func wantMessage(t testing.TB, got, want *cekafka.Message) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("message (-want +got):\n%s", d)
	}
}
