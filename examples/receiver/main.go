// Receiver is a service that receives orders as CloudEvents and answers each kind of
// failure with the status that senders expect. README.md has a curl command for each.
//
//	go run ./examples/receiver
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/eventdoc"
)

// Order is the data of an event.
type Order struct {
	Number int `json:"number" doc:"Number of the order, counted from 1." example:"42"`
}

func main() {
	address := flag.String("address", "127.0.0.1:8080", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *address); err != nil {
		slog.Error("receiver", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string) error {
	// Slow work is done after the answer, one event at a time. One more may wait.
	background := &dispatch.Background{Handler: pack, Workers: 1, QueueLimit: 1, Timeout: time.Minute}
	var mux dispatch.Mux
	if err := mux.Handle(routes(background)...); err != nil {
		return err
	}
	receiver := &cehttp.Receiver{Handler: mux.HandleEvent, Decoder: cehttp.Decoder{MaxBytes: 64 << 10}}
	root := http.NewServeMux()
	root.Handle("/", &cehttp.Routes{Receiver: receiver, Background: background})
	page, err := eventdoc.New(&mux)
	if err != nil {
		return err
	}
	root.Handle("/docs", page)
	err = cehttp.ListenAndServe(ctx, address, root) // until SIGINT or SIGTERM

	// No more requests come in. Accepted events are finished, or printed.
	within, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	unfinished, late := background.Shutdown(within)
	if late != nil {
		slog.Error("shutdown", "error", late)
	}
	for _, u := range unfinished {
		document, err := json.Marshal(u.Event)
		fmt.Printf("%s %v\n", document, err)
	}
	return err
}

// routes returns the handler of each type of event.
func routes(background *dispatch.Background) []dispatch.Route {
	placed := dispatch.On("com.example.order.placed", confirm)
	placed.Summary = "An order. The reply confirms it."
	placed.Out.Event.Type, placed.Out.Data = "com.example.order.confirmed", Order{}
	packed := dispatch.Route{Type: "com.example.order.packed", Summary: "Packing takes a while.", Handler: background.HandleEvent}
	packed.Answers = map[int]string{202: "It is packed later. Deferred-Id is for /cancel/{id}.", 204: "", 503: "The queue is full."}
	return []dispatch.Route{
		placed, // 200
		packed, // 202, or 503 if the queue is full
		{Type: "com.example.order.seen", Summary: "Somebody looked at an order.", Handler: dispatch.NoReply(seen)},                                             // 204
		{Type: "com.example.order.rushed", Summary: "Refused more than once a minute.", Handler: answer(rushed), Answers: map[int]string{429: rushed.Message}}, // 429
		{Type: "com.example.order.faxed", Summary: "No longer accepted.", Handler: answer(faxed), Answers: map[int]string{410: faxed.Message}},                 // 410
		{Type: "com.example.order.broken", Summary: "Fails.", Handler: answer(errors.New("the printer burns"))},                                                // 500
	}
}

var (
	rushed = &dispatch.Error{Status: 429, Message: "one rushed order a minute", RetryAfter: time.Minute}
	faxed  = &dispatch.Error{Status: 410, Message: "the fax machine is gone"}
)

func answer(err error) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, err }
}

func seen(_ context.Context, e *cloudevents.Event) error {
	slog.Info("seen", "id", e.ID)
	return nil
}

func confirm(_ context.Context, e *cloudevents.Event, order Order) (*cloudevents.Event, error) {
	return dispatch.Replier{Source: "/shop"}.Reply(e, "com.example.order.confirmed", order)
}

// pack takes ten seconds.
func pack(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	select {
	case <-time.After(10 * time.Second):
		slog.Info("packed", "id", e.ID)
		return nil, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
