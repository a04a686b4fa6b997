// Receiver is a service that takes orders as CloudEvents and answers each kind of
// trouble with the status that senders expect. README.md has a curl command for
// each.
//
//	go run ./examples/receiver
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Order is the data of an event.
type Order struct {
	Number int `json:"number"`
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
	// What takes long is done after the answer: one at a time, one more may wait.
	background := &cehttp.Background{Handler: pack, Workers: 1, QueueLimit: 1, Timeout: time.Minute}
	shop := &shop{background: background}
	routes := &cehttp.Routes{
		Receiver:   &cehttp.Receiver{Handler: shop.handle, Decoder: cehttp.Decoder{MaxBytes: 64 << 10}},
		Background: background,
	}
	slog.Info("listening", "address", address)
	err := cehttp.ListenAndServe(ctx, address, routes) // until SIGINT or SIGTERM

	// No request comes in any more. What was accepted is finished, or written down.
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

type shop struct{ background *cehttp.Background }

// handle does what the type of the event says. A program with many types has a mux
// here.
func (s *shop) handle(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	switch e.Type {
	case "com.example.order.seen": // 204
		slog.Info("seen", "id", e.ID)
		return nil, nil
	case "com.example.order.placed": // 200
		order, err := cloudevents.DataAs[Order](e)
		if err != nil {
			return nil, &cehttp.HandlerError{Status: cehttp.StatusCode(err), Message: err.Error(), Err: err}
		}
		reply := cloudevents.New("/shop", "com.example.order.confirmed")
		return &reply, reply.SetData("application/json", order)
	case "com.example.order.packed": // 202, or 503 if the queue is full
		return s.background.Handle(ctx, e)
	case "com.example.order.rushed": // 429
		return nil, &cehttp.HandlerError{Status: 429, Message: "one rushed order a minute", RetryAfter: time.Minute}
	case "com.example.order.faxed": // 410
		return nil, &cehttp.HandlerError{Status: 410, Message: "the fax machine is gone"}
	case "com.example.order.broken": // 500
		return nil, fmt.Errorf("the printer is on fire")
	}
	return nil, cehttp.Permanent(fmt.Errorf("unknown type %.64q", e.Type)) // 422
}

// pack takes its time.
func pack(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	select {
	case <-time.After(10 * time.Second):
		slog.Info("packed", "id", e.ID)
		return nil, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
