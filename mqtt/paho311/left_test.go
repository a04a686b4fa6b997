package cepaho311_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/leaktest"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

// After Run, however it ends, there are no more goroutines, connections and memory than before.
func TestNothingIsLeft(t *testing.T) {
	leaktest.Endings(t, func(t *testing.T, h dispatch.Handler, stop <-chan struct{}) error {
		address := start(t)
		session(t, address, "billing")
		send(t, address, leaktest.Events)
		end, ended, _ := begin(t, address, &cepaho311.Consumer{Grace: -1, Delivery: dispatch.Delivery{Attempts: 1, Handler: h}})
		select {
		case <-stop:
			return end()
		case err := <-ended:
			return err
		}
	})
}
