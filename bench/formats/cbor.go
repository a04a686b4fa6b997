package formats

import (
	"bytes"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
)

// cborEvent is the event of the benchmarks as a struct for fxamacker/cbor, extensions
// included.
type cborEvent struct {
	ID              string    `cbor:"id"`
	Data            []byte    `cbor:"data"`
	Time            time.Time `cbor:"time"`
	Type            string    `cbor:"type"`
	Source          string    `cbor:"source"`
	Subject         string    `cbor:"subject"`
	SpecVersion     string    `cbor:"specversion"`
	SampledRate     int32     `cbor:"sampledrate"`
	PartitionKey    string    `cbor:"partitionkey"`
	DataContentType string    `cbor:"datacontenttype"`
}

// event returns the event of a struct.
func (s *cborEvent) event() cloudevents.Event {
	return cloudevents.Event{
		ID: s.ID, Source: s.Source, Type: s.Type, Subject: s.Subject, Time: s.Time, DataContentType: s.DataContentType, Data: s.Data,
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue(s.PartitionKey)},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(s.SampledRate)},
		},
	}
}

// structOf returns the struct of an event.
func structOf(e *cloudevents.Event) cborEvent {
	rate, err := e.Extensions[1].Value.Int()
	must(err)
	return cborEvent{
		ID: e.ID, Source: e.Source, SpecVersion: e.SpecVersion.String(), Type: e.Type, Subject: e.Subject,
		Time: e.Time, DataContentType: e.DataContentType, Data: e.Data,
		PartitionKey: e.Extensions[0].Value.String(), SampledRate: rate,
	}
}

// cborPairs are beside maps and structs. The decoder of the other side refuses what ours
// refuses in the encoding, and its encoder is deterministic, as ours is.
func cborPairs() (pairs []bench.Pair) {
	strict, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8RejectInvalid}.DecMode()
	must(err)
	options := cbor.CoreDetEncOptions()
	options.Time, options.TimeTag = cbor.TimeRFC3339Nano, cbor.EncTagRequired
	deterministic, err := options.UserBufferEncMode()
	must(err)
	array := append(append([]byte{'['}, bytes.Repeat([]byte(`{"sku":"A-1","price":1.5,"amount":3},`), 1600)...), "null]"...)
	nested := item{"64 KiB, an item", eventOf("application/cbor", made(cecbor.AppendItem(nil, array)))}
	for _, x := range append(items(), nested) {
		c := codec{"CBOR, " + x.name, x.e, made(cecbor.Append(nil, &x.e)), cecbor.Decode, cecbor.Append}
		var m, mapSource map[string]any
		must(cbor.Unmarshal(c.body, &mapSource))
		var out, structOut, eventOut bytes.Buffer // that are used again
		pairs = append(pairs, c.decoding(other{name: "fxamacker/cbor, map", floor: 2, note: "a map; no event, does not validate",
			run: func() error {
				m = nil
				return strict.Unmarshal(c.body, &m)
			},
			document: func() ([]byte, error) { return deterministic.Marshal(m) }})...)
		encoders := []other{{name: "fxamacker/cbor, map", floor: 2, note: "a map, made before, to a buffer; does not validate",
			run: func() error {
				out.Reset()
				return deterministic.MarshalToBuffer(mapSource, &out)
			},
			document: func() ([]byte, error) { return out.Bytes(), nil }}}
		if x.name == nested.name { // the struct has bytes
			pairs = append(pairs, c.encoding(encoders...)...)
			continue
		}
		var s, source cborEvent
		var newOut []byte
		must(strict.Unmarshal(c.body, &source))
		pairs = append(pairs, c.decoding(
			other{name: "fxamacker/cbor, struct", floor: 2, note: "fields for these two extensions and no others; no event, does not validate",
				run: func() error {
					s = cborEvent{}
					return strict.Unmarshal(c.body, &s)
				},
				document: func() ([]byte, error) { return deterministic.Marshal(&s) }},
			other{name: "fxamacker/cbor, struct to event", floor: 2, note: "the struct, then an event, validated",
				run: func() error {
					var s cborEvent
					if err := strict.Unmarshal(c.body, &s); err != nil {
						return err
					}
					e := s.event()
					return e.Validate()
				}},
		)...)
		encoders = append(encoders,
			other{name: "fxamacker/cbor, struct", floor: 2, note: "a struct, made before, to a buffer; does not validate",
				run: func() error {
					structOut.Reset()
					return deterministic.MarshalToBuffer(&source, &structOut)
				},
				document: func() ([]byte, error) { return structOut.Bytes(), nil }},
			other{name: "fxamacker/cbor, Marshal, struct", floor: 2, note: newSlice + "a struct, made before; does not validate",
				run: func() (err error) {
					newOut, err = deterministic.Marshal(&source)
					return err
				},
				document: func() ([]byte, error) { return newOut, nil }},
			other{name: "fxamacker/cbor, event to struct", floor: 2, note: "the event is validated, then the struct is made",
				run: func() error {
					if err := x.e.Validate(); err != nil {
						return err
					}
					eventOut.Reset()
					s := structOf(&x.e)
					return deterministic.MarshalToBuffer(&s, &eventOut)
				},
				document: func() ([]byte, error) { return eventOut.Bytes(), nil }},
		)
		pairs = append(pairs, c.encoding(encoders...)...)
	}
	return pairs
}
