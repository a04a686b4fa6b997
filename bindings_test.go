package cloudevents_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/spec"
)

// hop is a message of a protocol in a content mode.
type hop struct {
	protocol conformance.Protocol
	mode     cloudevents.Mode
}

func (h hop) String() string { return fmt.Sprintf("%s in %s mode", h.protocol, h.mode) }

// fewestHops is how many hops there were when somebody last counted.
const fewestHops = 14

// hops returns those that package library has. A binding that has a row there is one of them.
func hops(t *testing.T) (all []hop) {
	t.Helper()
	e := conformance.FromEvent(&cloudevents.Event{ID: "1", Source: "/", Type: "t"})
	for _, p := range []conformance.Protocol{
		conformance.Request, conformance.Response, conformance.Kafka, conformance.NATS, conformance.MQTT, conformance.MQTT311,
		conformance.AMQP, conformance.WebSocket,
	} {
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
			switch _, err := library.Reference().Encode([]conformance.Event{e}, mode, p); {
			case err == nil:
				all = append(all, hop{p, mode})
			case !errors.Is(err, conformance.ErrSkipped) && !errors.Is(err, cloudevents.ErrContentMode):
				t.Fatal(err)
			}
		}
	}
	if len(all) < fewestHops {
		t.Errorf("%d hops, there were %d", len(all), fewestHops)
	}
	return all
}

// across sends an event over a hop and returns what arrives.
func across(h hop, e conformance.Event, exts []spec.Attribute) (conformance.Event, error) {
	codec := library.Reference()
	m, err := codec.Encode([]conformance.Event{e}, h.mode, h.protocol)
	if err != nil {
		return e, fmt.Errorf("encode as %v: %w", h, err)
	}
	es, err := codec.Decode(m, false, exts)
	if err != nil {
		return e, fmt.Errorf("decode from %v: %w\n%.2000s", h, err, m.Golden())
	}
	return es[0], nil
}

// travel sends an event along a path and compares it after each hop.
func travel(t *testing.T, e conformance.Event, exts []spec.Attribute, path []hop) {
	t.Helper()
	for i, h := range path {
		got, err := across(h, e, exts)
		if err != nil {
			t.Fatalf("%v: %v", path[:i+1], err)
		}
		if !reflect.DeepEqual(got, e) {
			t.Fatalf("%v: arrives as another event:\n%.2000s\nwant\n%.2000s", path[:i+1], got, e)
		}
	}
}

// traveler returns a generated event as it is after HTTP in both modes: what no message can
// keep, such as empty data in binary mode, is gone. The result is false if there is no such
// event, because binary mode refuses it.
func traveler(t *testing.T, r *rand.Rand, data []byte) (e conformance.Event, exts []spec.Attribute, ok bool) {
	t.Helper()
	original := generated(r)
	original.DataContentType, original.Data = pick(r, hostileTypes), data
	if strings.HasPrefix(strings.ToLower(original.DataContentType), spec.MediaTypePrefix) {
		return e, nil, false
	}
	exts = declared(&original)
	e = conformance.FromEvent(&original)
	for _, mode := range []cloudevents.Mode{cloudevents.StructuredMode, cloudevents.BinaryMode} {
		var err error
		if e, err = across(hop{conformance.Request, mode}, e, exts); err != nil {
			t.Fatal(err)
		}
	}
	return e, exts, true
}

// TestEventsCrossBindings is the property that an event is the same event wherever it has been:
// it goes through HTTP, through all other bindings and back to HTTP, in every mode and in any
// order, and nothing changes after the first message.
func TestEventsCrossBindings(t *testing.T) {
	all := hops(t)
	r := rand.New(rand.NewPCG(14, 1))
	sent := 0
	hostile := hostileData()
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		data := hostile[name]
		if len(data) > 8<<10 {
			continue
		}
		for range 4 {
			e, exts, ok := traveler(t, r, data)
			if !ok {
				continue
			}
			sent++
			path := slices.Clone(all)
			r.Shuffle(len(path), func(i, j int) { path[i], path[j] = path[j], path[i] })
			travel(t, e, exts, append(path, hop{conformance.Request, cloudevents.BinaryMode}))
		}
	}
	if sent < 200 {
		t.Errorf("only %d events", sent)
	}
}

// TestEveryPairOfBindings sends an event from every hop to every other.
func TestEveryPairOfBindings(t *testing.T) {
	all := hops(t)
	r := rand.New(rand.NewPCG(14, 2))
	data := [][]byte{nil, []byte(`{"a":1}`), []byte("caf\u00e9"), allBytes()}
	for i, from := range all {
		for j, to := range all {
			e, exts, ok := traveler(t, r, data[(i+j)%len(data)])
			if !ok {
				continue
			}
			travel(t, e, exts, []hop{{conformance.Request, cloudevents.StructuredMode}, from, to, {conformance.Request, cloudevents.BinaryMode}})
		}
	}
}
