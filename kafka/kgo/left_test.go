package cekgo_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/leaktest"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// After Run, however it ends, there are no more goroutines, connections and memory than before.
func TestNothingIsLeft(t *testing.T) {
	leaktest.Endings(t, func(t *testing.T, h dispatch.Handler, stop <-chan struct{}) error {
		addrs := start(t, 1)
		send(t, addrs, 0, leaktest.Events)
		c := &cekgo.Consumer{Grace: -1, Delivery: dispatch.Delivery{Attempts: 1, Handler: h}}
		join(t, addrs, c)
		return runUntil(t, c, stop)
	})
}
