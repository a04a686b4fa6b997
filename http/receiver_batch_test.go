package cehttp_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func TestReceiverAnswersBatches(t *testing.T) {
	for _, c := range []struct {
		name       string
		types      string // the result of the handler for each event
		status     int
		retryAfter string
		results    string // status of each, with ! if it may be sent again
	}{
		{"empty", "", 204, "", ""},
		{"all handled", "204 204", 204, "", ""},
		{"a reply", "204 200", 200, "", "204 200"},
		{"all replies", "200 200", 200, "", "200 200"},
		{"all accepted", "202 202", 202, "", "202 202"},
		{"some accepted", "202 200 204", 202, "", "202 200 204"},
		{"one will never be handled", "204 422 202", 422, "", "204 422 202"},
		{"all will never be handled", "422 422", 422, "", "422 422"},
		{"all retired", "410 410", 410, "", "410 410"},
		{"one retired", "204 410", 422, "", "204 410"},
		{"different permanent failures", "410 422", 422, "", "410 422"},
		{"one may be sent again", "204 422 503", 503, "3", "204 422 503!"},
		{"one failed", "204 500", 503, "1", "204 500!"},
		{"all failed", "500 500", 500, "", "500! 500!"},
		{"all over the rate", "429 429", 429, "7", "429! 429!"},
		{"the longest time counts", "503 429 204", 503, "7", "503! 429! 204"},
		{"one panics", "204 panic 204", 503, "1", "204 500! 204"},
		{"one has an invalid reply", "invalid 204", 503, "1", "500! 204"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := post(silent(byType), typed(batchType), batchOf(strings.Fields(c.types)...))
			if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter {
				t.Errorf("status %d, Retry-After %q; want %d, %q", w.Code, w.Header().Get("Retry-After"), c.status, c.retryAfter)
			}
			if c.status == 204 {
				if w.Body.Len() > 0 {
					t.Errorf("body %q", w.Body)
				}
				return
			}
			a := decoded[cehttp.BatchAnswer](t, w)
			var got []string
			retryable, failed := false, 0
			for i, r := range a.Results {
				text := fmt.Sprint(r.Status)
				if r.Retryable {
					text += "!"
					retryable = true
				}
				if r.Status >= 400 {
					failed++
				}
				if r.Index != i || (r.Status >= 400) != (r.Message != "" && r.Type != "") || (r.Status == 200) != (r.Reply != nil) || (r.Status == 202) != (r.ID != "") {
					t.Errorf("result %+v", r)
				}
				got = append(got, text)
			}
			if s := strings.Join(got, " "); s != c.results || a.Retryable != retryable {
				t.Errorf("results %s, retryable %v; want %s", s, a.Retryable, c.results)
			}
			if (a.Status == "accepted") != (c.status == 202) || (failed > 0) != (a.Type == "batch_failed" && a.Message != "") {
				t.Errorf("body %s", w.Body)
			}
		})
	}
}

func TestReceiverBatchReplies(t *testing.T) {
	w := post(silent(byType), typed(batchType), batchOf("204", "200"))
	a := decoded[cehttp.BatchAnswer](t, w)
	if len(a.Results) != 2 || a.Results[1].Reply == nil {
		t.Fatalf("body %s", w.Body)
	}
	wantEvent(t, *a.Results[1].Reply, withData("text/plain", "<reply>"))
}

// A handler that reuses a reply does not change the previous one.
func TestReceiverBatchReplyIsUsedAgain(t *testing.T) {
	reply := withData("text/plain", "0")
	w := post(silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		reply.Subject, reply.Data[0] = e.ID, e.ID[0]
		return &reply, nil
	}), typed(batchType), batchOf("1", "2"))
	for i, r := range decoded[cehttp.BatchAnswer](t, w).Results {
		if want := fmt.Sprint(i + 1); r.Reply == nil || r.Reply.Subject != want || string(r.Reply.Data) != want {
			t.Errorf("reply %d: %s", i, r.Reply)
		}
	}
}

// A reply of any depth is a result: encoding/json never has to write deep data, because
// that is base64.
func TestReceiverBatchDeepReplies(t *testing.T) {
	for _, depth := range []int{1_023, 1_024, 1_025, 9_998, 9_999, 10_000, 20_000} {
		reply := withData("application/json", strings.Repeat("[", depth)+strings.Repeat("]", depth))
		w := post(silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			if e.ID == "deep" {
				return &reply, nil
			}
			return nil, nil
		}), typed(batchType), batchOf("deep", "204"))
		if !strings.Contains(w.Body.String(), `{"index":1,"status":204,`) || strings.Contains(w.Body.String(), `"invalid_reply"`) {
			t.Fatalf("%d levels: %d %.200s", depth, w.Code, w.Body)
		}
		wantEvent(t, *decoded[cehttp.BatchAnswer](t, w).Results[0].Reply, reply)
	}
}

func TestReceiverBatchOrder(t *testing.T) {
	var got []string
	rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		got = append(got, e.ID)
		return nil, nil
	})
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprint(i))
	}
	post(rc, typed(batchType), batchOf(want...))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("order %v", got)
	}
}

// A batch is refused before any event is handled.
func TestReceiverBatchLimits(t *testing.T) {
	three := batchOf("204", "204", "204")
	for _, c := range []struct {
		name   string
		limit  int
		format format.Formatter
		body   string
		status int
	}{
		{"at the limit", 3, nil, three, 204},
		{"over the limit", 2, nil, three, 413},
		{"over the limit, a format of one's own", 2, format.JSON{}, three, 413},
		{"no limit but the format's", -1, format.JSON{MaxEvents: 2}, three, 413},
		{"no limit", -1, nil, batchOf(make([]string, cloudevents.DefaultMaxEvents+1)...), 400}, // types are empty
		{"default limit", 0, nil, batchOf(strings.Fields(strings.Repeat("204 ", cloudevents.DefaultMaxEvents+1))...), 413},
		{"one is invalid", 0, nil, strings.Replace(three, `"type":"204"}]`, `"type":""}]`, 1), 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			handled := 0
			rc := silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
				handled++
				return nil, nil
			})
			rc.MaxEvents, rc.Decoder.Format = c.limit, c.format
			w := post(rc, typed(batchType), c.body)
			if w.Code != c.status || (handled > 0) != (w.Code < 300) {
				t.Errorf("status %d, %d handled; want %d", w.Code, handled, c.status)
			}
		})
	}
}

// The rest of a batch is skipped when the sender has disconnected.
func TestReceiverBatchSenderGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	handled := 0
	rc := silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		if handled++; handled == 2 {
			cancel()
		}
		return nil, nil
	})
	r := httptest.NewRequestWithContext(ctx, "POST", "/", strings.NewReader(batchOf("a", "b", "c")))
	r.Header = typed(batchType)
	w := record(rc, r)
	if a := decoded[cehttp.BatchAnswer](t, w); handled != 2 || w.Code != 503 || a.Results[2].Status != 503 || !a.Results[2].Retryable {
		t.Errorf("%d handled, status %d, %s", handled, w.Code, w.Body)
	}
}

// A hostile message cannot make the answer large.
func TestReceiverBoundsProblems(t *testing.T) {
	h := binaryHeader()
	for i := range 900 {
		h[fmt.Sprintf("Ce-X-%0300d", i)] = []string{"x"}
	}
	w := post(silent(nil), h, "")
	if p := decoded[cehttp.Problem](t, w); w.Code != 400 || len(p.Violations) != 32 || w.Body.Len() > 16<<10 {
		t.Errorf("%d, %d violations, %d bytes", w.Code, len(p.Violations), w.Body.Len())
	}
	long := &dispatch.Error{Message: strings.Repeat("é", 5000)}
	w = post(silent(answering(nil, long)), binaryHeader(), "")
	if p := decoded[cehttp.Problem](t, w); len(p.Message) > 1024 || !strings.HasSuffix(p.Message, "é…") {
		t.Errorf("error of %d bytes", len(p.Message))
	}
}

// A batch of events that all fail makes a bounded number of hints and stacks.
func TestReceiverBatchBoundsWhatItMakesForPeople(t *testing.T) {
	const events = 2000
	body := "[" + strings.Repeat(minimalJSON+",", events-1) + minimalJSON + "]"
	var mux dispatch.Mux
	if err := mux.Handle(dispatch.Route{Type: "u", Handler: answering(nil, nil)}); err != nil {
		t.Fatal(err)
	}
	w := post(silent(mux.HandleEvent), typed(batchType), body)
	if got := strings.Count(w.Body.String(), "nearest"); w.Code != 422 || got != 8 {
		t.Errorf("%d, %d hints", w.Code, got)
	}

	var log logged
	panics := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("bug") }
	w = post(&cehttp.Receiver{Handler: panics, Logger: log.logger()}, typed(batchType), body)
	text := log.String()
	if got := strings.Count(text, `stack="goroutine`); w.Code != 500 || got != 8 {
		t.Errorf("%d, %d stacks", w.Code, got)
	}
	if strings.Count(text, "panic: bug") != events || len(text) > events*400 {
		t.Errorf("%d bytes logged for %d panics", len(text), events)
	}
}

// A batch has its results in order, however long they are, and each reply as it is alone.
func TestBatchWithManyResults(t *testing.T) {
	const events = 5000
	var types []string
	for i := range events {
		types = append(types, []string{"200", "204", "422", "202", "503"}[i%5])
	}
	w := post(silent(byType), typed(batchType), batchOf(types...))
	if size := w.Body.Len(); w.Header().Get("Content-Length") != fmt.Sprint(size) || size < 200<<10 {
		t.Errorf("%d bytes, and Content-Length is %s", size, w.Header().Get("Content-Length"))
	}
	a := decoded[cehttp.BatchAnswer](t, w)
	if len(a.Results) != events {
		t.Fatalf("%d results", len(a.Results))
	}
	for i, r := range a.Results {
		if r.Index != i || fmt.Sprint(r.Status) != types[i] || (r.Reply != nil) != (r.Status == 200) {
			t.Fatalf("result %d: %+v", i, r)
		}
	}
}

// Replies in a batch are what they are alone, and do not mix.
func TestBatchReplies(t *testing.T) {
	replies := []cloudevents.Event{
		{ID: "1", Source: "/r", Type: "t", DataContentType: "application/json", Data: []byte(`{"a": "<&>"}`)},
		{ID: "22", Source: "/rr", Type: "tt", DataContentType: "text/plain", Data: []byte(strings.Repeat("x", 70_000))},
		{ID: "3", Source: "/r", Type: "t", Subject: "}", Data: []byte{0}},
		{ID: "4", Source: "/r", Type: "t"},
	}
	n := 0
	rc := silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		n++
		if n%2 == 0 {
			return nil, nil
		}
		return &replies[n/2], nil
	})
	a := decoded[cehttp.BatchAnswer](t, post(rc, typed(batchType), batchOf("a", "b", "c", "d", "e", "f", "g", "h")))
	if len(a.Results) != 8 {
		t.Fatalf("%d results", len(a.Results))
	}
	for i, r := range a.Results {
		if i%2 == 1 {
			if r.Reply != nil || r.Status != 204 {
				t.Errorf("result %d: %+v", i, r)
			}
			continue
		}
		if diff := cmp.Diff(&replies[i/2], r.Reply); diff != "" || r.Status != 200 || r.Index != i {
			t.Errorf("result %d: %+v, %s", i, r, diff)
		}
	}
}

// An event that a handler keeps does not keep the others of its batch, in whatever format.
func TestBatchEventsDoNotKeepEachOther(t *testing.T) {
	for name, d := range map[string]cehttp.Decoder{"default": {}, "a Format": {Format: format.JSON{}}, "a Batch": {Batch: format.JSON{}}} {
		var freed atomic.Int32
		var kept *cloudevents.Event
		rc := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			if kept == nil {
				kept = e
			} else {
				runtime.AddCleanup(e, func(n *atomic.Int32) { n.Add(1) }, &freed)
			}
			return nil, nil
		})
		rc.Decoder = d
		if w := post(rc, typed(batchType), batchOf("a", "b", "c", "d")); w.Code != 204 {
			t.Fatal(w.Code)
		}
		for i := 0; freed.Load() < 3; i++ {
			if runtime.GC(); i == 1000 {
				t.Fatalf("%s: %d events are freed", name, freed.Load())
			}
			time.Sleep(time.Millisecond)
		}
		runtime.KeepAlive(kept)
	}
}
