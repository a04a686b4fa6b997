package cemqtt_test

import (
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
)

// large returns an event with a time and two extensions, and with as much data as size says.
func large(size int) cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.placed", Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		DataContentType: "application/octet-stream", Data: make([]byte, size),
		Extensions: []cloudevents.Extension{
			{Name: "comexampleretries", Value: cloudevents.IntegerValue(3)},
			{Name: "partitionkey", Value: cloudevents.StringValue("customer-42")},
		},
	}
}

// Nothing grows with the data in binary mode: no call allocates more bytes than the
// attributes need.
func TestAllocations(t *testing.T) {
	for _, size := range []int{100, 64 << 10} {
		e := large(size)
		m, err := cemqtt.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.UserProperties = append(m.UserProperties, property("X-Foreign", "x")...)
		var decoder cemqtt.Decoder
		decode := func() error {
			_, err := decoder.ToCloudEvent(&m)
			return err
		}
		alloctest.Succeeding(t, 1, decode)
		var encoder cemqtt.Encoder
		encode := func() error {
			_, err := encoder.ToMessage(&e)
			return err
		}
		alloctest.Succeeding(t, 2, encode)
		for name, f := range map[string]func() error{"decode": decode, "encode": encode} {
			if n := alloctest.Least(func() { err = f() }); n > 8192 || err != nil {
				t.Errorf("%s: %d bytes: %v", name, n, err)
			}
		}
	}
}

// The other settings cost nothing.
func TestAllocationsOfSettings(t *testing.T) {
	e := large(100)
	decoder := cemqtt.Decoder{JSONEvents: true, SDKGoNames: true, IsExtension: func(name string) bool { return name != "app" }}
	encoder := cemqtt.Encoder{CopyDataContentType: true, Retain: true}
	m, err := encoder.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	alloctest.Succeeding(t, 1, func() error {
		_, err := decoder.ToCloudEvent(&m)
		return err
	})
	alloctest.Succeeding(t, 2, func() error {
		_, err := encoder.ToMessage(&e)
		return err
	})
}
