package cenats_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// large returns an event with a time and two extensions, and with as much data as size says.
func large(size int) cloudevents.Event {
	e := cloudevents.New("/orders", "com.example.order.placed")
	e.DataContentType, e.Data = "application/octet-stream", make([]byte, size)
	e.Extensions = []cloudevents.Extension{
		{Name: "comexampleretries", Value: cloudevents.IntegerValue(3)},
		{Name: "partitionkey", Value: cloudevents.StringValue("customer-42")},
	}
	return e
}

// Nothing grows with the data in binary mode. The ceilings are what was measured. The
// runtime makes a map in two pieces.
func TestAllocations(t *testing.T) {
	const ownMap = 2
	for _, size := range []int{100, 64 << 10} {
		e := large(size)
		escaped := large(size)
		escaped.Subject = "Euro € 100%"
		m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		withEscapes, err := cenats.ToMessage(&escaped, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		var decoder cenats.Decoder
		var encoder cenats.Encoder
		reused := cenats.Message{Header: withEscapes.Header}
		for _, c := range []struct {
			name string
			max  float64
			f    func() error
		}{
			{"decode", 2, func() error { _, err := decoder.ToCloudEvent(&m); return err }},
			{"decode with escapes", 2, func() error { _, err := decoder.ToCloudEvent(&withEscapes); return err }},
			{"encode", 1 + ownMap, func() error { _, err := encoder.ToMessage(&e); return err }},
			{"encode into a message", 1, func() error { return encoder.CopyToMessage(&reused, &e) }},
			{"encode into a message with escapes", 2, func() error { return encoder.CopyToMessage(&reused, &escaped) }},
			{"IsCloudEvent", 0, func() error {
				if !cenats.IsCloudEvent(&m) {
					return cloudevents.ErrNotCloudEvent
				}
				return nil
			}},
		} {
			t.Run(c.name, func(t *testing.T) { alloctest.Succeeding(t, c.max, c.f) })
		}
	}
}

// In structured mode the data are in the document.
func TestStructuredAllocations(t *testing.T) {
	e := large(100)
	encoder := cenats.Encoder{Mode: cloudevents.StructuredMode}
	m, err := encoder.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	bare := cenats.Message{Data: m.Data}
	var decoder cenats.Decoder
	alloctest.Succeeding(t, 3, func() error { _, err := decoder.ToCloudEvent(&m); return err })
	alloctest.Succeeding(t, 3, func() error { _, err := decoder.ToCloudEvent(&bare); return err })
	alloctest.Succeeding(t, 3, func() error { return encoder.CopyToMessage(&m, &e) }) // 2 without the race detector, which empties pools
}

func TestMessageIDAllocations(t *testing.T) {
	e := placed()
	alloctest.AtMost(t, "MessageID", 1, func() { cenats.MessageID(&e) })
}
