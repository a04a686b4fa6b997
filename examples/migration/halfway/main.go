// Halfway is the service of before with a handler on this module: sdk-go still receives, and
// hands over what has moved.
//
//	go run ./halfway -port 8080 -target http://localhost:8081/
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	sdkgo "github.com/cloudevents/sdk-go/v2"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cesdkgo "github.com/seed763dd41b/cloudevents/sdkgo"
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
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	s := &service{sender: cehttp.Sender{Target: *target}}
	if err := s.mux.Handle(dispatch.Consume("com.example.order.placed", s.order)); err != nil {
		log.Fatal(err)
	}
	client, err := sdkgo.NewClientHTTP(sdkhttp.WithPort(*port))
	if err != nil {
		log.Fatal(err)
	}
	if err := client.StartReceiver(ctx, s.receive); err != nil {
		log.Fatal(err)
	}
}

type service struct {
	mux    dispatch.Mux
	sender cehttp.Sender
}

// receive is the old handler: it converts the event, and gives the result its old form.
func (s *service) receive(ctx context.Context, old sdkgo.Event) sdkgo.Result {
	event, err := cesdkgo.FromSDK(&old)
	if err != nil {
		return sdkhttp.NewResult(400, "%w", err)
	}
	result := dispatch.Call(ctx, s.mux.HandleEvent, &event)
	if result.Err != nil {
		return sdkhttp.NewResult(result.Status, "%w", result.Err)
	}
	return nil
}

func (s *service) order(ctx context.Context, event *cloudevents.Event, order Order) error {
	if order.Number < 0 {
		return &dispatch.Error{Status: 422, Message: fmt.Sprintf("there is no order %d", order.Number)}
	}
	invoice := cloudevents.New("/invoices", "com.example.invoice.made")
	if err := invoice.SetData("application/json", Invoice{order.Number, 240}); err != nil {
		return err
	}
	if err := s.sender.Send(ctx, &invoice); err != nil {
		return dispatch.Retryable(err, 0)
	}
	fmt.Println("invoice for order", order.Number, "of", event.Source)
	return nil
}
