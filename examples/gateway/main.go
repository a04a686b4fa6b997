// Gateway passes on the events that a filter lets through, and answers each sender as the
// target answered: what was refused stays refused, what may be sent again may be sent again.
//
//	go run ./examples/gateway -target http://localhost:8081/ -filter "type LIKE 'com.example.%'"
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func main() {
	address := flag.String("address", "127.0.0.1:8080", "where to listen")
	target := flag.String("target", "http://127.0.0.1:8081/", "where to send events")
	filter := flag.String("filter", "TRUE", "which events to pass on, in CESQL")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	wanted, warnings, err := cesql.Compile(*filter)
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range warnings {
		log.Print(w)
	}
	sender := &cehttp.Sender{Target: *target}
	receiver := &cehttp.Receiver{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if !wanted.Matches(e) {
			return nil, nil // 204: the event is not for the target
		}
		return sender.Request(ctx, e)
	}}
	if err := cehttp.ListenAndServe(ctx, *address, receiver); err != nil {
		log.Fatal(err)
	}
}
