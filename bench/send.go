package bench

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// sendRows compare clients that send to the same receiver, and retry: Sender with
// sdk-go's Send, and with what it costs to build the request and to send it once.
func sendRows(x *Item, m cloudevents.Mode, connections int, path string) []Exchange {
	to := func(sender func(string, *http.Transport) func() error) side {
		return side{newServer(serveHandler(handleOurs)), sender, factsOf(&x.Event)}
	}
	return []Exchange{{
		Path: path, Against: "sdk-go Send, the same receiver",
		Open: func() (*Running, error) { return open(connections, to(sendSender(x, m)), to(sendSDK(x, m))) },
	}, {
		Path: path, Against: "ToHTTPRequest and Do",
		Open: func() (*Running, error) { return open(connections, to(sendSender(x, m)), to(sendOurs(x, m))) },
		Note: "limit",
	}}
}

func sendSender(x *Item, m cloudevents.Mode) func(string, *http.Transport) func() error {
	return func(address string, t *http.Transport) func() error {
		s := cehttp.Sender{
			Target: "http://" + address, Mode: m, Client: &http.Client{Transport: t},
			Logger: slog.New(slog.DiscardHandler),
		}
		return func() error { return s.Send(context.Background(), &x.Event) }
	}
}
