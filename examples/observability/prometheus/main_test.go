package main

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Prometheus finds durations, counts by outcome, and what is late.
func TestMetrics(t *testing.T) {
	handler, err := newHandler()
	if err != nil {
		t.Fatal(err)
	}
	for _, eventType := range []string{"com.example.order.placed", "com.example.order.placed", "org.stranger.7"} {
		e := cloudevents.New("/shop", eventType)
		e.Time = time.Now().Add(-time.Hour)
		r, err := cehttp.ToHTTPRequest(t.Context(), "http://localhost:8080/", &e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body := w.Body.String()
	for _, want := range []string{
		`messaging_client_consumed_messages_total{ce_outcome="done",cloudevents_event_type="com.example.order.placed",`,
		`messaging_client_consumed_messages_total{ce_outcome="refused",cloudevents_event_type="_OTHER",error_type="422",`,
		`messaging_process_duration_seconds_count{cloudevents_event_type="com.example.order.placed",`,
		`ce_event_age_seconds_bucket{cloudevents_event_type="com.example.order.placed",`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(body, "stranger") {
		t.Error("a sender has chosen the value of a label")
	}
}
