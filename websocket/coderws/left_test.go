package cecoderws_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/leaktest"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// After a Receiver has ended, in whatever way, there are no more goroutines, connections and
// memory than before.
func TestNothingIsLeft(t *testing.T) {
	leaktest.Endings(t, func(t *testing.T, h dispatch.Handler, stop <-chan struct{}) error {
		failed := make(chan error, 1)
		rc := &cecoderws.Receiver{Delivery: dispatch.Delivery{Attempts: 1, Handler: h, Observer: dispatch.Observer{
			Failed: func(_ context.Context, o dispatch.Outcome) {
				select {
				case failed <- o.Err:
				default:
				}
			},
		}}}
		s := sender(t, serve(t, rc))
		s.Attempts = 1
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_ = s.SendBatch(context.Background(), events(leaktest.Events)) // the last of them may fail
		}()
		defer func() { <-sent }()
		select {
		case <-stop:
			now, cancel := context.WithCancel(context.Background())
			cancel()
			err := rc.Shutdown(now)
			var unfinished *dispatch.UnfinishedError
			if errors.As(err, &unfinished) || errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		case err := <-failed:
			return err
		}
	})
}
