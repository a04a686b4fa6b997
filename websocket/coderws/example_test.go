package cecoderws_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// A program with a loop of its own converts what it reads.
func ExampleFromMessage() {
	kind, payload := websocket.MessageText, []byte(`{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}`) // of conn.Read
	m := cecoderws.FromMessage(kind, payload)
	e, err := cews.ToCloudEvent(&m, "cloudevents.json", nil) // the Subprotocol of the connection
	fmt.Println(e.ID, e.Type, err)
	// Output: A-1 com.example.order.placed <nil>
}

func ExampleToMessage() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	m, err := cews.ToMessage(&e, "cloudevents.json", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	kind, payload := cecoderws.ToMessage(&m) // for conn.Write
	fmt.Println(kind, string(payload))
	// Output: MessageText {"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.order.placed"}
}

// A server pushes an event to each client that connects.
func ExampleAccept() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := cecoderws.Accept(w, r, nil, nil)
		if err != nil {
			return // the client has its answer
		}
		e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
		m, err := cews.ToMessage(&e, conn.Subprotocol(), nil)
		if err == nil {
			kind, payload := cecoderws.ToMessage(&m)
			err = conn.Write(r.Context(), kind, payload)
		}
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}))
	defer server.Close()

	conn, err := cecoderws.Dial(context.Background(), server.URL, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	receiver := &cecoderws.Receiver{Delivery: dispatch.Delivery{
		Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println(e.ID, "came by", conn.Subprotocol())
			return nil, nil
		},
	}}
	fmt.Println(receiver.ServeConn(context.Background(), conn))
	// Output:
	// A-1 came by cloudevents.json
	// <nil>
}

// A server that is there and speaks no WebSocket.
func ExampleDial() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, err := cecoderws.Dial(context.Background(), server.URL, nil, nil)
	var refused *cecoderws.HandshakeError
	fmt.Println(errors.As(err, &refused), refused.StatusCode())
	// Output: true 404
}

// A Sender and a Receiver. Send returns when the handler has; an event that it refuses closes the
// connection, and the next event has a new one.
func ExampleReceiver() {
	receiver := &cecoderws.Receiver{Delivery: dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			r, _ := cecoderws.RequestFrom(ctx)
			fmt.Println(e.ID, "at", r.URL.Path)
			if e.ID == "A-2" {
				return nil, &dispatch.Error{Message: "no such customer"}
			}
			return nil, nil
		},
	}}
	server := httptest.NewServer(receiver)
	sender := &cecoderws.Sender{URL: server.URL + "/orders", Logger: slog.New(slog.DiscardHandler)}
	for _, id := range []string{"A-1", "A-2", "A-3"} {
		err := sender.Send(context.Background(), &cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.order.placed"})
		var failed *cecoderws.SendError
		if errors.As(err, &failed) {
			var closed websocket.CloseError
			fmt.Println(errors.As(err, &closed), closed.Reason, failed.Retryable())
		}
	}
	fmt.Println(sender.Close())
	server.Close()
	fmt.Println(receiver.Shutdown(context.Background()))
	// Output:
	// A-1 at /orders
	// A-2 at /orders
	// true event refused: no such customer false
	// A-3 at /orders
	// <nil>
	// <nil>
}

// Events that are only worth something at once are sent without confirmation.
func ExampleSender_Flush() {
	receiver := &cecoderws.Receiver{Delivery: dispatch.Delivery{
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			conn, _ := cecoderws.ConnFrom(ctx)
			fmt.Println(e.ID, conn.Subprotocol())
			return nil, nil
		},
	}}
	server := httptest.NewServer(receiver)
	defer server.Close()
	sender := &cecoderws.Sender{URL: server.URL, Unconfirmed: true}
	for _, id := range []string{"1", "2"} {
		if err := sender.Send(context.Background(), &cloudevents.Event{ID: id, Source: "/sensors", Type: "com.example.measured"}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(sender.Flush(context.Background()))
	fmt.Println(sender.Close())
	// Output:
	// 1 cloudevents.json
	// 2 cloudevents.json
	// <nil>
	// <nil>
}
