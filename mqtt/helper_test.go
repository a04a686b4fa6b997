package cemqtt_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
)

const structuredType = "application/cloudevents+json"

const document = `{"specversion":"1.0","id":"1","source":"/s","type":"t"}`

func minimal() cloudevents.Event { return cloudevents.Event{ID: "1", Source: "/s", Type: "t"} }

// property returns user properties from names and values.
func property(pairs ...string) (all []cemqtt.UserProperty) {
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, cemqtt.UserProperty{Name: pairs[i], Value: pairs[i+1]})
	}
	return all
}

// required returns the user properties of minimal, and more.
func required(more ...string) []cemqtt.UserProperty {
	return append(property("specversion", "1.0", "id", "1", "source", "/s", "type", "t"), property(more...)...)
}

func binary(payload string, more ...string) cemqtt.Message {
	return cemqtt.Message{UserProperties: required(more...), Payload: []byte(payload)}
}

// diff is cmp.Diff, and compares the offsets of times, too.
func diff(want, got cloudevents.Event) string {
	if d := cmp.Diff(want, got); d != "" {
		return d
	}
	w, _ := want.Get("time")
	g, _ := got.Get("time")
	return cmp.Diff(w.String(), g.String())
}

// wantError checks what an error wraps, and that its text has the parts.
func wantError(t *testing.T, err error, want error, parts ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

// types declares the extensions of e.
func types(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}

// sorted returns e with its extensions in the order in which decoders have them.
func sorted(e cloudevents.Event) cloudevents.Event {
	e.Extensions = slices.Clone(e.Extensions)
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	return e
}

// fixtures returns the cases of a directory, such as "mqtt/decode/".
func fixtures(t testing.TB, dir string) (found []conformance.Case) {
	t.Helper()
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if strings.HasPrefix(c.Name, dir) {
			found = append(found, c)
		}
	}
	if len(found) < 30 {
		t.Fatalf("%d cases in %s", len(found), dir)
	}
	return found
}

// fakeFormat is an event format that is not JSON.
type fakeFormat struct{}

func (fakeFormat) MediaType() string { return "application/cloudevents+fake" }

func (fakeFormat) DecodeStructuredModeMessage(body []byte, _ string, _ ...spec.Attribute) (cloudevents.Event, error) {
	e := minimal()
	e.ID = string(body)
	return e, nil
}

func (fakeFormat) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return append(dst, e.ID...), nil
}

func (fakeFormat) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = append([]byte("fake "), body...)
	return nil
}

func (fakeFormat) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return append([]byte("made "), e.Data...), nil
}
