package cemqtt_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// generator makes valid events.
type generator struct{ *rand.Rand }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

// text returns a legal String that is not empty.
func (g generator) text() string {
	var b strings.Builder
	for range 1 + g.IntN(12) {
		b.WriteString(pick(g, "a", "Z", "0", " ", "%", "%41", `"`, `\`, ",", "=", "é", "ß", "€", "\u00a0", "\u2028", "漢", "🚀", "\ufeff", "e\u0301", "\U0010FFFD"))
	}
	return b.String()
}

func (g generator) time() time.Time {
	at := time.Unix(g.Int64N(4e9), pick[int64](g, 0, 1, 500_000_000, 999_999_999)).UTC()
	return at.In(time.FixedZone("", 60*(g.IntN(1600)-800)))
}

func (g generator) value() cloudevents.Value {
	switch g.IntN(8) {
	case 0:
		return cloudevents.BooleanValue(g.IntN(2) == 0)
	case 1:
		return cloudevents.IntegerValue(int32(g.Uint32()))
	case 2:
		return cloudevents.BinaryValue(g.bytes())
	case 3:
		v, err := cloudevents.ParseValue(spec.URI, "https://example.com/%C3%A9?a=b#c")
		if err != nil {
			panic(err)
		}
		return v
	case 4:
		v, err := cloudevents.ParseValue(spec.URIReference, pick(g, "", "../x", "#f", "/a;b"))
		if err != nil {
			panic(err)
		}
		return v
	case 5:
		return cloudevents.TimestampValue(g.time())
	case 6:
		return cloudevents.StringValue("")
	}
	return cloudevents.StringValue(g.text())
}

func (g generator) bytes() []byte {
	b := make([]byte, g.IntN(20))
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

func (g generator) event() cloudevents.Event {
	e := cloudevents.Event{
		ID: g.text(), Source: pick(g, "/s", "urn:a:b", "https://example.com/%20?q", "a/b#c"), Type: g.text(),
		DataContentType: pick(g, "", "application/json", "text/plain; charset=utf-8", "image/png", "application/xml", "application/vnd.x+json", "application/cloudeventsx", "application/cloudevents+json"),
	}
	if g.IntN(2) == 0 {
		e.Subject = g.text()
	}
	if g.IntN(2) == 0 {
		e.Time = g.time()
	}
	if g.IntN(4) == 0 {
		e.SpecVersion = spec.V03
	}
	if g.IntN(2) == 0 {
		e.DataSchema = "https://example.com/schema#x"
	}
	for i := range g.IntN(20) {
		if e.SpecVersion == spec.V03 && i > 3 {
			break
		}
		name := fmt.Sprintf("%s%d", pick(g, "note", "x", "traceparent", "schemaurl", "dataschema"), i)
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: g.value()})
	}
	switch g.IntN(5) {
	case 0:
		e.Data = g.bytes()
	case 1:
		e.Data = []byte(pick(g, `{"a":1}`, ` [1, 2] `, `"é"`, "null", "{", "1 2"))
	case 2:
		e.Data = []byte(g.text())
	case 3:
		e.Data = []byte{}
	}
	return e
}

// arrived returns e as it arrives: MQTT does not tell empty data from none, white space around
// a JSON value belongs to the document, and decoders sort extensions.
func arrived(e cloudevents.Event, mode cloudevents.Mode) cloudevents.Event {
	e = sorted(e)
	switch {
	case mode == cloudevents.BinaryMode && len(e.Data) == 0:
		e.Data = nil
	case mode == cloudevents.StructuredMode && strings.HasSuffix(e.DataContentType, "json"):
		if trimmed := bytes.Trim(e.Data, " "); len(trimmed) > 0 && trimmed[0] == '[' {
			e.Data = trimmed
		}
	}
	return e
}

// Every valid event goes through every mode of both versions and comes back.
func TestGeneratedEvents(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(14, 3))}
	encoders := []cemqtt.Encoder{
		{}, {CopyDataContentType: true},
		{Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, CopyProperties: true},
		{Mode: cloudevents.StructuredMode, Version: cemqtt.V311},
	}
	sent := 0
	for range 3000 {
		e := g.event()
		if e.Validate() != nil {
			continue // of version 0.3, which has fewer types
		}
		sent++
		d := cemqtt.Decoder{Extensions: types(&e)}
		for _, enc := range encoders {
			m := cemqtt.Message{UserProperties: property("X-Foreign", "x", "stale", "x")}
			err := enc.CopyToMessage(&m, &e)
			if enc.Mode == cloudevents.BinaryMode && strings.HasPrefix(e.DataContentType, spec.MediaTypePrefix) {
				if !errors.Is(err, cloudevents.ErrContentMode) {
					t.Fatalf("%v: %v", e, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%v: %v", e, err)
			}
			got, err := d.ToCloudEvent(&m)
			if err != nil {
				t.Fatalf("%v: %v", e, err)
			}
			if diff := diff(arrived(e, enc.Mode), got); diff != "" {
				t.Fatalf("%+v: %s", enc, diff)
			}
		}
	}
	if sent < 2000 {
		t.Errorf("only %d events were valid", sent)
	}
}
