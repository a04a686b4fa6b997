package bench

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// sendRows compare a Sender with other clients of the same receiver: with sdk-go's Send,
// which retries too, with ToHTTPRequest and Do, and in binary mode with an http.Client that
// sends the same header and body again and again.
func sendRows(x *Item, m cloudevents.Mode, connections int, path string) []Exchange {
	to := func(sender func(string, http.RoundTripper) func() error) side {
		return side{newServer(serveHandler(handleOurs)), sender, factsOf(&x.Event)}
	}
	rows := []Exchange{{
		Path: path, Against: "sdk-go Send, the same receiver",
		Open: func() (*Running, error) { return open(connections, to(sendSender(x, m)), to(sendSDK(x, m))) },
	}, {
		Path: path, Against: "ToHTTPRequest and Do",
		Open: func() (*Running, error) { return open(connections, to(sendSender(x, m)), to(sendOurs(x, m))) },
		Note: "limit",
	}}
	if m == cloudevents.BinaryMode {
		rows = append(rows, Exchange{
			Path: strings.Replace(path, "send", "Sender", 1), Against: "http.Client, the same bytes",
			Open: func() (*Running, error) {
				return open(connections, to(sendSender(x, m)), to(sendPlain(x.Header, x.Event.Data)))
			},
			Floor: 1.10, Goal: 1.05,
			Alone: sendPair(x, m),
		})
	}
	return rows
}

// sendPair is a Sender beside an http.Client without a network.
func sendPair(x *Item, m cloudevents.Mode) *Pair {
	ours, plain := sendSender(x, m)("localhost", accepting{}), sendPlain(x.Header, x.Event.Data)("localhost", accepting{})
	return &Pair{
		Ours:  func() { must(ours()) },
		Other: func() { must(plain()) },
		Floor: Limit{Allocs: &Allocs{Max: 8, More: true}},
		Goal:  Limit{Allocs: &Allocs{Max: 6, More: true}},
	}
}

// accepting is a network that accepts every event.
type accepting struct{}

func (accepting) RoundTrip(r *http.Request) (*http.Response, error) {
	_, err := io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}, err
}

func sendSender(x *Item, m cloudevents.Mode) func(string, http.RoundTripper) func() error {
	return func(address string, t http.RoundTripper) func() error {
		s := cehttp.Sender{
			Target: "http://" + address, Mode: m, Client: &http.Client{Transport: t},
			Logger: slog.New(slog.DiscardHandler),
		}
		return func() error { return s.Send(context.Background(), &x.Event) }
	}
}
