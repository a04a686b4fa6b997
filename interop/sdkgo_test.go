package interop_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/client"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
)

var sdkGoChannels = []channel{
	{sdkGo, reads, cloudevents.BinaryMode, false},
	{sdkGo, reads, cloudevents.StructuredMode, false},
	{sdkGo, reads, cloudevents.BatchMode, false},
	{sdkGo, reads, cloudevents.BinaryMode, true},
	{sdkGo, reads, cloudevents.StructuredMode, true},
	{sdkGo, reads, cloudevents.BatchMode, true},
	{sdkGo, writes, cloudevents.BinaryMode, false},
	{sdkGo, writes, cloudevents.StructuredMode, false},
	{sdkGo, writes, cloudevents.BatchMode, false},
	{sdkGo, writes, cloudevents.BinaryMode, true},
	{sdkGo, writes, cloudevents.StructuredMode, true},
}

func TestSDKGo(t *testing.T) {
	for _, channel := range sdkGoChannels {
		for _, c := range channel.cells() {
			t.Run(c.name(), func(t *testing.T) {
				var got outcome
				switch {
				case c.direction == reads && !c.response:
					r := newReceiver(t, func(req *http.Request) outcome { return sdkGoReadsRequest(c.mode, req) })
					got = r.deliver(t, c.request(t, r.URL))
				case c.direction == reads:
					got = c.sdkGoReadsResponse(t)
				case !c.response:
					got = c.sdkGoWritesRequest(t)
				default:
					got = c.sdkGoWritesResponse(t)
				}
				c.check(t, got)
			})
		}
	}
}

func sdkGoReadsRequest(m cloudevents.Mode, req *http.Request) outcome {
	if m == cloudevents.BatchMode {
		return fromSDKGoBatch(sdkhttp.NewEventsFromHTTPRequest(req))
	}
	return fromSDKGoEvent(sdkhttp.NewEventFromHTTPRequest(req))
}

func (c cell) sdkGoReadsResponse(t *testing.T) outcome {
	res := get(t, func(w http.ResponseWriter, _ *http.Request) {
		if err := c.respond(w); err != nil {
			t.Error(err)
		}
	})
	return guard(func() outcome {
		if c.mode == cloudevents.BatchMode {
			return fromSDKGoBatch(sdkhttp.NewEventsFromHTTPResponse(res))
		}
		return fromSDKGoEvent(sdkhttp.NewEventFromHTTPResponse(res))
	})
}

// sdkGoWritesRequest sends single events with the client of sdk-go. It has no
// client for batches, only requests.
func (c cell) sdkGoWritesRequest(t *testing.T) outcome {
	r := newReceiver(t, func(req *http.Request) outcome { return c.readMessage(t, req.Header, req.Body) })
	if c.mode == cloudevents.BatchMode {
		var events []sdkevent.Event
		for _, e := range c.events() {
			s, err := toSDKGo(&e)
			if err != nil {
				return failed(err)
			}
			events = append(events, s)
		}
		req, err := sdkhttp.NewHTTPRequestFromEvents(t.Context(), r.URL, events)
		if err != nil {
			return failed(err)
		}
		return r.deliver(t, req)
	}
	s, err := toSDKGo(&c.event)
	if err != nil {
		return failed(err)
	}
	if err := newSDKGoClient(t, r.URL).Send(withMode(t.Context(), c.mode), s); !protocol.IsACK(err) {
		return failed(err)
	}
	return <-r.got
}

func (c cell) sdkGoWritesResponse(t *testing.T) outcome {
	s, err := toSDKGo(&c.event)
	if err != nil {
		return failed(err)
	}
	wrote := make(chan error, 1)
	res := get(t, func(w http.ResponseWriter, req *http.Request) {
		wrote <- sdkhttp.WriteResponseWriter(withMode(req.Context(), c.mode), binding.ToMessage(&s), http.StatusOK, w)
	})
	if err := <-wrote; err != nil {
		return failed(err)
	}
	return c.readMessage(t, res.Header, res.Body)
}

// newSDKGoClient returns a client that sends events as they are, without setting
// id and time.
func newSDKGoClient(t *testing.T, url string) client.Client {
	t.Helper()
	p, err := sdkhttp.New(sdkhttp.WithTarget(url))
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func withMode(ctx context.Context, m cloudevents.Mode) context.Context {
	if m == cloudevents.StructuredMode {
		return binding.WithForceStructured(ctx)
	}
	return binding.WithForceBinary(ctx)
}

// get returns the response of a handler, over the loopback interface.
func get(t *testing.T, h http.HandlerFunc) *http.Response {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}
