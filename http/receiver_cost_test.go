package cehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A batch of tiny events that all fail costs some twenty times its size: twice an Event for
// each, a result, and a log record. Data that do not fit a Go type cost more, as encoding/json
// and the error with its place do.
func TestFailuresOfABatchCostLittle(t *testing.T) {
	typed := dispatch.Typed(func(context.Context, *cloudevents.Event, struct{ N int }) (*cloudevents.Event, error) {
		return nil, nil
	})
	dataAs := func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, err := cloudevents.DataAs[struct{ N int }](e)
		return nil, err
	}
	for _, c := range []struct {
		name    string
		handler dispatch.Handler
		data    string
		each    int
	}{
		{"fails", answering(nil, errors.New("x")), "", 17},
		{"refuses", answering(nil, dispatch.Permanent(errors.New("x"))), "", 19},
		{"finds no route", new(dispatch.Mux).HandleEvent, "", 21},
		{"panics", func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("x") }, "", 19},
		{"is Typed, a number for an object", typed, `,"data":1`, 40},
		{"is Typed, a string for a number", typed, `,"data":{"N":"a"}`, 40},
		{"returns the error of DataAs", dataAs, `,"data":1`, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := `[` + strings.TrimSuffix(strings.Repeat(`{"specversion":"1.0","id":"1","source":"/s","type":"t"`+c.data+`},`, 1000), ",") + `]`
			rc := &cehttp.Receiver{Handler: c.handler, Logger: slog.New(slog.NewJSONHandler(io.Discard, nil))}
			serve := func() {
				r, err := http.NewRequest("POST", "/", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header = batchHeader()
				rc.ServeHTTP(&unread{http.Header{}}, r)
			}
			if n := int(alloctest.Least(serve)); n > 64<<10+c.each*len(body) {
				t.Errorf("%d bytes, %.1f for each that came", n, float64(n)/float64(len(body)))
			}
		})
	}
}

func batchHeader() http.Header {
	return http.Header{"Content-Type": {"application/cloudevents-batch+json"}}
}

// unread is a response that nobody reads.
type unread struct{ header http.Header }

func (w *unread) Header() http.Header         { return w.header }
func (w *unread) Write(b []byte) (int, error) { return len(b), nil }
func (w *unread) WriteHeader(int)             {}

// The answer to a batch is what encoding/json makes of a BatchAnswer, although it is written
// result by result. Only replies are written as AppendJSON has them, with their white space.
func TestBatchAnswerIsItsJSON(t *testing.T) {
	reply := cloudevents.Event{ID: "r<>&", Source: "/s", Type: "t", DataContentType: "application/json", Data: []byte(`{ "a" : [ 1 ] }`)}
	for _, n := range []int{1, 2, 63, 64, 65, 66, 300, 1000} {
		for _, period := range []int{1, 2, 3, 7, 2000} {
			var ids []string
			for i := range n {
				ids = append(ids, fmt.Sprint("e", i))
			}
			i := -1
			w := post(silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
				if i++; i%period != 0 || period == 2000 && i == 0 && n > 1 {
					return nil, nil
				}
				switch i % 4 {
				case 0:
					return nil, &dispatch.Error{Status: 429, Message: strings.Repeat("<wait>", i%50)}
				case 1:
					return &reply, nil
				case 2:
					return nil, &dispatch.Deferred{ID: ids[i]}
				}
				return nil, &dispatch.Duplicate{}
			}), batchHeader(), batchOf(ids...))
			if w.Code == http.StatusNoContent {
				if w.Body.Len() > 0 {
					t.Errorf("%d events: a body %q", n, w.Body)
				}
				continue
			}
			var a cehttp.BatchAnswer
			if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(&a)
			if err != nil {
				t.Fatal(err)
			}
			var compact, got bytes.Buffer
			if err := json.Compact(&compact, w.Body.Bytes()); err != nil {
				t.Fatal(err)
			}
			json.HTMLEscape(&got, compact.Bytes())
			if !bytes.Equal(again, got.Bytes()) || len(a.Results) != n || w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
				t.Errorf("%d events, every %d: %d results\n%.300s\n%.300s", n, period, len(a.Results), w.Body, again)
			}
			for i, r := range a.Results {
				if r.Index != i {
					t.Fatalf("result %d has index %d", i, r.Index)
				}
			}
		}
	}
}

// A long reply in a result is read in less than four times its size.
func TestLongReplyOfABatchCostsLittle(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
	body := `{"results":[{"index":0,"status":200,"reply":{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"` +
		strings.Repeat("a", 4<<20) + `"}}]}`
	s := &cehttp.Sender{Target: "http://a.example", Client: &http.Client{Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
			ContentLength: -1, Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	})}}
	var report cehttp.BatchReport
	n := alloctest.Bytes(func() { report, _ = s.SendBatch(t.Context(), []cloudevents.Event{e, e}) })
	if len(report.Events) == 0 || report.Events[0].Reply == nil || len(report.Events[0].Reply.Data) != 4<<20+2 {
		t.Fatalf("%.200v", report)
	}
	if n > uint64(4*len(body)) {
		t.Errorf("%.1f bytes for each that came", float64(n)/float64(len(body)))
	}
}

type transportFunc func(r *http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
