// After is the service of before on this module.
//
//	go run ./after -port 8080 -target http://localhost:8081/
//	go run ./after -port 8080 -target http://localhost:8081/ -order 17   # sends an order
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
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

	s := &service{cehttp.Sender{Target: *target}}
	if *order != 0 {
		if err := s.send(ctx, "/shop", "com.example.order.placed", Order{*order}); err != nil {
			log.Fatal(err)
		}
		return
	}
	var mux dispatch.Mux
	if err := mux.Handle(dispatch.Consume("com.example.order.placed", s.receive)); err != nil {
		log.Fatal(err)
	}
	receiver := &cehttp.Receiver{Handler: mux.HandleEvent}
	if err := cehttp.ListenAndServe(ctx, fmt.Sprintf(":%d", *port), receiver); err != nil {
		log.Fatal(err)
	}
}

type service struct{ sender cehttp.Sender }

func (s *service) receive(ctx context.Context, event *cloudevents.Event, order Order) error {
	if order.Number < 0 {
		return &dispatch.Error{Status: 422, Message: fmt.Sprintf("there is no order %d", order.Number)}
	}
	if err := s.send(ctx, "/invoices", "com.example.invoice.made", Invoice{order.Number, 240}); err != nil {
		return dispatch.Retryable(err, 0)
	}
	fmt.Println("invoice for order", order.Number, "of", event.Source)
	return nil
}

func (s *service) send(ctx context.Context, source, eventType string, data any) error {
	event := cloudevents.New(source, eventType)
	if err := event.SetData("application/json", data); err != nil {
		return err
	}
	return s.sender.Send(ctx, &event) // three attempts
}
