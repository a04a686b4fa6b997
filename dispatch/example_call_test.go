package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A transport calls a handler for each message, and acknowledges by the verdict.
func ExampleCall() {
	handler := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		switch e.Type {
		case "bad":
			return nil, dispatch.Permanent(errors.New("no such customer"))
		case "bug":
			panic("index out of range")
		}
		return nil, nil
	}
	for _, eventType := range []string{"good", "bad", "bug"} {
		e := cloudevents.New("/orders", eventType)
		r := dispatch.Call(context.Background(), handler, &e)
		switch r.Verdict {
		case dispatch.VerdictDone, dispatch.VerdictDeferred:
			fmt.Println("commit")
		case dispatch.VerdictRefused:
			fmt.Println("dead letter:", r.Err)
		case dispatch.VerdictRetry:
			fmt.Println("again:", r.Err)
		}
	}
	// Output:
	// commit
	// dead letter: no such customer
	// again: panic: index out of range
}

// A middleware that counts the events that were not handled.
func ExampleJudge() {
	failures := 0
	count := func(next dispatch.Handler) dispatch.Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			reply, err := next(ctx, e)
			switch dispatch.Judge(ctx, reply, err).Verdict {
			case dispatch.VerdictRefused, dispatch.VerdictRetry:
				failures++
			}
			return reply, err
		}
	}
	handler := count(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, errors.New("database is away")
	})
	_, _ = handler(context.Background(), &cloudevents.Event{})
	fmt.Println(failures)
	// Output: 1
}

func ExampleResult() {
	err := fmt.Errorf("order: %w", &dispatch.Error{Status: 409, Type: "sold_out", Message: "there is no tea"})
	r := dispatch.Judge(context.Background(), nil, err)
	fmt.Println(r.Verdict, r.Status, r.Type, r.Message)
	// Output: refused 409 sold_out there is no tea
}

func ExampleVerdict() {
	r := dispatch.Judge(context.Background(), nil, nil)
	fmt.Println(r.Verdict == dispatch.VerdictDone)
	// Output: true
}

func ExampleVerdict_String() {
	fmt.Println(dispatch.VerdictDone, dispatch.VerdictDeferred, dispatch.VerdictRefused, dispatch.VerdictRetry)
	// Output: done deferred refused retry
}

func ExamplePanicError() {
	r := dispatch.Call(context.Background(), func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		panic("a bug")
	}, &cloudevents.Event{})
	var p *dispatch.PanicError
	fmt.Println(errors.As(r.Err, &p), p.Value, len(p.Stack) > 0)
	// Output: true a bug true
}

func ExamplePanicError_Error() {
	fmt.Println(&dispatch.PanicError{Value: "a bug"})
	// Output: panic: a bug
}

func ExampleObserver() {
	counts := map[dispatch.Verdict]int{}
	observer := dispatch.Observer{
		Handled: func(_ context.Context, o dispatch.Outcome) { counts[o.Verdict]++ },
		Failed:  func(_ context.Context, o dispatch.Outcome) { counts[o.Verdict]++ },
	}
	background := &dispatch.Background{Workers: 1, Handler: says("handled"), Observer: observer}
	event := cloudevents.New("/orders", "com.example.placed")
	_, _ = background.HandleEvent(context.Background(), &event)
	_, _ = background.Shutdown(context.Background())
	fmt.Println(counts)
	// Output:
	// handled
	// map[done:1]
}

func ExampleOutcome() {
	o := dispatch.Outcome{ID: "A-1", Source: "/orders", Type: "com.example.placed", Verdict: dispatch.VerdictRetry, Status: 503}
	fmt.Println(o.ID, o.Verdict, o.Status)
	// Output: A-1 retry 503
}

// A transport logs an event that was not handled, in the same way as all others.
func ExampleOutcome_LogFailure() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: timeless}))
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	begin := time.Now()
	r := dispatch.Call(context.Background(), func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, errors.New("database is away")
	}, &e)
	o := dispatch.Outcome{
		ID: "A-1", Source: "/orders", Type: "com.example.placed",
		Verdict: r.Verdict, Status: r.Status, Err: r.Err, Duration: time.Since(begin),
	}
	o.LogFailure(context.Background(), logger)
	// Output: level=ERROR msg="event handler failed" outcome=retry status=500 error="database is away" event.id=A-1 event.source=/orders event.type=com.example.placed
}

// The text of an error stays here. The sender gets the Message of an Error.
func ExamplePermanent_message() {
	err := errors.New("SELECT … FROM article: no rows")
	for _, err := range []error{
		dispatch.Permanent(err),
		&dispatch.Error{Message: "there is no such article", Err: err},
		dispatch.Retryable(&dispatch.Error{Message: "the stock is being counted", Err: err}, time.Minute),
	} {
		r := dispatch.Judge(context.Background(), nil, err)
		fmt.Printf("%s %d %q\n", r.Verdict, r.Status, r.Message)
	}
	// Output:
	// refused 422 ""
	// refused 422 "there is no such article"
	// retry 503 "the stock is being counted"
}
