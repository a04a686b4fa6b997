package cepaho311_test

import (
	"context"
	"errors"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

// An event goes through the brokers as it was sent.
func TestSend(t *testing.T) {
	for name, broker := range brokers {
		t.Run(name, func(t *testing.T) {
			address := broker(t)
			in := watch(t, address, "orders/#")
			o, _ := options(address, "sender")
			s := cepaho311.Sender{Client: connect(t, o), Topic: topic}
			e := event(1)
			if err := s.Send(context.Background(), &e); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool { return len(in.all()) == 1 })
			m := cepaho311.FromMessage(in.all()[0])
			got, err := cemqtt.ToCloudEvent(&m, nil)
			if err != nil || got.ID != e.ID || got.Subject != e.Subject || string(got.Data) != string(e.Data) || in.all()[0].Qos() != 1 {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// The errors of a Sender say which event it is, and whether to send it again.
func TestSendErrors(t *testing.T) {
	server, address, err := newServer("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	o, _ := options(address, "sender")
	client := connect(t, o)
	ctx := context.Background()
	valid, large, invalid := event(1), event(2), cloudevents.Event{}
	large.Data = []byte(`"a long text that is larger than the limit of the sender in this test, which is two hundred bytes, and so it has to go on for a while"`)
	for reason, s := range map[string]*cepaho311.Sender{"no client": {Topic: topic}, "no topic": {Client: client}, "wildcard": {Client: client, Topic: "orders/+"}} {
		if s.Send(ctx, &valid) == nil || s.SendBatch(ctx, nil) == nil {
			t.Errorf("%s: no error", reason)
		}
	}
	s := cepaho311.Sender{Client: client, Topic: topic, MaxPayload: 200}
	if err := s.Send(ctx, &invalid); err == nil {
		t.Error("an invalid event was sent")
	}
	var batch *cloudevents.BatchError
	var failed *cepaho311.SendError
	if err := s.SendBatch(ctx, []cloudevents.Event{valid, invalid}); !errors.As(err, &batch) || batch.Index != 1 {
		t.Errorf("error: %v", err)
	}
	err = s.SendBatch(ctx, []cloudevents.Event{valid, large})
	if !errors.As(err, &failed) || failed.Index != 1 || failed.Retryable() || !errors.Is(err, cepaho311.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if r := dispatch.Judge(ctx, nil, s.Send(ctx, &large)); r.Verdict != dispatch.VerdictRefused {
		t.Errorf("a handler that returns it: %s", r.Verdict)
	}
	down, _ := options(address, "down")
	nowhere := cepaho311.Sender{Client: mqtt.NewClient(down), Topic: topic}
	for _, err := range []error{nowhere.Send(ctx, &valid), nowhere.SendBatch(ctx, []cloudevents.Event{valid})} {
		if !errors.As(err, &failed) || !failed.Retryable() || !errors.Is(err, mqtt.ErrNotConnected) {
			t.Errorf("no connection: %v", err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := s.SendBatch(ended, []cloudevents.Event{valid}); !errors.As(err, &failed) || failed.Index != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	retained := cepaho311.Sender{Client: client, Topic: topic, Encoder: cemqtt.Encoder{Retain: true}}
	if err := retained.Send(ctx, &valid); err != nil {
		t.Error(err)
	}
	if _, ok := server.Topics.Retained.Get(topic); !ok {
		t.Error("it is not retained")
	}
}
