package leaktest

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Events is the number of events that a consumer of Endings gets.
const Events = 10

// Endings checks that nothing is left of a consumer, whether it ends after its last event, while
// it handles that, or because that fails and there is no dead letter. consume starts a broker with
// Events events, whose ids are 0, 1 and so on, runs a consumer with the handler, one attempt and no
// time of grace, ends it when stop is closed, and returns the error of its Run.
func Endings(t *testing.T, consume func(t *testing.T, h dispatch.Handler, stop <-chan struct{}) error) {
	t.Helper()
	failed := errors.New("failed")
	for name, handle := range map[string]func(ctx context.Context, stop func()) error{
		"after the last": func(_ context.Context, stop func()) error { stop(); return nil },
		"under way":      func(ctx context.Context, stop func()) error { stop(); <-ctx.Done(); return ctx.Err() },
		"failed":         func(context.Context, func()) error { return failed },
	} {
		t.Run(name, func(t *testing.T) {
			Check(t, func(t *testing.T) {
				stop := make(chan struct{})
				err := consume(t, func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					if e.ID != strconv.Itoa(Events-1) {
						return nil, nil
					}
					return nil, handle(ctx, func() { close(stop) })
				}, stop)
				var unfinished *dispatch.UnfinishedError
				if name == "failed" && !errors.Is(err, failed) || name != "failed" && err != nil && !errors.As(err, &unfinished) {
					t.Errorf("Run: %v", err)
				}
			})
		})
	}
}
