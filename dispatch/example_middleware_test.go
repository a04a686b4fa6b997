package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// An event that comes again is handled once.
func ExampleDeduplicate() {
	once := dispatch.Deduplicate{Window: time.Hour, MaxEvents: 10_000}
	handler := once.Wrap(says("handled"))
	for range 3 {
		_, err := handler(context.Background(), &cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
		fmt.Println(err)
	}
	// Output:
	// handled
	// <nil>
	// event was handled before
	// event was handled before
}

// files is a store that remembers events as files of a directory, for one process: the claims of
// one that has died stay.
type files string

type file string

func (dir files) Claim(_ context.Context, key dispatch.EventKey) (dispatch.DeduplicateClaim, *dispatch.Duplicate, error) {
	name := filepath.Join(string(dir), key.String())
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, &dispatch.Duplicate{}, nil
	case err != nil:
		return nil, nil, err
	}
	return file(name), nil, f.Close()
}

func (f file) Finish(context.Context, *dispatch.Deferred) error { return nil }

func (f file) Release(context.Context) error { return os.Remove(string(f)) }

// A store outlives the process.
func ExampleDeduplicateStore() {
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	var store dispatch.DeduplicateStore = files(dir)
	for range 2 { // the second time is a restart
		once := dispatch.Deduplicate{Store: store}
		_, err := once.Wrap(says("handled"))(context.Background(), &cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
		fmt.Println(err)
	}
	// Output:
	// handled
	// <nil>
	// event was handled before
}

// A Deduplicate claims an event, and then finishes it or releases it.
func ExampleDeduplicateClaim() {
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	var key dispatch.EventKey
	var claim dispatch.DeduplicateClaim
	key = dispatch.NewEventKey(&cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
	claim, finished, err := files(dir).Claim(context.Background(), key)
	fmt.Println(finished == nil, err)
	fmt.Println(claim.Release(context.Background()))
	// Output:
	// true <nil>
	// <nil>
}

func ExampleNewEventKey() {
	fmt.Println(dispatch.NewEventKey(&cloudevents.Event{Source: "/shop", ID: "1", Type: "t"}))
	// Output: 197bcbd5023e48705bd09415b4d0b3aaa1e9b5ce1de8d29e5211a5f08fb630d9
}

// An event whose handler failed is handled when it comes again.
func ExampleDeduplicate_Wrap() {
	var once dispatch.Deduplicate
	attempt := 0
	handler := dispatch.Chain(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
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
	// 2 event was handled before
}

// A duplicate is no failure.
func ExampleDuplicate() {
	var once dispatch.Deduplicate
	handler := once.Wrap(says("handled"))
	for range 2 {
		r := dispatch.Call(context.Background(), handler, &cloudevents.Event{Source: "/shop", ID: "1", Type: "t"})
		fmt.Println(r.Verdict, r.Duplicate, r.Err)
	}
	// Output:
	// handled
	// done false <nil>
	// done true <nil>
}

func ExampleTimeout() {
	handler := dispatch.Timeout(time.Millisecond)(func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		<-ctx.Done() // a slow query
		return nil, ctx.Err()
	})
	_, err := handler(context.Background(), &cloudevents.Event{})
	var answer *dispatch.Error
	fmt.Println(errors.As(err, &answer), answer.StatusCode(), answer.Type)
	fmt.Println(err)
	// Output:
	// true 503 timeout
	// timeout of 1ms: context deadline exceeded
}

func ExampleConcurrencyLimit() {
	limit := dispatch.ConcurrencyLimit(1)
	inner := limit(says("never"))
	outer := limit(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		return inner(ctx, e) // while the only place is taken
	})
	_, err := outer(context.Background(), &cloudevents.Event{})
	var answer *dispatch.Error
	fmt.Println(errors.As(err, &answer), answer.StatusCode(), answer.RetryAfter)
	// Output: true 503 1s
}

func ExampleLog() {
	// timeless removes the time and the duration, which differ each time.
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: timeless}))
	handler := dispatch.Log(logger)(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, dispatch.Permanent(errors.New("sold out"))
	})
	_, _ = handler(context.Background(), &cloudevents.Event{ID: "1", Source: "/shop", Type: "com.example.placed"})
	// Output: level=INFO msg="event handler failed" outcome=refused status=422 error="sold out" event.id=1 event.source=/shop event.type=com.example.placed
}
