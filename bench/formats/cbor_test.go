package formats_test

import (
	"bytes"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed763dd41b/cloudevents"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/validation"
)

// cborEvent is the event of the benchmarks as a struct for fxamacker/cbor, extensions
// included.
type cborEvent struct {
	ID              string   `cbor:"id"`
	Data            []byte   `cbor:"data"`
	Time            cbor.Tag `cbor:"time"`
	Type            string   `cbor:"type"`
	Source          string   `cbor:"source"`
	Subject         string   `cbor:"subject"`
	SpecVersion     string   `cbor:"specversion"`
	SampledRate     int32    `cbor:"sampledrate"`
	PartitionKey    string   `cbor:"partitionkey"`
	DataContentType string   `cbor:"datacontenttype"`
}

// deterministic is the encoding of our format. strict is what our decoder refuses.
var (
	deterministic, _ = cbor.CoreDetEncOptions().EncMode()
	strict, _        = cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8RejectInvalid}.DecMode()
)

// cborItems are items, and one whose data is a CBOR item of some size.
func cborItems(b *testing.B) map[string]cloudevents.Event {
	b.Helper()
	nested := items[0].e
	nested.DataContentType = "application/cbor"
	value := append(append([]byte{'['}, bytes.Repeat([]byte(`{"sku":"A-1","amount":3,"price":1.5},`), 1600)...), "null]"...)
	item, err := cecbor.AppendItem(nil, value)
	if err != nil {
		b.Fatal(err)
	}
	nested.Data = item
	return map[string]cloudevents.Event{items[0].name: items[0].e, items[1].name: items[1].e, "64KiB nested": nested}
}

// BenchmarkCBORDecode makes an event of a document: ours, and fxamacker/cbor into a map and
// into a struct, with the checks of ours and as it is by default. Only the last row has an
// event in the end, as ours has.
func BenchmarkCBORDecode(b *testing.B) {
	for name, e := range cborItems(b) {
		body, err := cecbor.Append(nil, &e)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			measure(b, "ours", func() error {
				_, err := cecbor.Decode(body)
				return err
			})
			measure(b, "fxamacker map", func() error {
				var m map[string]any
				return strict.Unmarshal(body, &m)
			})
			if e.DataContentType == "application/cbor" {
				return // the struct has bytes
			}
			measure(b, "fxamacker struct", func() error {
				var e cborEvent
				return strict.Unmarshal(body, &e)
			})
			measure(b, "fxamacker struct, default", func() error {
				var e cborEvent
				return cbor.Unmarshal(body, &e)
			})
			measure(b, "fxamacker struct, to a valid event", func() error {
				var s cborEvent
				if err := strict.Unmarshal(body, &s); err != nil {
					return err
				}
				e, err := s.event()
				if err != nil {
					return err
				}
				return e.Validate()
			})
		})
	}
}

// event returns the event of a struct.
func (s *cborEvent) event() (cloudevents.Event, error) {
	text, _ := s.Time.Content.(string)
	t, err := validation.ParseTimestamp(text)
	return cloudevents.Event{
		ID: s.ID, Source: s.Source, Type: s.Type, Subject: s.Subject, Time: t, DataContentType: s.DataContentType, Data: s.Data,
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue(s.PartitionKey)},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(s.SampledRate)},
		},
	}, err
}

// BenchmarkCBOREncode makes a document of an event. The map and the struct of
// fxamacker/cbor are there already.
func BenchmarkCBOREncode(b *testing.B) {
	for name, e := range cborItems(b) {
		body, err := cecbor.Append(nil, &e)
		if err != nil {
			b.Fatal(err)
		}
		var m map[string]any
		if err := cbor.Unmarshal(body, &m); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 2*len(body))
			measure(b, "ours append", func() error {
				_, err := cecbor.Append(dst, &e)
				return err
			})
			measure(b, "ours", func() error {
				_, err := cecbor.Append(nil, &e)
				return err
			})
			measure(b, "fxamacker map", func() error {
				_, err := deterministic.Marshal(m)
				return err
			})
			var s cborEvent
			if cbor.Unmarshal(body, &s) != nil {
				return
			}
			measure(b, "fxamacker struct", func() error {
				_, err := deterministic.Marshal(&s)
				return err
			})
			measure(b, "fxamacker struct, default", func() error {
				_, err := cbor.Marshal(&s)
				return err
			})
		})
	}
}
