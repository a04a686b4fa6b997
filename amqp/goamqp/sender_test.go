package cegoamqp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A message is durable and has no id, unless the Sender says otherwise.
func TestSenderFields(t *testing.T) {
	session := dial(t, start(t).URL())
	in := newReceiver(t, session, orders, 1)
	for _, c := range []struct {
		reason  string
		sender  *cegoamqp.Sender
		durable bool
		id      any
	}{
		{"default", &cegoamqp.Sender{}, true, nil},
		{"transient", &cegoamqp.Sender{Transient: true}, false, nil},
		{"with an id", &cegoamqp.Sender{MessageID: func(e *cloudevents.Event) any { return e.Source + "|" + e.ID }}, true, "/orders|1"},
	} {
		c.sender.Sender = newSender(t, session, orders)
		e := event(1)
		if err := c.sender.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		m := receive(t, in)
		if m.Header.Durable != c.durable || m.Properties.MessageID != c.id {
			t.Errorf("%s: durable %t, id %v", c.reason, m.Header.Durable, m.Properties.MessageID)
		}
	}
}

// Each outcome says whether the event may be sent again.
func TestSendOutcome(t *testing.T) {
	session := dial(t, start(t).URL())
	for _, c := range []struct {
		address   string
		retryable bool
		text      string
	}{
		{"answer/rejected", false, "amqp:invalid-field"},
		{"answer/full", true, "amqp:resource-limit-exceeded"},
		{"answer/released", true, "released"},
		{"answer/modified", true, "modified"},
		{"answer/undeliverable", false, "modified"},
	} {
		s := cegoamqp.Sender{Sender: newSender(t, session, c.address)}
		e := event(1)
		for _, err := range []error{s.Send(context.Background(), &e), s.SendBatch(context.Background(), []cloudevents.Event{e})} {
			var failed *cegoamqp.SendError
			if !errors.As(err, &failed) {
				t.Fatalf("%s: %v", c.address, err)
			}
			if failed.Retryable() != c.retryable || failed.Outcome == nil || failed.Address != c.address || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v, outcome %v, retryable %t", c.address, err, failed.Outcome, failed.Retryable())
			}
			want := dispatch.VerdictRefused
			if c.retryable {
				want = dispatch.VerdictRetry
			}
			if r := dispatch.Judge(context.Background(), nil, err); r.Verdict != want {
				t.Errorf("%s: a handler that returns it: %s", c.address, r.Verdict)
			}
		}
	}
}

// The errors of a Sender say which event it is, and whether to send it again.
func TestSendErrors(t *testing.T) {
	b := start(t)
	valid, large, invalid := event(1), event(2), cloudevents.Event{}
	large.Data = make([]byte, 2<<20)
	ctx := context.Background()
	none := cegoamqp.Sender{}
	if none.Send(ctx, &valid) == nil || none.SendBatch(ctx, nil) == nil {
		t.Error("a Sender without a link: no error")
	}
	s := cegoamqp.Sender{Sender: newSender(t, dial(t, b.URL()), orders)}
	if err := s.Send(ctx, &invalid); err == nil {
		t.Error("an invalid event was sent")
	}
	var batch *cloudevents.BatchError
	if err := s.SendBatch(ctx, []cloudevents.Event{valid, invalid}); !errors.As(err, &batch) || batch.Index != 1 || b.Len(orders) != 0 {
		t.Errorf("error: %v", err)
	}
	var failed *cegoamqp.SendError
	if err := s.SendBatch(ctx, []cloudevents.Event{valid, large}); !errors.As(err, &failed) || failed.Index != 1 || failed.Retryable() || b.Len(orders) != 1 {
		t.Errorf("too large: %v", err)
	}
	past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	if err := s.Send(past, &valid); !errors.As(err, &failed) || !failed.Retryable() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no time: %v", err)
	}
	b.Stop()
	var lost *amqp.ConnError
	err := s.Send(ctx, &valid)
	if !errors.As(err, &failed) || failed.Index != -1 || !failed.Retryable() || !errors.As(err, &lost) {
		t.Errorf("no connection: %v", err)
	}
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
}

// A large event arrives as it was sent, in both modes.
func TestSendLarge(t *testing.T) {
	session := dial(t, start(t).URL())
	in := newReceiver(t, session, orders, 1)
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		e := event(1)
		e.DataContentType, e.Data = "text/plain", []byte(strings.Repeat("tea ", 50_000))
		s := cegoamqp.Sender{Sender: newSender(t, session, orders), Encoder: ceamqp.Encoder{Mode: mode}}
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		m := cegoamqp.FromMessage(receive(t, in))
		got, err := ceamqp.ToCloudEvent(&m, nil)
		if err != nil || string(got.Data) != string(e.Data) || got.Subject != e.Subject {
			t.Errorf("%s: %v, %v", mode, got, err)
		}
	}
}
