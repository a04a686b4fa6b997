// Function answers each event with another one, as a Knative or Eventarc function does.
//
//	go run ./examples/function
//	curl -i localhost:8080 -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /shop' \
//	  -H 'ce-type: com.example.price.asked' -H 'Content-Type: application/json' -d '{"item":"espresso"}'
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

type Question struct {
	Item string `json:"item"`
}

type Answer struct {
	Item  string `json:"item"`
	Cents int    `json:"cents"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	prices := map[string]int{"espresso": 240, "cappuccino": 330}
	shop := dispatch.Replier{Source: "/prices"}
	handler := dispatch.Typed(func(_ context.Context, e *cloudevents.Event, q Question) (*cloudevents.Event, error) {
		cents, ok := prices[q.Item]
		if !ok {
			return nil, &dispatch.Error{Status: 422, Message: "there is no such item"} // Knative repeats 404
		}
		return shop.Reply(e, "com.example.price.told", Answer{q.Item, cents})
	})
	address := "127.0.0.1:8080"
	if port := os.Getenv("PORT"); port != "" { // of a platform, which connects from outside
		address = ":" + port
	}
	if err := cehttp.ListenAndServe(ctx, address, &cehttp.Receiver{Handler: handler}); err != nil {
		log.Fatal(err)
	}
}
