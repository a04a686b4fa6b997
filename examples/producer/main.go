// Producer sends events to a server that fails now and then, and prints what became of
// them. Without a URL it sends them to a server of its own.
//
//	go run ./examples/producer [URL]
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

type Reading struct {
	Celsius float64 `json:"celsius"`
}

func main() {
	log.SetFlags(0)
	target := flaky()
	if len(os.Args) > 1 {
		target = os.Args[1]
	}
	sender := &cehttp.Sender{Target: target, Retry: cehttp.Retry{Attempts: 4, Wait: 10 * time.Millisecond}}
	for _, celsius := range []float64{20.5, 21, -300} {
		event := cloudevents.New("/sensors/attic", "com.example.temperature.measured")
		if err := event.SetData("application/json", Reading{celsius}); err != nil {
			log.Fatal(err)
		}
		var failure *cehttp.SendError
		switch err := sender.Send(context.Background(), &event); {
		case err == nil:
			fmt.Println(celsius, "accepted")
		case errors.As(err, &failure) && failure.Status != 0:
			fmt.Println(celsius, "refused with", failure.Status, "after attempts:", failure.Attempts)
		default:
			log.Fatal(err) // the event is invalid, or there is no answer
		}
	}
}

// flaky returns the URL of a server that answers 503 to every other request, and refuses
// what cannot be.
func flaky() string {
	requests := 0
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := cehttp.ToCloudEvent(r, nil)
		if err != nil {
			w.WriteHeader(cehttp.StatusCode(err))
			return
		}
		reading, err := cloudevents.DataAs[Reading](&event)
		requests++
		switch {
		case requests%2 == 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case err != nil || reading.Celsius < -273.15:
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
	})).URL
}
