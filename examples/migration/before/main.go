// Before is a service on sdk-go: it receives orders, and sends an invoice for each to a
// target. The programs halfway and after are the same service while it moves to this
// module, and when it has moved.
//
//	go run ./before -port 8080 -target http://localhost:8081/
//	go run ./before -port 8080 -target http://localhost:8081/ -order 17   # sends an order
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cecontext "github.com/cloudevents/sdk-go/v2/context"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

type Order struct {
	Number int `json:"number"`
}

type Invoice struct {
	Number int `json:"number"`
	Cents  int `json:"cents"`
}

func main() {
	port := flag.Int("port", 8080, "where to listen")
	target := flag.String("target", "http://localhost:8081/", "where invoices go")
	order := flag.Int("order", 0, "send an order of this number to the target, and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	client, err := cloudevents.NewClientHTTP(cehttp.WithPort(*port))
	if err != nil {
		log.Fatal(err)
	}
	s := &service{client: client, target: *target}
	if *order != 0 {
		if err := s.send(ctx, "/shop", "com.example.order.placed", Order{*order}); err != nil {
			log.Fatal(err)
		}
		return
	}
	if err := client.StartReceiver(ctx, s.receive); err != nil {
		log.Fatal(err)
	}
}

type service struct {
	client cloudevents.Client
	target string
}

func (s *service) receive(ctx context.Context, event cloudevents.Event) cloudevents.Result {
	if event.Type() != "com.example.order.placed" {
		return cehttp.NewResult(422, "no handler for type %s", event.Type())
	}
	var order Order
	if err := event.DataAs(&order); err != nil {
		return cehttp.NewResult(400, "%w", err)
	}
	if order.Number < 0 {
		return cehttp.NewResult(422, "there is no order %d", order.Number)
	}
	if err := s.send(ctx, "/invoices", "com.example.invoice.made", Invoice{order.Number, 240}); err != nil {
		return cehttp.NewResult(503, "%w", err)
	}
	fmt.Println("invoice for order", order.Number, "of", event.Source())
	return nil
}

func (s *service) send(ctx context.Context, source, eventType string, data any) error {
	event := cloudevents.NewEvent()
	event.SetSource(source)
	event.SetType(eventType)
	if err := event.SetData(cloudevents.ApplicationJSON, data); err != nil {
		return err
	}
	ctx = cloudevents.ContextWithTarget(ctx, s.target)
	ctx = cecontext.WithRetriesExponentialBackoff(ctx, 100*time.Millisecond, 2)
	if result := s.client.Send(ctx, event); !cloudevents.IsACK(result) {
		return result
	}
	return nil
}
