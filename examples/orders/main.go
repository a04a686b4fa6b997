// Orders receives three types of events, each with a handler for its data.
//
//	go run ./examples/orders
//	go run ./cmd/ce send http://localhost:8080/ --type com.example.order.placed --data '{"number":17}'
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

type Placed struct {
	Number int    `json:"number"`
	Item   string `json:"item,omitempty"`
}

type Paid struct {
	Number int `json:"number"`
	Cents  int `json:"cents"`
}

type Canceled struct {
	Number int    `json:"number"`
	Reason string `json:"reason"`
}

func main() {
	address := flag.String("address", "127.0.0.1:8080", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Consume("com.example.order.placed", placed),
		dispatch.Consume("com.example.order.paid", paid),
		dispatch.Consume("com.example.order.canceled", canceled),
	)
	if err != nil {
		log.Fatal(err)
	}
	receiver := &cehttp.Receiver{Handler: dispatch.Chain(mux.HandleEvent, dispatch.Timeout(10*time.Second))}
	if err := cehttp.ListenAndServe(ctx, *address, receiver); err != nil {
		log.Fatal(err)
	}
}

// placed returns nil: the sender gets 204.
func placed(_ context.Context, e *cloudevents.Event, order Placed) error {
	fmt.Println("placed", order.Number, order.Item, "by", e.Source)
	return nil
}

// paid refuses what will never be right: the sender gets 422 with the reason, and does not
// send the event again.
func paid(_ context.Context, _ *cloudevents.Event, payment Paid) error {
	if payment.Cents <= 0 {
		return dispatch.Permanent(errors.New("nothing was paid"))
	}
	fmt.Println("paid", payment.Number, payment.Cents)
	return nil
}

// canceled cannot do its work now: the sender gets 503 with a Retry-After of a minute.
func canceled(_ context.Context, _ *cloudevents.Event, c Canceled) error {
	fmt.Println("canceled", c.Number, c.Reason)
	return dispatch.Retryable(errors.New("the warehouse is closed"), time.Minute)
}
