package cenatsgo_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/leaktest"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// After Run, however it ends, there are no more goroutines, connections and memory than before.
func TestNothingIsLeft(t *testing.T) {
	leaktest.Endings(t, func(t *testing.T, h dispatch.Handler, stop <-chan struct{}) error {
		_, js := connect(t, start(t))
		c := &cenatsgo.Consumer{Consumer: streams(t, js), JetStream: js, Grace: -1, Delivery: dispatch.Delivery{Attempts: 1, Handler: h}}
		send(t, js, leaktest.Events)
		end, ended := begin(t, c)
		select {
		case <-stop:
			return end()
		case err := <-ended:
			return err
		}
	})
}
