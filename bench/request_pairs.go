package bench

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const target = "http://127.0.0.1:8080/events"

// sdkRequest is what sdk-go's client does to send an event, without the
// validation before it. The mode is in ctx.
func sdkRequest(ctx context.Context, s *event.Event) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	if err != nil {
		return nil, err
	}
	return r, sdkhttp.WriteRequest(ctx, binding.ToMessage(s), r)
}

// SDKMode returns a context that makes sdk-go write in that mode.
func SDKMode(m cloudevents.Mode) context.Context {
	if m == cloudevents.StructuredMode {
		return binding.WithForceStructured(context.Background())
	}
	return binding.WithForceBinary(context.Background())
}

func plainRequest(url string, h http.Header, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	if err == nil {
		r.Header = h
	}
	return r, err
}

// requestPairs build requests. Ours validates and checks, sdk-go does not.
func requestPairs(items []Item, groups []Group) []Pair {
	var pairs []Pair
	for _, x := range Pick(items, "small", "64 KiB", "16 extensions") {
		floor, goal := times(1.3).allocs(14), times(1.8).allocs(12)
		if x.Name == "16 extensions" {
			floor.Allocs, goal.Allocs = nil, nil // the goal is for the small event
		}
		pairs = append(pairs, requestPair("HTTP binary request, ", &x, cloudevents.BinaryMode, floor, goal))
	}
	for _, x := range Pick(items, "small", "16 extensions") {
		pairs = append(pairs, headerPair(&x))
	}
	for _, x := range items {
		pairs = append(pairs, requestPair("HTTP structured request, ", &x, cloudevents.StructuredMode, times(3), times(5)))
	}
	for _, x := range Pick(items, "small", "64 KiB") {
		pairs = append(pairs, Pair{
			Path: "HTTP binary request, " + x.Name, Against: "http.NewRequest with the same bytes",
			Ours: func() {
				_, err := cehttp.ToHTTPRequest(context.Background(), target, &x.Event, cloudevents.BinaryMode, nil)
				must(err)
			},
			Other: func() {
				_, err := plainRequest(target, x.Header, x.Event.Data)
				must(err)
			},
			Check: func() error {
				r, err := plainRequest(target, x.Header, x.Event.Data)
				return checkRequest(r, err, &x.Event)
			},
			Note: "limit",
		})
	}
	for _, g := range groups {
		pairs = append(pairs, requestBatchPair(&g))
	}
	return pairs
}

func requestPair(path string, x *Item, m cloudevents.Mode, floor, goal Limit) Pair {
	s, ctx := SDKEvent(&x.Event), SDKMode(m)
	return Pair{
		Path: path + x.Name, Against: "sdk-go WriteRequest",
		Ours: func() {
			_, err := cehttp.ToHTTPRequest(context.Background(), target, &x.Event, m, nil)
			must(err)
		},
		Other: func() {
			_, err := sdkRequest(ctx, &s)
			must(err)
		},
		Check: func() error {
			r, err := cehttp.ToHTTPRequest(context.Background(), target, &x.Event, m, nil)
			if err := checkRequest(r, err, &x.Event); err != nil {
				return err
			}
			r, err = sdkRequest(ctx, &s)
			return checkRequest(r, err, &x.Event)
		},
		Floor: floor, Goal: goal, Note: "does not validate",
	}
}

// checkRequest reads a request with both libraries.
func checkRequest(r *http.Request, err error, want *cloudevents.Event) error {
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	in := newIncoming(r.Header, body)
	e, err := cehttp.ToCloudEvent(in.next(), nil)
	if err != nil {
		return err
	}
	s, err := sdkReceiveValid(in.next())
	if err != nil {
		return err
	}
	if isJSON(want.DataContentType) && cehttp.IsCloudEvent(r.Header) && r.Header.Get("Ce-Id") == "" {
		// encoding/json has compacted and escaped the data.
		if err := sameJSON(e.Data, want.Data); err != nil {
			return err
		}
		e.Data, s.DataEncoded = want.Data, want.Data
	}
	if err := sameFacts(factsOf(&e), factsOf(want)); err != nil {
		return err
	}
	return sameFacts(sdkFacts(s), factsOf(want))
}

// headerPair writes the attributes into the header of a request that is there.
func headerPair(x *Item) Pair {
	e := x.Event
	e.Data = nil
	s, ctx := SDKEvent(&e), SDKMode(cloudevents.BinaryMode)
	h := http.Header{}
	r := &http.Request{Header: http.Header{}}
	theirs := func() error {
		clear(r.Header)
		r.Body, r.GetBody = nil, nil
		return sdkhttp.WriteRequest(ctx, binding.ToMessage(&s), r)
	}
	ours := func() error {
		clear(h)
		return cehttp.SetHeader(h, &e)
	}
	return Pair{
		Path: "HTTP headers alone, " + x.Name, Against: "sdk-go WriteRequest without data",
		Ours:  func() { must(ours()) },
		Other: func() { must(theirs()) },
		Check: func() error {
			for _, write := range []func() error{ours, theirs} {
				if err := write(); err != nil {
					return err
				}
			}
			for _, header := range []http.Header{h, r.Header} {
				got, err := cehttp.FromHeader(header)
				if err := CheckEvent(got, err, &e); err != nil {
					return err
				}
			}
			return nil
		},
		Floor: times(3), Goal: times(5), Note: "does not validate",
	}
}

func requestBatchPair(g *Group) Pair {
	theirs := sdkEvents(g.Events)
	ours := func() (*http.Request, error) {
		return cehttp.ToHTTPRequestBatch(context.Background(), target, g.Events, nil)
	}
	other := func() (*http.Request, error) {
		return sdkhttp.NewHTTPRequestFromEvents(context.Background(), target, theirs)
	}
	return Pair{
		Path: "HTTP batch request, " + g.Name, Against: "sdk-go NewHTTPRequestFromEvents",
		Ours: func() {
			_, err := ours()
			must(err)
		},
		Other: func() {
			_, err := other()
			must(err)
		},
		Check: func() error {
			for _, request := range []func() (*http.Request, error){ours, other} {
				r, err := request()
				if err != nil {
					return err
				}
				body, err := io.ReadAll(r.Body)
				if err != nil {
					return err
				}
				if err := sameJSON(body, g.JSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
