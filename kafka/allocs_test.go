package cekafka_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
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

// Nothing grows with the data in binary mode.
func TestAllocations(t *testing.T) {
	for _, size := range []int{100, 64 << 10} {
		e := large(size)
		m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		var decoder cekafka.Decoder
		alloctest.Succeeding(t, 2, func() error {
			_, err := decoder.ToCloudEvent(&m)
			return err
		})
		var encoder cekafka.Encoder
		alloctest.Succeeding(t, 2, func() error {
			_, err := encoder.ToMessage(&e)
			return err
		})
	}
}
