package dapr_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/dapr"
)

// deliver posts a body as Dapr does, and prints the answer.
func deliver(h http.Handler, contentType, body string) {
	r := httptest.NewRequest("POST", "/orders", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body)))
}

var quiet = slog.New(slog.DiscardHandler)

// An event that the handler refuses is dropped. Dapr would deliver it again and again
// otherwise, because the status is 422.
func ExampleSubscriber() {
	receiver := &cehttp.Receiver{Logger: quiet, Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if e.Type != "placed" {
			return nil, dispatch.Permanent(errors.New("unknown type"))
		}
		return nil, nil
	}}
	subscriber := &dapr.Subscriber{Next: receiver}
	deliver(subscriber, "application/cloudevents+json", `{"specversion":"1.0","id":"1","source":"/orders","type":"placed"}`)
	deliver(subscriber, "application/cloudevents+json", `{"specversion":"1.0","id":"2","source":"/orders","type":"lost"}`)
	// Output:
	// 204
	// 200 {"status":"DROP"}
}

// bulk is an http.Handler for bulk subscriptions of Dapr, whose requests are outside the
// specification: several events, with an ID each, under application/json.
func bulk(handle dispatch.Handler) http.Handler {
	type status struct {
		EntryID string `json:"entryId"`
		Status  string `json:"status"`
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Entries []struct {
				EntryID string          `json:"entryId"`
				Event   json.RawMessage `json:"event"`
			} `json:"entries"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<20)).Decode(&in); err != nil {
			http.Error(w, "no bulk request", http.StatusBadRequest)
			return
		}
		out := struct {
			Statuses []status `json:"statuses"`
		}{[]status{}}
		for _, entry := range in.Entries {
			s := status{entry.EntryID, "SUCCESS"}
			var e cloudevents.Event
			if err := json.Unmarshal(entry.Event, &e); err != nil {
				s.Status = "DROP"
			} else if v := dispatch.Call(r.Context(), handle, &e).Verdict; v == dispatch.VerdictRetry {
				s.Status = "RETRY"
			} else if v == dispatch.VerdictRefused {
				s.Status = "DROP"
			}
			out.Statuses = append(out.Statuses, s)
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

// A bulk subscription needs a handler of its own in front of a dispatch.Handler.
func ExampleSubscriber_bulk() {
	h := bulk(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if e.Type != "placed" {
			return nil, dispatch.Retryable(errors.New("not yet"), 0)
		}
		return nil, nil
	})
	deliver(h, "application/json", `{"id":"7","entries":[
		{"entryId":"a","event":{"specversion":"1.0","id":"1","source":"/orders","type":"placed"}},
		{"entryId":"b","event":{"specversion":"1.0","id":"2","source":"/orders","type":"packed"}},
		{"entryId":"c","event":{"specversion":"1.0","id":"3"}}]}`)
	// Output: 200 {"statuses":[{"entryId":"a","status":"SUCCESS"},{"entryId":"b","status":"RETRY"},{"entryId":"c","status":"DROP"}]}
}
