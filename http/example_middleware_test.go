package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// An event that comes again is handled once.
func ExampleDeduplicate() {
	once := cehttp.Deduplicate{Window: time.Hour, MaxEvents: 10_000}
	handler := once.Wrap(says("handled"))
	for range 3 {
		_, err := handler(context.Background(), &cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
		fmt.Println(err)
	}
	// Output:
	// handled
	// <nil>
	// <nil>
	// <nil>
}

// An event whose handler failed is handled when it comes again.
func ExampleDeduplicate_Wrap() {
	var once cehttp.Deduplicate
	attempt := 0
	handler := cehttp.Chain(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		if attempt++; attempt == 1 {
			return nil, errors.New("database is away")
		}
		return nil, nil
	}, once.Wrap)
	for range 3 {
		_, err := handler(context.Background(), &cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
		fmt.Println(attempt, err)
	}
	// Output:
	// 1 database is away
	// 2 <nil>
	// 2 <nil>
}

func ExampleDefaultDeduplicateWindow() {
	fmt.Println(cehttp.DefaultDeduplicateWindow)
	// Output: 10m0s
}

func ExampleDefaultDeduplicateMaxEvents() {
	fmt.Println(cehttp.DefaultDeduplicateMaxEvents)
	// Output: 100000
}

func ExampleTimeout() {
	handler := cehttp.Timeout(time.Millisecond)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		<-ctx.Done() // a slow query, say
		return nil, ctx.Err()
	})
	_, err := handler(context.Background(), &cloudevents.Event{})
	var answer *cehttp.HandlerError
	fmt.Println(errors.As(err, &answer), answer.StatusCode(), answer.Type)
	// Output: true 503 timeout
}

func ExampleConcurrencyLimit() {
	limit := cehttp.ConcurrencyLimit(1)
	inner := limit(says("never"))
	outer := limit(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return inner(ctx, e) // while the only place is taken
	})
	_, err := outer(context.Background(), &cloudevents.Event{})
	var answer *cehttp.HandlerError
	fmt.Println(errors.As(err, &answer), answer.StatusCode(), answer.RetryAfter)
	// Output: true 503 1s
}

func ExampleRecover() {
	quiet := slog.New(slog.DiscardHandler)
	handler := cehttp.Recover(quiet)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		panic("a bug")
	})
	_, err := handler(context.Background(), &cloudevents.Event{})
	fmt.Println(err)
	// Output: panic: a bug
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "duration" {
			return slog.Attr{} // not the same twice
		}
		return a
	}}))
	handler := cehttp.Log(logger)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, cehttp.Permanent(errors.New("sold out"))
	})
	_, _ = handler(context.Background(), &cloudevents.Event{ID: "1", Source: "/shop", Type: "com.example.placed"})
	// Output: level=WARN msg="event refused" event.id=1 event.source=/shop event.type=com.example.placed status=422 error="sold out"
}
