package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// send posts an event to h and prints the answer.
func send(h http.Handler, id string) {
	e := cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed"}
	r, err := cehttp.ToHTTPRequest(context.Background(), "/", &e, cloudevents.BinaryMode, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	show(h, r)
}

func show(h http.Handler, r *http.Request) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(strings.TrimSpace(answer.Status + " " + string(body)))
	if after := answer.Header.Get("Retry-After"); after != "" {
		fmt.Println("Retry-After:", after)
	}
}

var quiet = slog.New(slog.DiscardHandler)

func ExampleHandler() {
	var handle cehttp.Handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		fmt.Println("got", e.ID)
		return nil, nil
	}
	send(&cehttp.Receiver{Handler: handle}, "A-1")
	// Output:
	// got A-1
	// 204 No Content
}

func ExampleMiddleware() {
	var printing cehttp.Middleware = func(next cehttp.Handler) cehttp.Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			reply, err := next(ctx, e)
			fmt.Println(e.ID, err)
			return reply, err
		}
	}
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, errors.New("no connection to the database")
	}
	send(&cehttp.Receiver{Handler: printing(handle), Logger: quiet}, "A-1")
	// Output:
	// A-1 no connection to the database
	// 500 Internal Server Error {"error":"Internal Server Error","error_type":"internal_server_error","retryable":true}
}

func ExampleChain() {
	named := func(name string) cehttp.Middleware {
		return func(next cehttp.Handler) cehttp.Handler {
			return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				fmt.Println(name)
				return next(ctx, e)
			}
		}
	}
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	send(&cehttp.Receiver{Handler: cehttp.Chain(handle, named("outer"), named("inner"))}, "A-1")
	// Output:
	// outer
	// inner
	// 204 No Content
}

func ExampleHandlerError() {
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, &cehttp.HandlerError{
			Status:     http.StatusTooManyRequests,
			Message:    "100 orders a minute are enough",
			RetryAfter: 20 * time.Second,
		}
	}
	send(&cehttp.Receiver{Handler: handle, Logger: quiet}, "A-1")
	// Output:
	// 429 Too Many Requests {"error":"100 orders a minute are enough","error_type":"too_many_requests","retryable":true}
	// Retry-After: 20
}

func ExampleHandlerError_StatusCode() {
	fmt.Println((&cehttp.HandlerError{}).StatusCode())
	fmt.Println((&cehttp.HandlerError{Retryable: true}).StatusCode())
	fmt.Println((&cehttp.HandlerError{Status: http.StatusGone}).StatusCode())
	// Output:
	// 422
	// 503
	// 410
}

func ExampleHandlerError_Error() {
	fmt.Println(&cehttp.HandlerError{Status: http.StatusGone})
	fmt.Println(&cehttp.HandlerError{Message: "for the sender", Err: errors.New("for the log")})
	// Output:
	// Gone
	// for the log
}

func ExampleHandlerError_Unwrap() {
	err := cehttp.Permanent(fmt.Errorf("order: %w", io.ErrUnexpectedEOF))
	fmt.Println(errors.Is(err, io.ErrUnexpectedEOF))
	// Output: true
}

func ExamplePermanent() {
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, cehttp.Permanent(errors.New("customer 7 does not exist"))
	}
	send(&cehttp.Receiver{Handler: handle, Logger: quiet}, "A-1")
	// Output: 422 Unprocessable Entity {"error":"Unprocessable Entity","error_type":"unprocessable_entity","retryable":false}
}

func ExampleRetryable() {
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, cehttp.Retryable(errors.New("the database restarts"), time.Minute)
	}
	send(&cehttp.Receiver{Handler: handle, Logger: quiet}, "A-1")
	// Output:
	// 503 Service Unavailable {"error":"Service Unavailable","error_type":"service_unavailable","retryable":true}
	// Retry-After: 60
}

func ExampleDeferred() {
	handle := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		// The event is in a broker now, which has acknowledged it.
		return nil, &cehttp.Deferred{ID: "offset-1207"}
	}
	send(&cehttp.Receiver{Handler: handle}, "A-1")
	// Output: 202 Accepted {"status":"accepted","id":"offset-1207"}
}

func ExampleDeferred_Error() {
	fmt.Println(&cehttp.Deferred{ID: "offset-1207"})
	// Output: event is accepted and not handled yet
}
