package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func ExampleBackground() {
	background := &cehttp.Background{
		Workers: 4,
		Timeout: time.Minute,
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("handled", e.ID)
			return nil, nil
		},
	}
	receiver := &cehttp.Receiver{Handler: background.Handle}

	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"placed"}`))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	receiver.ServeHTTP(w, r)

	unfinished, err := background.Shutdown(context.Background())
	fmt.Println(w.Code, len(unfinished), err)
	// Output:
	// handled A-1
	// 202 0 <nil>
}

func ExampleBackground_Handle() {
	background := &cehttp.Background{Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, nil
	}}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.Handle(context.Background(), &event)
	var deferred *cehttp.Deferred
	fmt.Println(errors.As(err, &deferred), len(deferred.ID))
	// Output: true 36
}

// waiting handles an event until it is told to end.
func waiting(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func ExampleBackground_Cancel() {
	background := &cehttp.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.Handle(context.Background(), &event)
	var deferred *cehttp.Deferred
	if errors.As(err, &deferred) {
		fmt.Println(background.Cancel(deferred.ID))
	}
	fmt.Println(background.Cancel("unknown"))
	// Output:
	// true
	// false
}

func ExampleErrCancelled() {
	told := make(chan error)
	background := &cehttp.Background{Handler: waiting, Logger: quiet, Observer: cehttp.Observer{
		Failed: func(_ context.Context, o cehttp.Outcome) { told <- o.Err },
	}}
	event := cloudevents.New("/orders", "com.example.placed")
	_, err := background.Handle(context.Background(), &event)
	var deferred *cehttp.Deferred
	if errors.As(err, &deferred) {
		background.Cancel(deferred.ID)
	}
	fmt.Println(errors.Is(<-told, cehttp.ErrCancelled))
	// Output: true
}

func ExampleBackground_Pending() {
	background := &cehttp.Background{Workers: 1, Handler: waiting, Logger: quiet}
	for range 3 {
		event := cloudevents.New("/orders", "com.example.placed")
		_, _ = background.Handle(context.Background(), &event)
	}
	fmt.Println(background.Pending())
	// Output: 3
}

// What could not be finished is the caller's to keep.
func ExampleBackground_Shutdown() {
	background := &cehttp.Background{Workers: 1, Handler: waiting, Logger: quiet}
	for _, id := range []string{"A-1", "A-2"} {
		event := cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.placed"}
		_, _ = background.Handle(context.Background(), &event)
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

func ExampleUnfinished() {
	background := &cehttp.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed"}
	_, _ = background.Handle(context.Background(), &event)
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
	background := &cehttp.Background{Handler: waiting, Logger: quiet}
	event := cloudevents.New("/orders", "com.example.placed")
	_, _ = background.Handle(context.Background(), &event)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := background.Shutdown(ctx)
	fmt.Println(errors.Is(err, cehttp.ErrShutdown), errors.Is(err, context.Canceled))
	// Output: true true
}
