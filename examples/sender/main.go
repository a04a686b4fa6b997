// Sender starts an unreliable receiver on loopback, sends it events, and prints every
// attempt: an event that is retried, one that is retried after the time in Retry-After,
// one that is refused for good, and a batch of which one event is sent again.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	server := &http.Server{
		Handler:           &cehttp.Receiver{Handler: moody(), Logger: quiet},
		ReadHeaderTimeout: time.Second,
	}
	go server.Serve(listener)
	defer server.Close()

	sender := cehttp.Sender{
		Target:   "http://" + listener.Addr().String(),
		Retry:    cehttp.Retry{Wait: 100 * time.Millisecond},
		Logger:   quiet,
		Observer: cehttp.SendObserver{Attempted: printAttempt},
	}
	for _, typ := range []string{"shaky", "busy", "unwanted"} {
		fmt.Println(typ)
		event := cloudevents.New("/examples/sender", typ)
		printEnd(sender.Send(ctx, &event))
	}

	fmt.Println("a batch")
	var batch []cloudevents.Event
	for _, typ := range []string{"fine", "shaky", "unwanted"} {
		batch = append(batch, cloudevents.New("/examples/sender", typ))
	}
	report, err := sender.SendBatch(ctx, batch)
	printEnd(err)
	for i, event := range report.Events {
		fmt.Printf("  %s: %d\n", batch[i].Type, event.Status)
	}

	fmt.Println("nobody listens any more")
	if err := server.Close(); err != nil {
		return err
	}
	event := cloudevents.New("/examples/sender", "fine")
	printEnd(sender.Send(ctx, &event))
	return nil
}

// moody fails as the type of the event says. Some types fail only the first time that an
// id arrives.
func moody() dispatch.Handler {
	var known sync.Map
	return func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, again := known.LoadOrStore(e.ID, true)
		switch {
		case e.Type == "unwanted":
			return nil, dispatch.Permanent(errors.New("nobody wants it"))
		case e.Type == "shaky" && !again:
			return nil, errors.New("it did not work")
		case e.Type == "busy" && !again:
			return nil, dispatch.Retryable(errors.New("too much to do"), time.Second)
		}
		return nil, nil
	}
}

func printAttempt(_ context.Context, a cehttp.Attempt) {
	fmt.Printf("  attempt %d: status %d", a.Number, a.Status)
	if a.Err != nil {
		fmt.Printf(", %v", a.Err)
	}
	if a.Wait > 0 {
		fmt.Printf(", the next one in %s", a.Wait.Round(time.Millisecond))
	}
	fmt.Println()
}

func printEnd(err error) {
	if err == nil {
		fmt.Println("  accepted")
		return
	}
	fmt.Println("  error:", err)
	var failed *cehttp.SendError
	if errors.As(err, &failed) {
		fmt.Println("  later it may be accepted:", failed.Retryable())
	}
}
