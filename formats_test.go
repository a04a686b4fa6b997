package cloudevents_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

// leg sends an event as a message of a protocol, in a mode and a format, and returns the event
// that a receiver of all formats decodes.
type leg struct {
	name string
	send func(e *cloudevents.Event, exts []spec.Attribute) (cloudevents.Event, error)
}

func (l leg) String() string { return l.name }

func httpLeg(mode cloudevents.Mode, f format.Formatter) leg {
	return leg{"HTTP", func(e *cloudevents.Event, exts []spec.Attribute) (cloudevents.Event, error) {
		h := http.Header{}
		body, err := cehttp.EncodeMessage(h, e, mode, f)
		if err != nil {
			return *e, err
		}
		return cehttp.DecodeMessage(h, body, all.Formats(), exts...)
	}}
}

func kafkaLeg(mode cloudevents.Mode, f format.Formatter) leg {
	return leg{"Kafka", func(e *cloudevents.Event, exts []spec.Attribute) (cloudevents.Event, error) {
		m, err := cekafka.ToMessage(e, mode, f)
		if err != nil {
			return *e, err
		}
		return cekafka.ToCloudEvent(&m, all.Formats(), exts...)
	}}
}

func amqpLeg(mode cloudevents.Mode, f format.Formatter) leg {
	return leg{"AMQP", func(e *cloudevents.Event, exts []spec.Attribute) (cloudevents.Event, error) {
		m, err := ceamqp.ToMessage(e, mode, f)
		if err != nil {
			return *e, err
		}
		return ceamqp.ToCloudEvent(&m, all.Formats(), exts...)
	}}
}

// httpBatchLeg is a batch of one event.
func httpBatchLeg(f format.Batch) leg {
	return leg{"HTTP", func(e *cloudevents.Event, exts []spec.Attribute) (cloudevents.Event, error) {
		h := http.Header{}
		body, err := cehttp.EncodeMessageBatch(h, []cloudevents.Event{*e}, f)
		if err != nil {
			return *e, err
		}
		es, err := cehttp.DecodeMessageBatch(h, body, all.Formats(), exts...)
		if err != nil || len(es) != 1 {
			return *e, fmt.Errorf("%d events, %w", len(es), err)
		}
		return es[0], nil
	}}
}

// legs returns one for each protocol, mode and format.
func legs() (every []leg) {
	for _, legOf := range []func(cloudevents.Mode, format.Formatter) leg{httpLeg, kafkaLeg, amqpLeg} {
		binary := legOf(cloudevents.BinaryMode, nil)
		binary.name += " in binary mode"
		every = append(every, binary)
		for _, f := range all.Formats() {
			l := legOf(cloudevents.StructuredMode, f)
			l.name += " with " + f.MediaType()
			every = append(every, l)
		}
	}
	for _, f := range all.Formats() {
		if b, ok := f.(format.Batch); ok {
			l := httpBatchLeg(b)
			l.name += " with " + b.BatchMediaType()
			every = append(every, l)
		}
	}
	return every
}

// commonTime returns a time that every format keeps. Protobuf and Avro compact lose offsets,
// Avro compact counts microseconds, and Protobuf has the years 1 to 9999 in UTC.
func commonTime(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return time.Date(2026, 1, 2, 15, 4, 5, 6000, time.UTC)
	}
	return t
}

// common returns a generated event with data that every format and mode carries. What some of
// them document as lost, or refuse, is left out: parts of times, names that no XML element has,
// and, because of binary mode, empty data and content types that are those of events.
func common(t *testing.T, r *rand.Rand, data []byte) (e cloudevents.Event, exts []spec.Attribute, ok bool) {
	t.Helper()
	e = generated(r)
	e.DataContentType, e.Data = pick(r, hostileTypes), data
	if strings.HasPrefix(strings.ToLower(e.DataContentType), spec.MediaTypePrefix) {
		return e, nil, false
	}
	if !e.Time.IsZero() {
		e.Time = commonTime(e.Time)
	}
	e.Extensions = slices.DeleteFunc(e.Extensions, func(x cloudevents.Extension) bool {
		return x.Name[0] >= '0' && x.Name[0] <= '9'
	})
	for i := range e.Extensions {
		x := &e.Extensions[i]
		if at, err := x.Value.Time(); err == nil && x.Value.Type() == spec.Timestamp {
			x.Value = cloudevents.TimestampValue(commonTime(at))
		}
	}
	exts = declared(&e)
	for _, mode := range []cloudevents.Mode{cloudevents.StructuredMode, cloudevents.BinaryMode} {
		var err error
		if e, err = httpLeg(mode, nil).send(&e, exts); err != nil {
			t.Fatal(err)
		}
	}
	return e, exts, true
}

// chain sends an event along legs and back to JSON, and compares it after each one.
func chain(t *testing.T, e cloudevents.Event, exts []spec.Attribute, path []leg) {
	t.Helper()
	want := conformance.FromEvent(&e)
	first, err := cloudevents.AppendJSON(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range path {
		got, err := l.send(&e, exts)
		if err != nil {
			t.Fatalf("%v: %v\n%.2000s", path[:i+1], err, want)
		}
		if neutral := conformance.FromEvent(&got); !reflect.DeepEqual(neutral, want) {
			t.Fatalf("%v: arrives as another event:\n%.2000s\nwant\n%.2000s", path[:i+1], neutral, want)
		}
		e = got
	}
	if last, err := cloudevents.AppendJSON(nil, &e); err != nil || string(last) != string(first) {
		t.Fatalf("%v: the JSON is another one: %v\n%.2000s\nwant\n%.2000s", path, err, last, first)
	}
}

// TestEventsCrossFormats is the property that an event is the same event in whatever format it
// has been: it goes through every protocol, mode and format in any order and back to JSON, and
// nothing changes.
func TestEventsCrossFormats(t *testing.T) {
	every := legs()
	if want := 3*(1+6) + 3; len(every) != want {
		t.Fatalf("%d legs, want %d", len(every), want)
	}
	r := rand.New(rand.NewPCG(16, 1))
	hostile := hostileData()
	sent := 0
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		if len(hostile[name]) > 8<<10 {
			continue
		}
		for range 4 {
			e, exts, ok := common(t, r, hostile[name])
			if !ok {
				continue
			}
			sent++
			path := slices.Clone(every)
			r.Shuffle(len(path), func(i, j int) { path[i], path[j] = path[j], path[i] })
			chain(t, e, exts, path)
		}
	}
	if sent < 200 {
		t.Errorf("only %d events", sent)
	}
}

// TestEveryPairOfFormats sends an event from every format to every other.
func TestEveryPairOfFormats(t *testing.T) {
	every := legs()
	r := rand.New(rand.NewPCG(16, 2))
	data := [][]byte{nil, []byte(`{"a":1}`), []byte("café"), allBytes(), []byte(`[1.50,{"b":12345678901234567890}]`), []byte("<a>1</a>")}
	for i, from := range every {
		for j, to := range every {
			if e, exts, ok := common(t, r, data[(i+j)%len(data)]); ok {
				chain(t, e, exts, []leg{from, to})
			}
		}
	}
}
