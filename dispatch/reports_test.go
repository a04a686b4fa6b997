package dispatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A route can say what data without a content type is. Without that it is refused, and the
// error says what is missing and where the setting is.
func TestR30DataContentTypeOfARoute(t *testing.T) {
	for _, c := range []struct {
		name, setting      string
		contentType, data  string
		want, wantContains string
	}{
		{"no setting", "", "", `{"item":"tea"}`, "", "Content-Type is missing"},
		{"setting named", "", "", `{"item":"tea"}`, "", "DataContentType of the dispatch.Route"},
		{"set", "application/json", "", `{"item":"tea"}`, "tea application/json", ""},
		{"set, and there is one", "application/json", "application/vnd.x+json", `{"item":"tea"}`, "tea application/vnd.x+json", ""},
		{"set, and there is another", "application/json", "text/plain", `{"item":"tea"}`, "", `"text/plain"`},
		{"set, and malformed", "application/json", "", `{`, "", "malformed JSON (offset 1 of the data)"},
		{"set to text", "text/plain", "", `{"item":"tea"}`, "", `"text/plain"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			r := dispatch.Consume("t", func(_ context.Context, e *cloudevents.Event, o order) error {
				got = o.Item + " " + e.DataContentType
				return nil
			})
			r.DataContentType = c.setting
			var mux dispatch.Mux
			if err := mux.Handle(r); err != nil {
				t.Fatal(err)
			}
			e := withData(c.contentType, c.data)
			checked := r.Check(&e)
			if e.DataContentType != c.contentType {
				t.Errorf("Check has changed the event: %q", e.DataContentType)
			}
			_, err := mux.HandleEvent(t.Context(), &e)
			if got != c.want || (err == nil) != (c.want != "") || (checked == nil) != (err == nil) {
				t.Fatalf("got %q, %v, and %v of Check", got, err, checked)
			}
			var refused *dispatch.Error
			if errors.As(err, &refused) && !strings.Contains(refused.Message, c.wantContains) {
				t.Errorf("message %q", refused.Message)
			}
		})
	}
}

func TestR30OtherEventsOfTheRoute(t *testing.T) {
	var got *cloudevents.Event
	r := dispatch.Route{Type: "*", DataContentType: "application/json", Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		got = e
		return nil, nil
	}}
	var mux dispatch.Mux
	if err := mux.Handle(r); err != nil {
		t.Fatal(err)
	}
	e := minimal()
	if _, err := mux.HandleEvent(t.Context(), &e); err != nil || got != &e || e.DataContentType != "" {
		t.Errorf("an event without data: %v, %q", err, e.DataContentType)
	}
	e.Data = []byte("1")
	alloctest.AtMost(t, "HandleEvent", 0, func() {
		e.DataContentType = ""
		_, _ = mux.HandleEvent(t.Context(), &e)
	})
	if e.DataContentType != "application/json" {
		t.Errorf("%q", e.DataContentType)
	}
	r.DataContentType = "json"
	if err := mux.Handle(dispatch.Route{Type: "u", Handler: r.Handler, DataContentType: "json"}); err == nil || !strings.Contains(err.Error(), "DataContentType") {
		t.Errorf("a malformed DataContentType: %v", err)
	}
}

// Data that begins as gzip does is told as such.
func TestR35GzipBeforeATypedHandler(t *testing.T) {
	h := dispatch.Typed(func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil })
	for _, c := range []struct {
		name, contentType, data string
		want                    bool
	}{
		{"gzip", "application/json", "\x1f\x8b\x08\x00", true},
		{"gzip without a content type", "", "\x1f\x8b\x08\x00", true},
		{"gzip under another type", "application/gzip", "\x1f\x8b\x08\x00", true},
		{"the magic alone", "application/json", "\x1f\x8b", true},
		{"half of it", "application/json", "\x1f", false},
		{"no JSON", "application/json", "{", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := withData(c.contentType, c.data)
			_, err := h(t.Context(), &e)
			var refused *dispatch.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%v", err)
			}
			if strings.Contains(refused.Message, "1f 8b") != c.want {
				t.Errorf("message %q", refused.Message)
			}
		})
	}
}
