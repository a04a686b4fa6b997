// Command orders sends events over a WebSocket and handles them, on a server in this process:
//
//	go run ./examples/orders
//
// A receiver has a handler for each of three types. It ends after two events, as a server that is
// restarted does. The producer connects again by itself, and a second receiver, on the same
// address, handles the rest. One event is refused by its handler, and goes to the dead letter.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	es, err := events()
	if err != nil {
		return err
	}
	letters := make(chan letter, 1)
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer listener.Close()
	sender := &cecoderws.Sender{URL: "ws://" + listener.Addr().String() + "/orders", Logger: slog.New(slog.DiscardHandler)}
	defer sender.Close()
	for i, half := range [][]cloudevents.Event{es[:2], es[2:]} {
		if i > 0 {
			fmt.Println("restart")
			if err := listener.SetDeadline(time.Time{}); err != nil {
				return err
			}
		}
		if err := serve(kept{listener}, letters, func() error { return produce(sender, half) }); err != nil {
			return err
		}
	}
	l := <-letters
	letter, err := cews.ToCloudEvent(&l.message, "cloudevents.json", nil)
	if err != nil {
		return err
	}
	fmt.Println("in the dead letter:", letter.Type, "because", l.cause)
	return nil
}

// kept is a listener that stays open when its server ends, so that nobody else gets its port before
// the next one begins, as a service manager keeps one for a service that it starts again.
type kept struct{ *net.TCPListener }

// Close ends the Accept of a server.
func (k kept) Close() error { return k.SetDeadline(time.Unix(1, 0)) }

// letter is a message that was set aside. A program keeps it where it is safe, such as in a file.
type letter struct {
	message cews.Message
	cause   error
}

// serve handles events while f runs.
func serve(listener net.Listener, letters chan<- letter, f func() error) error {
	d, err := delivery()
	if err != nil {
		return err
	}
	receiver := &cecoderws.Receiver{Delivery: d, DeadLetter: func(_ context.Context, m *cews.Message, cause error, _ int) error {
		letters <- letter{*m, cause}
		return nil
	}}
	server := &http.Server{Handler: receiver, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	err = f()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err = errors.Join(err, server.Shutdown(ctx), receiver.Shutdown(ctx))
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// produce sends events. Each is handled, or in the dead letter, when Send returns nil.
func produce(sender *cecoderws.Sender, es []cloudevents.Event) error {
	for i := range es {
		if err := sender.Send(context.Background(), &es[i]); err != nil {
			return err
		}
	}
	return nil
}

type placed struct{ Order, Articles int }

type paid struct{ Order, Cents int }

type shipped struct {
	Order int
	By    string
}

// events returns four events. The third one is refused.
func events() ([]cloudevents.Event, error) {
	var es []cloudevents.Event
	for _, x := range []struct {
		eventType string
		data      any
	}{
		{"com.example.order.placed", placed{17, 2}},
		{"com.example.order.paid", paid{17, 1999}},
		{"com.example.order.paid", paid{18, -1}},
		{"com.example.order.shipped", shipped{17, "train"}},
	} {
		e := cloudevents.New("/orders", x.eventType)
		if err := e.SetData("application/json", x.data); err != nil {
			return nil, err
		}
		es = append(es, e)
	}
	return es, nil
}

// delivery has the handlers.
func delivery() (dispatch.Delivery, error) {
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Consume("com.example.order.placed", func(_ context.Context, _ *cloudevents.Event, p placed) error {
			fmt.Printf("order %d has %d articles\n", p.Order, p.Articles)
			return nil
		}),
		dispatch.Consume("com.example.order.paid", func(_ context.Context, _ *cloudevents.Event, p paid) error {
			if p.Cents < 0 {
				return dispatch.Permanent(fmt.Errorf("order %d is paid with %d cents", p.Order, p.Cents))
			}
			fmt.Printf("order %d is paid with %d cents\n", p.Order, p.Cents)
			return nil
		}),
		dispatch.Consume("com.example.order.shipped", func(_ context.Context, _ *cloudevents.Event, s shipped) error {
			fmt.Printf("order %d is shipped by %s\n", s.Order, s.By)
			return nil
		}),
	)
	return dispatch.Delivery{Handler: mux.HandleEvent, Logger: slog.New(slog.DiscardHandler)}, err
}
