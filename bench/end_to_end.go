package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cloudevents/sdk-go/v2/client"
	"github.com/cloudevents/sdk-go/v2/protocol"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// endToEndRows compare an http.Client and a receiver with this module, with sdk-go, and
// without an event library.
func endToEndRows(x *Item, connections int) []Exchange {
	plural := ""
	if connections > 1 {
		plural = "s"
	}
	var rows []Exchange
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		path := fmt.Sprintf("end to end, %s, %s, %d connection%s", m, x.Name, connections, plural)
		h, body := x.Header, x.Event.Data
		if m == cloudevents.StructuredMode {
			h, body = structuredHeader, x.JSON
		}
		ours := func() side { return side{newServer(serveHandler(handleOurs)), sendOurs(x, m), factsOf(&x.Event)} }
		sdk := func() side { return side{newServer(serveSDK), sendSDK(x, m), factsOf(&x.Event)} }
		plain := func() side { return side{newServer(serveHandler(handlePlain)), sendPlain(h, body), facts{data: body}} }
		rows = append(rows, Exchange{
			Path: path, Against: "sdk-go Send, StartReceiver",
			Open: func() (*Running, error) { return open(connections, ours(), sdk()) },
		}, Exchange{
			Path: path, Against: "net/http alone",
			Open: func() (*Running, error) { return open(connections, ours(), plain()) },
			Note: "limit",
		})
		rows = append(rows, sendRows(x, m, connections, strings.Replace(path, "end to end", "send", 1))...)
	}
	return rows
}

// side is a receiver, a function that sends an event to it, and the facts that must arrive.
type side struct {
	server *server
	sender func(address string, t http.RoundTripper) (send func() error)
	want   facts
}

func open(connections int, ours, other side) (*Running, error) {
	r := &Running{}
	var stops []func()
	r.Close = func() {
		for _, stop := range stops {
			stop()
		}
	}
	for i, s := range []side{ours, other} {
		t := &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}
		stops = append(stops, t.CloseIdleConnections, s.server.stop)
		send := s.sender(s.server.address, t)
		got, err := s.server.receive(send)
		if err == nil {
			err = sameFacts(got, s.want)
		}
		if err != nil {
			r.Close()
			return nil, err
		}
		run := func(d time.Duration) (time.Duration, error) {
			return together(connections, d, func(int) error { return send() })
		}
		if i == 0 {
			r.Ours = run
		} else {
			r.Other = run
		}
	}
	return r, nil
}

func sendOurs(x *Item, m cloudevents.Mode) func(string, http.RoundTripper) func() error {
	return func(address string, t http.RoundTripper) func() error {
		c, url := http.Client{Transport: t}, "http://"+address
		return func() error {
			r, err := cehttp.ToHTTPRequest(context.Background(), url, &x.Event, m, nil)
			if err != nil {
				return err
			}
			return do(&c, r)
		}
	}
}

func sendPlain(h http.Header, body []byte) func(string, http.RoundTripper) func() error {
	return func(address string, t http.RoundTripper) func() error {
		c, url := http.Client{Transport: t}, "http://"+address
		return func() error {
			r, err := plainRequest(url, h, body)
			if err != nil {
				return err
			}
			return do(&c, r)
		}
	}
}

func do(c *http.Client, r *http.Request) error {
	response, err := c.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}

func sendSDK(x *Item, m cloudevents.Mode) func(string, http.RoundTripper) func() error {
	return func(address string, t http.RoundTripper) func() error {
		p, err := sdkhttp.New(sdkhttp.WithTarget("http://"+address), sdkhttp.WithRoundTripper(t))
		must(err)
		c, err := client.New(p)
		must(err)
		s, ctx := SDKEvent(&x.Event), SDKMode(m)
		return func() error {
			if result := c.Send(ctx, s); !protocol.IsACK(result) {
				return result
			}
			return nil
		}
	}
}
