package cekgo_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// A record as large as the client writes goes to the dead letter without the headers of one, and
// those behind it are handled.
func TestLargeDeadLetter(t *testing.T) {
	const most = 4000
	for _, c := range []struct {
		reason  string
		size    int
		headers []kgo.RecordHeader
		want    int // headers; -1 is no letter
	}{
		{"room for all", 100, nil, 5},
		{"no room for the headers", most - 200, nil, 0},
		{"those of an older dead letter", most - 200, []kgo.RecordHeader{{Key: cekgo.HeaderTopic, Value: []byte("old")}, {Key: "a"}}, 1},
		{"no room without them", most, nil, -1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			addrs := start(t, 1)
			r := &kgo.Record{Topic: topic, Value: make([]byte, c.size), Headers: c.headers}
			if err := newClient(t, addrs).ProduceSync(t.Context(), r).FirstErr(); err != nil {
				t.Fatal(err)
			}
			send(t, addrs, 0, 1)
			done := make(chan struct{})
			consumer := &cekgo.Consumer{
				DeadLetter: letters, Invalid: dispatch.DeadLetterOnInvalid,
				Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
			}
			joinWith(t, addrs, consumer, kgo.ProducerBatchMaxBytes(most))
			err := runUntil(t, consumer, done)
			var undeliverable *dispatch.UndeliverableError
			if c.want < 0 {
				if !errors.As(err, &undeliverable) {
					t.Errorf("error: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if letter := read(t, addrs, letters, 1)[0]; len(letter.Value) != c.size || len(letter.Headers) != c.want {
				t.Errorf("%d bytes, headers %v", len(letter.Value), letter.Headers)
			}
		})
	}
}

// Whatever a producer writes, a record that is no event goes to the dead letter, and those behind
// it are handled.
func TestHostileRecords(t *testing.T) {
	many := make([]kgo.RecordHeader, 10_000)
	for i := range many {
		many[i] = kgo.RecordHeader{Key: fmt.Sprint("ce_x", i), Value: []byte("\xff")}
	}
	specversion := kgo.RecordHeader{Key: "ce_specversion", Value: []byte("1.0")}
	records := []*kgo.Record{
		{},
		{Key: []byte{}, Value: []byte{}},
		{Headers: []kgo.RecordHeader{{}, {Key: "", Value: []byte{}}}},
		{Headers: many},
		{Headers: []kgo.RecordHeader{specversion, specversion, {Key: "ce_", Value: []byte("x")}, {Key: "ce_\xff", Value: []byte("\x00")}}},
		{Headers: []kgo.RecordHeader{specversion, {Key: "ce_" + strings.Repeat("x", 500_000), Value: []byte(strings.Repeat("y", 200_000))}}},
		{Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents+json")}}},
		{Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte("application/cloudevents-batch+json")}}, Value: []byte("[]")},
		{Headers: []kgo.RecordHeader{{Key: "content-type", Value: []byte(strings.Repeat(";", 100_000))}}, Value: []byte("{")},
		{Headers: []kgo.RecordHeader{{Key: dispatch.DeadLetterReason, Value: []byte("\xff")}, {Key: "ce_knativeerrorcode"}, specversion}},
	}
	addrs := start(t, 1)
	for _, r := range records {
		r.Topic = topic
	}
	if err := newClient(t, addrs).ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	send(t, addrs, 0, 1)
	done := make(chan struct{})
	consumer := &cekgo.Consumer{
		DeadLetter: letters, Invalid: dispatch.DeadLetterOnInvalid, KnativeErrors: true,
		Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error { close(done); return nil })},
	}
	join(t, addrs, consumer)
	if err := runUntil(t, consumer, done); err != nil {
		t.Fatal(err)
	}
	for i, letter := range read(t, addrs, letters, len(records)) {
		reason := ""
		for _, h := range letter.Headers {
			if h.Key == dispatch.DeadLetterReason {
				reason += string(h.Value)
			}
		}
		if reason == "" || len(reason) > 1024 || strings.Contains(reason, "\xff") {
			t.Errorf("record %d: %q", i, reason)
		}
	}
}
