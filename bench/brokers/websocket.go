package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/bench/measure"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// window is the number of events between two pings of a Sender.
const window = 256

func webSocketRows() []row {
	return []row{{"WebSockets, SendBatch to a Receiver", "coder/websocket, encoding/json", webSocketOurs, webSocketBare, true}}
}

func webSocketOurs(w *measure.Watch) error {
	receiver := &cecoderws.Receiver{Delivery: newCounter().delivery(nil)}
	server := httptest.NewServer(receiver)
	defer server.Close()
	sender := &cecoderws.Sender{URL: "ws" + strings.TrimPrefix(server.URL, "http")}
	es := ourEvents()
	w.Start()
	err := sender.SendBatch(context.Background(), es)
	w.Stop()
	if err != nil {
		return err
	}
	return sender.Close()
}

// webSocketBare writes JSON, asks with a ping now and then whether all was read, and handles what
// it reads before it reads more.
func webSocketBare(w *measure.Watch) error {
	h := newCounter().handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{cews.SubprotocolJSON}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		for {
			_, payload, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			var e envelope
			if json.Unmarshal(payload, &e) != nil || h(r.Context(), e.order()) != nil {
				return
			}
		}
	}))
	defer server.Close()
	all := orders()
	ctx := context.Background()
	w.Start()
	defer w.Stop()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http"), &websocket.DialOptions{Subprotocols: []string{cews.SubprotocolJSON}})
	if err != nil {
		return err
	}
	go conn.CloseRead(ctx) // or no pong is seen
	for i := range all {
		text, err := json.Marshal(all[i].envelope())
		if err != nil {
			return err
		}
		if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
			return err
		}
		if (i+1)%window == 0 || i == len(all)-1 {
			if err := conn.Ping(ctx); err != nil {
				return err
			}
		}
	}
	return conn.CloseNow()
}
