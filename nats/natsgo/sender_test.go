package cenatsgo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// JetStream drops an event that is published again, unless the Sender says that it is not.
func TestSendTwice(t *testing.T) {
	_, js := connect(t, start(t))
	streams(t, js)
	e := event(1)
	for range 2 {
		s := cenatsgo.Sender{JetStream: js, Subject: subject}
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, js, "ORDERS"); n != 1 {
		t.Errorf("%d messages", n)
	}
	s := cenatsgo.Sender{JetStream: js, Subject: subject, NoMessageID: true}
	if err := s.Send(context.Background(), &e); err != nil {
		t.Fatal(err)
	}
	if n := count(t, js, "ORDERS"); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// An event goes through core NATS as it was sent, in both modes.
func TestSendCore(t *testing.T) {
	conn, _ := connect(t, start(t))
	sub, err := conn.SubscribeSync(subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		e := event(1)
		s := cenatsgo.Sender{Conn: conn, Subject: subject, Encoder: cenats.Encoder{Mode: mode}}
		if err := s.SendBatch(context.Background(), []cloudevents.Event{e}); err != nil {
			t.Fatal(err)
		}
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			msg, err := sub.NextMsg(time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			m := cenatsgo.FromMsg(msg)
			got, err := cenats.ToCloudEvent(&m, nil)
			if err != nil || got.ID != e.ID || got.Subject != e.Subject || string(got.Data) != string(e.Data) {
				t.Errorf("%s: %v, %v", mode, got, err)
			}
		}
	}
}

// The errors of a Sender say which event it is, and whether to send it again.
func TestSendErrors(t *testing.T) {
	_, js := connect(t, start(t))
	streams(t, js)
	valid, large, invalid := event(1), event(2), cloudevents.Event{}
	large.Data = make([]byte, 2<<20)
	for reason, s := range map[string]*cenatsgo.Sender{"no client": {Subject: subject}, "no subject": {JetStream: js}, "wildcard": {JetStream: js, Subject: "orders.>"}} {
		if s.Send(context.Background(), &valid) == nil || s.SendBatch(context.Background(), nil) == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	s := cenatsgo.Sender{JetStream: js, Subject: subject}
	if err := s.Send(context.Background(), &invalid); err == nil {
		t.Error("an invalid event was sent")
	}
	var batch *cloudevents.BatchError
	if err := s.SendBatch(context.Background(), []cloudevents.Event{valid, invalid}); !errors.As(err, &batch) || batch.Index != 1 {
		t.Errorf("error: %v", err)
	}
	err := s.SendBatch(context.Background(), []cloudevents.Event{valid, large})
	var failed *cenatsgo.SendError
	if !errors.As(err, &failed) || failed.Index != 1 || failed.Retryable() {
		t.Errorf("too large: %v", err)
	}
	if r := dispatch.Judge(context.Background(), nil, err); r.Verdict != dispatch.VerdictRefused {
		t.Errorf("a handler that returns it: %s", r.Verdict)
	}
	nowhere := cenatsgo.Sender{JetStream: js, Subject: "no.stream.has.it"}
	if err := nowhere.Send(context.Background(), &valid); !errors.As(err, &failed) || failed.Index != -1 || !failed.Retryable() ||
		!errors.Is(err, jetstream.ErrNoStreamResponse) || !strings.HasSuffix(err.Error(), "there is no stream with this subject") {
		t.Errorf("no stream: %v", err)
	}
}

// An event that is late because the connection is lost says so; one that is late for another
// reason does not.
func TestSendConnectionLost(t *testing.T) {
	server := startServer(t)
	conn, js := connect(t, server.ClientURL())
	streams(t, js)
	e := event(1)
	late := func(s *cenatsgo.Sender) string {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := s.Send(ctx, &e)
		var failed *cenatsgo.SendError
		if !errors.As(err, &failed) || !failed.Retryable() || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error: %v", err)
		}
		return fmt.Sprint(err)
	}
	past, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if err := (&cenatsgo.Sender{JetStream: js, Subject: subject}).Send(past, &e); !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "the connection is") {
		t.Errorf("a context that has ended: %v", err)
	}
	server.Shutdown()
	waitFor(t, func() bool { return conn.Status() == nats.RECONNECTING })
	for name, s := range map[string]*cenatsgo.Sender{"JetStream": {JetStream: js, Subject: subject}, "core": {Conn: conn, Subject: subject}} {
		if text := late(s); !strings.Contains(text, "; the connection is RECONNECTING") {
			t.Errorf("%s: %s", name, text)
		}
	}
}
