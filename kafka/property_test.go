package cekafka_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

// generator makes valid events.
type generator struct{ *rand.Rand }

func pick[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func (g generator) text() string {
	alphabet := []rune(`abz 019%"\,;:=_-/ÄéßЖ世€😀` + "\u00a0\u0301\u2028\uFEFF\uFFFD\U000F0000")
	var b strings.Builder
	for range 1 + g.IntN(12) {
		b.WriteRune(pick(g, alphabet...))
	}
	return b.String()
}

func (g generator) time() time.Time {
	zone := time.FixedZone("", 60*(g.IntN(2*14*60)-14*60))
	return time.Unix(g.Int64N(4e9)-1e9, pick[int64](g, 0, 1, 500_000_000, 999_999_999)).In(zone)
}

func (g generator) value() cloudevents.Value {
	bytes := make([]byte, g.IntN(5))
	for i := range bytes {
		bytes[i] = byte(g.Uint32())
	}
	return pick(g, cloudevents.BooleanValue(g.IntN(2) == 0), cloudevents.IntegerValue(int32(g.Uint32())), cloudevents.StringValue(""),
		cloudevents.StringValue(g.text()), cloudevents.BinaryValue(bytes), cloudevents.URIValue("urn:x:%20y"),
		cloudevents.URIReferenceValue(pick(g, "../a?b#c", "#", "")), cloudevents.TimestampValue(g.time()))
}

func (g generator) event() cloudevents.Event {
	e := cloudevents.Event{ID: g.text(), Source: pick(g, "/s", "urn:x", "https://example.com/%20?q#f", "a"), Type: g.text()}
	if g.IntN(8) == 0 {
		e.SpecVersion = spec.V03
		e.DataSchema = pick(g, "", "/schema", "urn:x")
	} else {
		e.DataSchema = pick(g, "", "urn:x", "https://example.com/s#1")
	}
	if g.IntN(2) == 0 {
		e.Subject = g.text()
	}
	if g.IntN(2) == 0 {
		e.Time = g.time()
	}
	e.DataContentType = pick(g, "", "application/json", "application/x+json; v=1", "text/plain", "text/xml; charset=us-ascii",
		"Text/HTML; charset=\"utf-8\"", "application/octet-stream", "image/png")
	e.Data = pick(g, nil, []byte{}, []byte("plain"), []byte(`{"n":1.50,"s":"\u00e9"}`), []byte("null"), []byte(`"text"`), []byte("{"),
		[]byte("ü€😀"), []byte{0, 0xff, '"', '\n'}, []byte("\uFEFFx"), []byte(g.text()))
	if e.SpecVersion == spec.V1 {
		for range g.IntN(20) {
			name := string(rune('a'+g.IntN(26))) + string(rune('a'+g.IntN(26))) + string(rune('0'+g.IntN(10))) + "x"
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: g.value()})
		}
	}
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	e.Extensions = slices.CompactFunc(e.Extensions, func(x, y cloudevents.Extension) bool { return x.Name == y.Name })
	if len(e.Extensions) == 0 {
		e.Extensions = nil
	}
	return e
}

// Every event arrives as it was sent, in each mode, with copied headers or without, and
// after any number of turns.
func TestEventsArrive(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(14, 1))}
	for range 1500 {
		e := g.event()
		if err := e.Validate(); err != nil {
			t.Fatalf("the generator makes invalid events: %v", err)
		}
		m := stale()
		for range 3 {
			enc := cekafka.Encoder{Mode: pick(g, modes...), CopyHeaders: g.IntN(2) == 0}
			if err := enc.CopyToMessage(m, &e); err != nil {
				t.Fatalf("%v: %v", e, err)
			}
			arrives(t, m, e, enc.Mode)
			if (m.Value == nil) != (enc.Mode == cloudevents.BinaryMode && e.Data == nil) {
				t.Errorf("%s mode: value %q of data %q", enc.Mode, m.Value, e.Data)
			}
			if t.Failed() {
				t.Fatalf("%v\n%q", e, m)
			}
		}
	}
}
