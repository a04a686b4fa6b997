package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func ExampleBackground() {
	background := &dispatch.Background{
		Workers: 4,
		Timeout: time.Minute,
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("handled", e.ID)
			return nil, nil
		},
	}
	// In a server, background.HandleEvent is the Handler of a cehttp.Receiver.
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	r := dispatch.Call(context.Background(), background.HandleEvent, &event)

	unfinished, err := background.Shutdown(context.Background())
	fmt.Println(r.Verdict, len(unfinished), err)
	// Output:
	// handled A-1
	// deferred 0 <nil>
}

func ExampleBackground_HandleEvent() {
	background := &dispatch.Background{Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, nil
	}}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.HandleEvent(context.Background(), &event)
	var deferred *dispatch.Deferred
	fmt.Println(errors.As(err, &deferred), len(deferred.ID))
	// Output: true 36
}

// waiting is a handler that waits for the end of its context.
func waiting(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func ExampleBackground_Cancel() {
	background := &dispatch.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.HandleEvent(context.Background(), &event)
	var deferred *dispatch.Deferred
	if errors.As(err, &deferred) {
		fmt.Println(background.Cancel(deferred.ID))
	}
	fmt.Println(background.Cancel("unknown"))
	// Output:
	// true
	// false
}

func ExampleErrCanceled() {
	reported := make(chan error)
	background := &dispatch.Background{Handler: waiting, Logger: quiet, Observer: dispatch.Observer{
		Failed: func(_ context.Context, o dispatch.Outcome) { reported <- o.Err },
	}}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.HandleEvent(context.Background(), &event)
	var deferred *dispatch.Deferred
	if errors.As(err, &deferred) {
		background.Cancel(deferred.ID)
	}
	fmt.Println(errors.Is(<-reported, dispatch.ErrCanceled))
	// Output: true
}

func ExampleBackground_Pending() {
	background := &dispatch.Background{Workers: 1, Handler: waiting, Logger: quiet}
	for range 3 {
		event := cloudevents.New("/orders", "com.example.placed")
		_, _ = background.HandleEvent(context.Background(), &event)
	}
	fmt.Println(background.Pending())
	// Output: 3
}

// The caller has to store the events that are left.
func ExampleBackground_Shutdown() {
	background := &dispatch.Background{Workers: 1, Handler: waiting, Logger: quiet}
	for _, id := range []string{"A-1", "A-2"} {
		event := cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed"}
		_, _ = background.HandleEvent(context.Background(), &event)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	unfinished, err := background.Shutdown(ctx)
	fmt.Println(err)
	for _, u := range unfinished {
		fmt.Println(u.Event.ID, u.Started)
	}
	// Output:
	// shutdown did not wait for the event: 2 unfinished: context deadline exceeded
	// A-1 true
	// A-2 false
}

func ExampleBackground_Draining() {
	background := &dispatch.Background{Handler: says("handled")}
	fmt.Println(background.Draining())
	_, _ = background.Shutdown(context.Background())
	fmt.Println(background.Draining())
	// Output:
	// false
	// true
}

func ExampleUnfinished() {
	background := &dispatch.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	_, _ = background.HandleEvent(context.Background(), &event)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	unfinished, _ := background.Shutdown(ctx)
	for _, u := range unfinished {
		document, err := cloudevents.AppendJSON(nil, u.Event)
		fmt.Printf("%s %v\n", document, err)
	}
	// Output: {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed"} <nil>
}

func ExampleErrShutdown() {
	background := &dispatch.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.New("/orders", "com.example.placed")
	_, _ = background.HandleEvent(context.Background(), &event)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := background.Shutdown(ctx)
	fmt.Println(errors.Is(err, dispatch.ErrShutdown), errors.Is(err, context.Canceled))
	// Output: true true
}
