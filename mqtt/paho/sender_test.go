package cepaho_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	"github.com/mochi-mqtt/server/v2/hooks/auth"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
	"github.com/seed763dd41b/cloudevents/validation"
)

func message(t testing.TB, e cloudevents.Event) *cemqtt.Message {
	t.Helper()
	m, err := cemqtt.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

// An event goes through the brokers as it was sent, in both modes.
func TestSend(t *testing.T) {
	for name, broker := range brokers {
		t.Run(name, func(t *testing.T) {
			address := broker(t)
			in := watch(t, address, "orders/#")
			s := cepaho.Sender{Client: connect(t, config(address, "sender")), Topic: topic}
			for i, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				s.Encoder.Mode = mode
				e := event(i)
				if err := s.Send(context.Background(), &e); err != nil {
					t.Fatal(err)
				}
				waitFor(t, func() bool { return len(in.all()) == i+1 })
				m := cepaho.FromPublish(in.all()[i])
				got, err := cemqtt.ToCloudEvent(&m, nil)
				if err != nil || got.ID != e.ID || got.Subject != e.Subject || string(got.Data) != string(e.Data) || in.all()[i].QoS != 1 {
					t.Errorf("%s: %v, %v", mode, got, err)
				}
			}
		})
	}
}

// CopyToPublish replaces what carries the event, and nothing else.
func TestCopyToPublish(t *testing.T) {
	expiry := uint32(60)
	p := &paho.Publish{Topic: topic, QoS: 2, Retain: true, Payload: []byte("old"), Properties: &paho.PublishProperties{
		ContentType: "old", MessageExpiry: &expiry, ResponseTopic: "answers", User: paho.UserProperties{{Key: "old", Value: "1"}},
	}}
	cepaho.CopyToPublish(p, &cemqtt.Message{ContentType: "text/plain", Payload: []byte("new"), UserProperties: []cemqtt.UserProperty{{Name: "a", Value: "1"}, {Name: "a", Value: ""}}})
	q := p.Properties
	if p.QoS != 2 || !p.Retain || string(p.Payload) != "new" || q.ContentType != "text/plain" || q.ResponseTopic != "answers" || q.MessageExpiry == nil || len(q.User) != 2 || q.User[1].Key != "a" || q.User[1].Value != "" {
		t.Errorf("%+v %+v", p, q)
	}
	cepaho.CopyToPublish(p, &cemqtt.Message{})
	if p.Payload != nil || q.ContentType != "" || q.User != nil {
		t.Errorf("%+v %+v", p, q)
	}
	if m := cepaho.FromPublish(&paho.Publish{Payload: []byte("x")}); string(m.Payload) != "x" || m.ContentType != "" || m.UserProperties != nil || m.Version != cemqtt.V5 {
		t.Errorf("%+v", m)
	}
}

// expirytime becomes the Message Expiry Interval if that is asked for.
func TestExpiry(t *testing.T) {
	address := mosquitto(t) // mochi adds an interval of its own
	in := watch(t, address, "orders/#")
	m := connect(t, config(address, "sender"))
	e := event(0)
	if err := e.Set("expirytime", cloudevents.TimestampValue(time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	for i, on := range []bool{false, true} {
		s := cepaho.Sender{Client: m, Topic: topic, Expiry: on}
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { return len(in.all()) == i+1 })
	}
	if got := in.all()[0].Properties.MessageExpiry; got != nil {
		t.Errorf("expiry %d though it is off", *got)
	}
	if got := in.all()[1].Properties.MessageExpiry; got == nil || *got < 3500 || *got > 3600 {
		t.Errorf("expiry %v", got)
	}
	var failed *cepaho.SendError
	s := cepaho.Sender{Client: m, Topic: topic, Expiry: true}
	for reason, v := range map[string]cloudevents.Value{"passed": cloudevents.TimestampValue(time.Now().Add(-time.Second)), "malformed": cloudevents.StringValue("tomorrow")} {
		e.Delete("expirytime")
		if err := e.Set("expirytime", v); err != nil {
			t.Fatal(err)
		}
		if err := s.Send(context.Background(), &e); !errors.As(err, &failed) || failed.Retryable() || errors.Is(err, cepaho.ErrExpired) != (reason == "passed") {
			t.Errorf("%s: %v", reason, err)
		}
	}
	bare := event(1)
	if err := s.Send(context.Background(), &bare); err != nil {
		t.Error(err)
	}
}

// The errors of a Sender say what happened, and whether to send the event again.
func TestSendErrors(t *testing.T) {
	rules := &auth.Ledger{Auth: auth.AuthRules{{Allow: true}}, ACL: auth.ACLRules{{Filters: auth.Filters{"forbidden/#": auth.ReadOnly}}}}
	server, address, err := newServer("127.0.0.1:0", rules)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	m := connect(t, config(address, "sender"))
	ctx := context.Background()
	valid, invalid, empty := event(1), cloudevents.Event{}, event(2)
	empty.Data, empty.DataContentType = nil, ""
	for reason, s := range map[string]*cepaho.Sender{"no client": {Topic: topic}, "no topic": {Client: m}, "wildcard": {Client: m, Topic: "orders/#"}} {
		if s.Send(ctx, &valid) == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	if s := (&cepaho.Sender{Client: m, Topic: topic}); s.Send(ctx, &invalid) == nil {
		t.Error("an invalid event was sent")
	}
	retained := &cepaho.Sender{Client: m, Topic: topic, Encoder: cemqtt.Encoder{Retain: true}}
	if err := retained.Send(ctx, &empty); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Errorf("retained and empty: %v", err)
	}
	if err := retained.Send(ctx, &valid); err != nil {
		t.Error(err)
	}
	if kept, ok := server.Topics.Retained.Get(topic); !ok || string(kept.Payload) != string(valid.Data) {
		t.Error("it is not retained")
	}

	down, err := autopaho.NewConnection(ctx, config("127.0.0.1:1", "down"))
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect(t, down)
	for _, c := range []struct {
		reason    string
		sender    cepaho.Sender
		code      byte
		retryable bool
		is        error
	}{
		{"not authorized", cepaho.Sender{Client: m, Topic: "forbidden/x"}, 0x87, false, nil},
		{"too large", cepaho.Sender{Client: m, Topic: topic, MaxPayload: 3}, 0, false, cepaho.ErrTooLarge},
		{"no connection", cepaho.Sender{Client: down, Topic: topic}, 0, true, autopaho.ConnectionDownError},
	} {
		err := c.sender.Send(ctx, &valid)
		var failed *cepaho.SendError
		if !errors.As(err, &failed) || failed.ReasonCode != c.code || failed.Retryable() != c.retryable || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v", c.reason, err)
			continue
		}
		if r := dispatch.Judge(ctx, nil, err); (r.Verdict == dispatch.VerdictRetry) != c.retryable {
			t.Errorf("%s: a handler that returns it: %s", c.reason, r.Verdict)
		}
	}
}

// publisher acknowledges packets, but for those whose place is in fails.
type publisher struct {
	fails map[int]error
	sent  []*paho.Publish
}

func (p *publisher) Publish(_ context.Context, packet *paho.Publish) (*paho.PublishResponse, error) {
	p.sent = append(p.sent, packet)
	return nil, p.fails[len(p.sent)-1]
}

// A batch is published in its order. One event that fails does not keep those behind it, and one
// that cannot be published keeps all.
func TestSendBatch(t *testing.T) {
	valid, invalid, expired := event(1), cloudevents.Event{}, event(2)
	if err := expired.Set("expirytime", cloudevents.TimestampValue(time.Now().Add(-time.Second))); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	down := errors.New("no connection")
	for name, c := range map[string]struct {
		ctx   context.Context
		es    []cloudevents.Event
		fails map[int]error
		limit int
		sent  int
		batch int         // the Index of a BatchError; -1 is none
		about map[int]int // the Index of each SendError, by its place
		is    error
	}{
		"none":      {context.Background(), nil, nil, 0, 0, -1, nil, nil},
		"all":       {context.Background(), []cloudevents.Event{event(0), event(1)}, nil, 0, 2, -1, nil, nil},
		"one fails": {context.Background(), []cloudevents.Event{event(0), event(1), event(2)}, map[int]error{1: down}, 0, 3, -1, map[int]int{0: 1}, down},
		"two fail":  {context.Background(), []cloudevents.Event{event(0), event(1)}, map[int]error{0: down, 1: down}, 0, 2, -1, map[int]int{0: 0, 1: 1}, down},
		"invalid":   {context.Background(), []cloudevents.Event{valid, invalid}, nil, 0, 0, 1, nil, validation.ErrMissing},
		"expired":   {context.Background(), []cloudevents.Event{valid, expired}, nil, 0, 0, 1, map[int]int{0: 1}, cepaho.ErrExpired},
		"too large": {context.Background(), []cloudevents.Event{valid}, nil, 1, 0, 0, map[int]int{0: 0}, cepaho.ErrTooLarge},
		"ctx ended": {ended, []cloudevents.Event{valid, valid}, nil, 0, 0, -1, map[int]int{0: 0, 1: 1}, context.Canceled},
	} {
		client := &publisher{fails: c.fails}
		s := cepaho.Sender{Client: client, Topic: topic, Expiry: true, MaxPayload: c.limit}
		err := s.SendBatch(c.ctx, c.es)
		if !errors.Is(err, c.is) || (err == nil) != (c.is == nil) || len(client.sent) != c.sent {
			t.Errorf("%s: %v, %d sent", name, err, len(client.sent))
		}
		var batch *cloudevents.BatchError
		if errors.As(err, &batch) != (c.batch >= 0) || batch != nil && batch.Index != c.batch {
			t.Errorf("%s: %v", name, err)
		}
		all := []error{err}
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			all = joined.Unwrap()
		}
		for place, index := range c.about {
			var failed *cepaho.SendError
			if !errors.As(all[place], &failed) || failed.Index != index || failed.Topic != topic {
				t.Errorf("%s: error %d is %v", name, place, all[place])
			}
		}
		for i, p := range client.sent {
			if m := cepaho.FromPublish(p); len(m.UserProperties) < 2 || m.UserProperties[1].Value != c.es[i].ID {
				t.Errorf("%s: packet %d is %+v", name, i, m)
			}
		}
	}
	var none cepaho.Sender
	if none.SendBatch(context.Background(), nil) == nil {
		t.Error("no client: no error")
	}
	if err := (&cepaho.Sender{Client: &publisher{fails: map[int]error{0: down}}, Topic: topic}).Send(context.Background(), &valid); err == nil ||
		err.Error() != `cepaho: topic "`+topic+`": no connection` {
		t.Error(err)
	}
}
