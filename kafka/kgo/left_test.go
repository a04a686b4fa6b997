package cekgo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/leaktest"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// After Run, however it ends, there are no more goroutines and connections than before.
func TestNothingIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		handler dispatch.Handler // of the last event
		fails   bool
	}{
		"success": {func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }, false},
		"canceled": {func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, false},
		"failure": {func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			return nil, dispatch.Permanent(errors.New("no"))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			leaktest.Check(t, func(t *testing.T) {
				const n = 10
				cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(2, topic))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(cluster.Close)
				addrs := cluster.ListenAddrs()
				producer := newClient(t, addrs, kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
				s := cekgo.Sender{Client: producer, Topic: topic}
				for i := range n {
					e := event(i)
					if err := s.Send(context.Background(), &e); err != nil {
						t.Fatal(err)
					}
				}
				last := make(chan struct{})
				consumer := &cekgo.Consumer{Grace: -1, Delivery: dispatch.Delivery{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					if e.ID != "9" {
						return nil, nil
					}
					close(last)
					return c.handler(ctx, e)
				}}}
				join(t, addrs, consumer)
				if err := runUntil(t, consumer, last); (err != nil) != c.fails {
					t.Errorf("error: %v", err)
				}
			})
		})
	}
}
