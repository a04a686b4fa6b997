package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// handle calls h as a transport does, and prints the result.
func handle(h dispatch.Handler, id string) {
	r := dispatch.Call(context.Background(), h, &cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed"})
	fmt.Println(r.Verdict, r.Status, r.Type, r.Message, r.RetryAfter)
}

var quiet = slog.New(slog.DiscardHandler)

func ExampleHandler() {
	var handler dispatch.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if e.Subject == "" {
			return nil, dispatch.Permanent(errors.New("no subject"))
		}
		return nil, nil
	}
	handle(handler, "A-1")
	// Output: refused 422   0s
}

func ExampleNoReply() {
	handler := dispatch.NoReply(func(ctx context.Context, e *cloudevents.Event) error {
		fmt.Println("got", e.ID)
		return nil
	})
	handle(handler, "A-1")
	// Output:
	// got A-1
	// done 0   0s
}

func ExampleMiddleware() {
	var printing dispatch.Middleware = func(next dispatch.Handler) dispatch.Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			reply, err := next(ctx, e)
			fmt.Println(e.ID, err)
			return reply, err
		}
	}
	handler := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, errors.New("no connection to the database")
	}
	handle(printing(handler), "A-1")
	// Output:
	// A-1 no connection to the database
	// retry 500   0s
}

func ExampleChain() {
	named := func(name string) dispatch.Middleware {
		return func(next dispatch.Handler) dispatch.Handler {
			return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				fmt.Println(name)
				return next(ctx, e)
			}
		}
	}
	handler := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	handle(dispatch.Chain(handler, named("outer"), named("inner")), "A-1")
	// Output:
	// outer
	// inner
	// done 0   0s
}

func ExampleError() {
	handler := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, &dispatch.Error{
			Status:     429,
			Message:    "the limit is 100 orders a minute",
			RetryAfter: 20 * time.Second,
		}
	}
	handle(handler, "A-1")
	// Output: retry 429  the limit is 100 orders a minute 20s
}

func ExampleError_StatusCode() {
	fmt.Println((&dispatch.Error{}).StatusCode())
	fmt.Println((&dispatch.Error{Retryable: true}).StatusCode())
	fmt.Println((&dispatch.Error{Status: 410}).StatusCode())
	// Output:
	// 422
	// 503
	// 410
}

func ExampleError_Error() {
	fmt.Println(&dispatch.Error{Status: 410})
	fmt.Println(&dispatch.Error{Message: "for the sender", Err: errors.New("for the log")})
	// Output:
	// status 410
	// for the log
}

func ExampleError_Unwrap() {
	err := dispatch.Permanent(fmt.Errorf("order: %w", io.ErrUnexpectedEOF))
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output: true
}

func ExamplePermanent() {
	handler := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, dispatch.Permanent(errors.New("customer 7 does not exist"))
	}
	handle(handler, "A-1")
	// Output: refused 422   0s
}

func ExampleRetryable() {
	handler := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, dispatch.Retryable(errors.New("the database restarts"), time.Minute)
	}
	handle(handler, "A-1")
	// Output: retry 503   1m0s
}

func ExampleDeferred() {
	handler := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		// A broker has acknowledged the event.
		return nil, &dispatch.Deferred{ID: "offset-1207"}
	}
	r := dispatch.Call(context.Background(), handler, &cloudevents.Event{})
	fmt.Println(r.Verdict, r.ID, r.Err)
	// Output: deferred offset-1207 <nil>
}

func ExampleDeferred_Error() {
	fmt.Println(&dispatch.Deferred{ID: "offset-1207"})
	// Output: event is accepted and not handled yet
}
