package formats_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// items are the events of all benchmarks: a small one, and one with 64 KiB of data.
var items = []struct {
	name string
	e    cloudevents.Event
}{
	{"small", eventOf([]byte(`{"orderId":"A-1001","total":129.5,"currency":"EUR"}`))},
	{"64KiB", eventOf(bytes.Repeat([]byte("0123456789abcdef"), 64<<10/16))},
}

func eventOf(data []byte) cloudevents.Event {
	return cloudevents.Event{
		ID:              "b7f1c5a0-9d63-4ff1-8c3e-2c8b7a4d9e10",
		Source:          "https://example.com/orders/eu-central-1",
		Type:            "com.example.order.placed",
		Subject:         "orders/1001",
		Time:            time.Date(2024, 2, 29, 17, 31, 0, 5_000_000, time.UTC),
		DataContentType: "application/octet-stream",
		Extensions: []cloudevents.Extension{
			{Name: "partitionkey", Value: cloudevents.StringValue("customer-77")},
			{Name: "sampledrate", Value: cloudevents.IntegerValue(5)},
		},
		Data: data,
	}
}

// measure runs f as a benchmark. f must not fail.
func measure(b *testing.B, name string, f func() error) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
