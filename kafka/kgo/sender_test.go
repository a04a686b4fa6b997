package cekgo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// An event arrives as it was sent, with its partitionkey as the key.
func TestSend(t *testing.T) {
	addrs := start(t, 1)
	e := event(7)
	s := cekgo.Sender{Client: newClient(t, addrs), Topic: topic, Encoder: cekafka.Encoder{Key: cekafka.PartitionKey}}
	if err := s.Send(context.Background(), &e); err != nil {
		t.Fatal(err)
	}
	r := read(t, addrs, topic, 1)[0]
	m := cekgo.FromRecord(r)
	got, err := cekafka.ToCloudEvent(&m, nil)
	if err != nil || got.ID != "7" || string(got.Data) != string(e.Data) || string(r.Key) != "7" {
		t.Errorf("%v with key %q: %v", got, r.Key, err)
	}
}

// The errors of a Sender say which event it is, and whether to send it again.
func TestSendErrors(t *testing.T) {
	addrs := start(t, 1)
	valid, large, invalid := event(1), event(2), cloudevents.Event{}
	large.Data = make([]byte, 2<<20)
	var none cekgo.Sender
	if err := none.Send(context.Background(), &valid); err == nil {
		t.Error("no error without a client")
	}
	s := cekgo.Sender{Client: newClient(t, addrs), Topic: topic}
	if err := s.Send(context.Background(), &invalid); err == nil {
		t.Error("an invalid event was sent")
	}
	var batch *cloudevents.BatchError
	if err := s.SendBatch(context.Background(), []cloudevents.Event{valid, invalid}); !errors.As(err, &batch) || batch.Index != 1 {
		t.Errorf("error: %v", err)
	}
	err := s.SendBatch(context.Background(), []cloudevents.Event{valid, large})
	var failed *cekgo.SendError
	if !errors.As(err, &failed) || failed.Index != 1 || failed.Retryable() {
		t.Errorf("too large: %v", err)
	}
	if r := dispatch.Judge(context.Background(), nil, err); r.Verdict != dispatch.VerdictRefused {
		t.Errorf("a handler that returns it: %s", r.Verdict)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	err = s.Send(ctx, &valid)
	if !errors.As(err, &failed) || failed.Index != -1 || !failed.Retryable() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too late: %v", err)
	}
}

// An event that is late because no broker is there says which brokers were asked, and why they do
// not answer; it may be sent again. An event of a canceled context asks nobody.
func TestSendBrokersAway(t *testing.T) {
	e, address := event(1), freeport.Address(t)
	s := cekgo.Sender{Client: newClient(t, []string{address}), Topic: topic}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var failed *cekgo.SendError
	for name, err := range map[string]error{"Send": s.Send(ctx, &e), "SendBatch": s.SendBatch(ctx, []cloudevents.Event{e, e})} {
		if !errors.As(err, &failed) || !failed.Retryable() || !errors.Is(err, context.DeadlineExceeded) ||
			!strings.Contains(err.Error(), "no broker answers (seeds "+address+"): ") || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("%s: %v", name, err)
		}
	}
	cancel()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Send(canceled, &e); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "answers") {
		t.Errorf("canceled: %v", err)
	}
}

// Null and empty stay apart on the way into a record and back.
func TestRecordKeepsNullApart(t *testing.T) {
	for _, m := range []cekafka.Message{
		{},
		{Key: []byte{}, Value: []byte{}},
		{Key: []byte("k"), Value: []byte("v"), Headers: []cekafka.Header{{Name: "a"}, {Name: "a", Value: []byte{}}, {Name: "", Value: []byte{0xff}}}},
	} {
		got := cekgo.FromRecord(cekgo.ToRecord(&m))
		if (got.Key == nil) != (m.Key == nil) || (got.Value == nil) != (m.Value == nil) || len(got.Headers) != len(m.Headers) {
			t.Errorf("%+v became %+v", m, got)
		}
		for i, h := range got.Headers {
			if want := m.Headers[i]; h.Name != want.Name || (h.Value == nil) != (want.Value == nil) || string(h.Value) != string(want.Value) {
				t.Errorf("header %d: %+v, want %+v", i, h, want)
			}
		}
	}
}
