package main

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	"github.com/twmb/franz-go/pkg/kgo"
)

// A filter keeps events back, and a refused event goes to the dead letter of the source.
func TestFilterAndDeadLetter(t *testing.T) {
	kafka := startKafka(t, "orders", "orders-dead")
	last := newSink(t)
	last.fail = func(e *cloudevents.Event) error {
		if e.ID == "3" {
			return dispatch.Permanent(io.ErrUnexpectedEOF)
		}
		return nil
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka), kgo.ConsumeTopics("orders-dead"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	sender := cekgo.Sender{Client: client, Topic: "orders"}
	for i := range 14 {
		e := generated(i)
		if err := sender.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, "-type", "com.example.type1", "-type", "com.example.type3*", "-filter", "boolean = FALSE OR integer < -9",
		"-dead-letter", "orders-dead", "-mode", "structured", "kafka://"+kafka+"/orders", last.URL)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	dead := client.PollFetches(ctx).Records()
	if len(dead) != 1 || string(dead[0].Value) != string(generated(3).Data) {
		t.Errorf("dead letters: %d", len(dead))
	}
	waitFor(t, func() bool { return last.count() == 2 })
	p.stop()
	last.mu.Lock()
	defer last.mu.Unlock()
	for _, id := range []string{"1", "10"} {
		if _, ok := last.events[id]; !ok || last.modes[id] != cloudevents.StructuredMode {
			t.Errorf("event %s: %v, in %s mode", id, ok, last.modes[id])
		}
	}
}
