package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/client"
	cecontext "github.com/cloudevents/sdk-go/v2/context"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var singleModes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}

// nothing is a handler without a reply.
func nothing(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

// counted is a receiver that gives the response of a case, always or to the first requests,
// and 204 afterwards.
type counted struct {
	url      string
	requests atomic.Int64
}

func (c *retryCase) serve(t *testing.T, times int64) *counted {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	handler := c.handler
	if handler == nil {
		handler = func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return c.reply, c.err }
	}
	first := &cehttp.Routes{Receiver: &cehttp.Receiver{Handler: handler, Decoder: c.decoder, Logger: quiet}}
	well := &cehttp.Receiver{Handler: nothing}
	r := new(counted)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if n := r.requests.Add(1); times >= 0 && n > times {
			well.ServeHTTP(w, req)
			return
		}
		first.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL + c.path
	return r
}

const always = -1

// withSDKGo calls do with a client of sdk-go that makes up to three requests.
func withSDKGo(t *testing.T, url string, m cloudevents.Mode, do func(context.Context, client.Client, sdkevent.Event), options ...sdkhttp.Option) {
	t.Helper()
	p, err := sdkhttp.New(append(options, sdkhttp.WithTarget(url))...)
	if err != nil {
		t.Fatal(err)
	}
	sender, err := client.New(p)
	if err != nil {
		t.Fatal(err)
	}
	s, err := toSDKGo(&delivered)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	do(withMode(cecontext.WithRetriesExponentialBackoff(ctx, time.Millisecond, 2), m), sender, s)
}

func sendSDKGo(t *testing.T, url string, m cloudevents.Mode, options ...sdkhttp.Option) (result protocol.Result) {
	t.Helper()
	withSDKGo(t, url, m, func(ctx context.Context, c client.Client, s sdkevent.Event) { result = c.Send(ctx, s) }, options...)
	return result
}

// requestSDKGo sends the event and waits for a reply.
func requestSDKGo(t *testing.T, url string, m cloudevents.Mode) (reply *sdkevent.Event, result protocol.Result) {
	t.Helper()
	withSDKGo(t, url, m, func(ctx context.Context, c client.Client, s sdkevent.Event) { reply, result = c.Request(ctx, s) })
	return reply, result
}

// sdkGoReport returns a result of sdk-go as a word and the status.
func sdkGoReport(err error) string {
	word := "undelivered"
	switch {
	case protocol.IsACK(err):
		word = "ACK"
	case protocol.IsNACK(err):
		word = "NACK"
	}
	var result *sdkhttp.Result
	var retries *sdkhttp.RetriesResult
	if errors.As(err, &retries) {
		err = retries.Result
	}
	if errors.As(err, &result) {
		return fmt.Sprintf("%s %d", word, result.StatusCode)
	}
	return word
}

func TestSDKGoRetries(t *testing.T) {
	for i := range retryCases {
		c := &retryCases[i]
		for _, m := range singleModes {
			t.Run(fmt.Sprintf("%d/%v", c.status, m), func(t *testing.T) {
				r := c.serve(t, always)
				result := sendSDKGo(t, r.url, m)
				if got, want := sdkGoReport(result), fmt.Sprintf("%s %d", c.reports, c.status); got != want || r.requests.Load() != int64(c.sdkGo) {
					t.Errorf("%s after %d requests; want %s after %d", got, r.requests.Load(), want, c.sdkGo)
				}
				r = c.serve(t, always)
				reply, result := requestSDKGo(t, r.url, m)
				if got, want := sdkGoReport(result), fmt.Sprintf("ACK %d", c.status); got != want || r.requests.Load() != int64(c.sdkGo) {
					t.Errorf("Request: %s after %d requests; want %s after %d", got, r.requests.Load(), want, c.sdkGo)
				}
				if protocol.IsNACK(result) != (c.status >= 400) {
					t.Errorf("Request: %v is NACK: %v", result, protocol.IsNACK(result))
				}
				if c.reply != nil {
					if reply == nil {
						t.Fatal("no reply")
					}
					if e := fromSDKGo(reply); dump(&e) != dump(c.reply) {
						t.Errorf("got:\n%swant:\n%s", dump(&e), dump(c.reply))
					}
				}
				if c.sdkGo > 1 {
					r := c.serve(t, 1)
					if result := sendSDKGo(t, r.url, m); sdkGoReport(result) != "ACK 204" || r.requests.Load() != 2 {
						t.Errorf("%s after %d requests, of which the second was answered 204", sdkGoReport(result), r.requests.Load())
					}
				}
			})
		}
	}
}

// With the function that the README of this directory recommends, sdk-go repeats events
// whose response is retryable, and no others.
func TestSDKGoRetriesByFunction(t *testing.T) {
	retriable := sdkhttp.WithIsRetriableFunc(func(status int) bool {
		switch status {
		case 408, 425, 429:
			return true
		case 501, 505:
			return false
		}
		return status >= 500
	})
	for i := range retryCases {
		c := &retryCases[i]
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			want := int64(1)
			if c.retryable {
				want = 3
			}
			r := c.serve(t, always)
			if result := sendSDKGo(t, r.url, cloudevents.BinaryMode, retriable); r.requests.Load() != want {
				t.Errorf("%v after %d requests, want %d", result, r.requests.Load(), want)
			}
		})
	}
}

// emitted is the report of peer.js about a delivery.
type emitted struct {
	Error   string    `json:"error"`
	Reports string    `json:"reports"`
	Waits   []float64 `json:"waits"`
}

func emitJS(t *testing.T, peer, url string, m cloudevents.Mode, transport string, e *cloudevents.Event) emitted {
	t.Helper()
	body, err := json.Marshal(map[string]any{"url": url, "mode": m.String(), "transport": transport, "event": toJS(e)})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, peer+"/emit", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer emitted
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		t.Fatal(answer.Error)
	}
	return answer
}

func TestJavaScriptRetries(t *testing.T) {
	peer := startJS(t)
	for i := range retryCases {
		c := &retryCases[i]
		for _, m := range singleModes {
			t.Run(fmt.Sprintf("%d/%v", c.status, m), func(t *testing.T) {
				r := c.serve(t, always)
				if got := emitJS(t, peer, r.url, m, "httpTransport", &delivered); got.Reports != jsReports || r.requests.Load() != 1 {
					t.Errorf("httpTransport: %+v after %d requests", got, r.requests.Load())
				}
				r = c.serve(t, always)
				got := emitJS(t, peer, r.url, m, "fetch", &delivered)
				waits := ""
				if len(got.Waits) > 0 {
					waits = fmt.Sprint(got.Waits)
				}
				if got.Reports != c.reported || waits != c.waits || r.requests.Load() != int64(c.fetch) {
					t.Errorf("fetch: %+v after %d requests; want %s, %s, %d", got, r.requests.Load(), c.reported, c.waits, c.fetch)
				}
				if c.retryable {
					r := c.serve(t, 1)
					if got := emitJS(t, peer, r.url, m, "fetch", &delivered); got.Reports != "204" || r.requests.Load() != 2 {
						t.Errorf("fetch: %+v after %d requests, of which the second was answered 204", got, r.requests.Load())
					}
				}
			})
		}
	}
}

// TestReceiverHears checks that a Receiver gets the event of each client in each mode.
func TestReceiverHears(t *testing.T) {
	events := make(chan string, 8)
	server := httptest.NewServer(&cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		events <- dump(e)
		return nil, nil
	}})
	defer server.Close()
	heard := func(t *testing.T, m cloudevents.Mode) {
		t.Helper()
		want := []string{dump(&delivered)}
		if m == cloudevents.BatchMode {
			want = append(want, want[0])
		}
		for len(events) > 0 || len(want) > 0 {
			got := next(t, events)
			if len(want) == 0 || got != want[0] {
				t.Fatalf("got:\n%swant:\n%s", got, want)
			}
			want = want[1:]
		}
	}
	for _, m := range singleModes {
		t.Run("sdk-go/"+m.String(), func(t *testing.T) {
			if result := sendSDKGo(t, server.URL, m); !protocol.IsACK(result) {
				t.Error(result)
			}
			heard(t, m)
		})
	}
	t.Run("sdk-go/batch", func(t *testing.T) {
		s, err := toSDKGo(&delivered)
		if err != nil {
			t.Fatal(err)
		}
		req, err := sdkhttp.NewHTTPRequestFromEvents(t.Context(), server.URL, []sdkevent.Event{s, s})
		if err != nil {
			t.Fatal(err)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			t.Errorf("status %d", res.StatusCode)
		}
		heard(t, cloudevents.BatchMode)
	})
	t.Run("JavaScript", func(t *testing.T) {
		peer := startJS(t)
		for _, transport := range []string{"httpTransport", "fetch"} {
			for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
				t.Run(transport+"/"+m.String(), func(t *testing.T) {
					emitJS(t, peer, server.URL, m, transport, &delivered)
					heard(t, m)
				})
			}
		}
	})
}
