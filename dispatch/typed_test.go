package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

func TestTyped(t *testing.T) {
	var got *order
	h := dispatch.Typed(func(_ context.Context, e *cloudevents.Event, o order) (*cloudevents.Event, error) {
		got = &o
		return e, nil
	})
	for _, c := range []struct {
		reason, contentType, data string
		status                    int
		name                      string
		offset                    int // -1 is none
	}{
		{"JSON", "application/json", `{"item":"tea","count":2}`, 0, "", 0},
		{"JSON suffix", "application/vnd.order+json", `{"item":"tea","count":2}`, 0, "", 0},
		{"malformed", "application/json", `{"item":"secret}`, 400, "invalid_data", 16},
		{"wrong kind", "application/json", `{"item":"secret","count":"secret"}`, 400, "invalid_data", 25},
		{"no object", "application/json", `"secret"`, 400, "invalid_data", 0},
		{"trailing bytes", "application/json", `{"item":"tea"} secret`, 400, "invalid_data", 15},
		{"invalid UTF-8", "application/json", "{\"item\":\"\xff\"}", 400, "invalid_data", 9},
		{"text", "text/plain", "secret", 415, "unsupported_data", -1},
		{"JSON in another charset", "application/json; charset=utf-16", "secret", 415, "unsupported_data", -1},
		{"no content type", "", `{}`, 415, "unsupported_data", -1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			got = nil
			e := withData(c.contentType, c.data)
			reply, err := h(t.Context(), &e)
			if c.status == 0 {
				if err != nil || reply != &e || got == nil || *got != (order{"tea", 2}) {
					t.Errorf("%v, %v, %v", reply, err, got)
				}
				return
			}
			var refused *dispatch.Error
			if !errors.As(err, &refused) || got != nil {
				t.Fatalf("%v, called with %v", err, got)
			}
			if refused.StatusCode() != c.status || refused.Type != c.name || refused.Retryable || refused.Message == "" {
				t.Errorf("%+v", refused)
			}
			if c.offset >= 0 && !strings.HasSuffix(refused.Message, fmt.Sprintf(" (offset %d of the data)", c.offset)) {
				t.Error(refused.Message)
			}
			if c.status == 415 && c.contentType != "" && !strings.Contains(refused.Message, fmt.Sprintf("content type %q", c.contentType)) {
				t.Error(refused.Message)
			}
			if strings.Contains(refused.Message, "dispatch_test") {
				t.Errorf("a Go type is shown: %s", refused.Message)
			}
			if strings.Contains(refused.Message+err.Error(), "secret") {
				t.Errorf("data is shown: %s, %s", refused.Message, err)
			}
			var place *cloudevents.SyntaxError
			switch {
			case errors.As(err, &place) && place.Offset != c.offset:
				t.Errorf("offset %d, want %d", place.Offset, c.offset)
			case place == nil && c.offset >= 0:
				t.Error("no offset")
			}
		})
	}
}

// taker returns a typed handler that fails unless isNil(data).
func taker[T any](isNil func(T) bool) dispatch.Handler {
	return dispatch.Typed(func(_ context.Context, _ *cloudevents.Event, v T) (*cloudevents.Event, error) {
		if !isNil(v) {
			return nil, errors.New("called with something")
		}
		return nil, nil
	})
}

func TestTypedWithoutData(t *testing.T) {
	for name, h := range map[string]dispatch.Handler{
		"pointer":   taker(func(v *order) bool { return v == nil }),
		"slice":     taker(func(v []order) bool { return v == nil }),
		"bytes":     taker(func(v []byte) bool { return v == nil }),
		"map":       taker(func(v map[string]int) bool { return v == nil }),
		"interface": taker(func(v any) bool { return v == nil }),
	} {
		e := minimal()
		if _, err := h(t.Context(), &e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, h := range map[string]dispatch.Handler{
		"struct": taker(func(order) bool { return true }),
		"string": taker(func(string) bool { return true }),
		"int":    taker(func(int) bool { return true }),
	} {
		e := minimal()
		_, err := h(t.Context(), &e)
		var refused *dispatch.Error
		if !errors.As(err, &refused) || refused.Type != "missing_data" || refused.StatusCode() != 400 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The documentation of a route has a value that is written as the empty data.
func TestOnDocumentsItsType(t *testing.T) {
	for reason, c := range map[string]struct {
		route dispatch.Route
		want  string
	}{
		"struct":  {dispatch.On("t", func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil }), `{"item":"","count":0}`},
		"pointer": {dispatch.On("t", func(context.Context, *cloudevents.Event, *order) (*cloudevents.Event, error) { return nil, nil }), `{"item":"","count":0}`},
		"slice":   {dispatch.On("t", func(context.Context, *cloudevents.Event, []order) (*cloudevents.Event, error) { return nil, nil }), `[]`},
		"map":     {dispatch.On("t", func(context.Context, *cloudevents.Event, map[string]int) (*cloudevents.Event, error) { return nil, nil }), `{}`},
		"any":     {dispatch.On("t", func(context.Context, *cloudevents.Event, any) (*cloudevents.Event, error) { return nil, nil }), `null`},
		"consume": {dispatch.Consume("t", func(context.Context, *cloudevents.Event, order) error { return nil }), `{"item":"","count":0}`},
	} {
		if got, err := json.Marshal(c.route.In.Data); err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v", reason, got, err)
		}
	}
}

func TestConsume(t *testing.T) {
	failure := errors.New("no")
	route := dispatch.Consume("t", func(_ context.Context, _ *cloudevents.Event, o order) error {
		if o.Count == 0 {
			return failure
		}
		return nil
	})
	for data, want := range map[string]error{`{"count":1}`: nil, `{"count":0}`: failure} {
		e := withData("application/json", data)
		if reply, err := route.Handler(t.Context(), &e); reply != nil || err != want {
			t.Errorf("%s: %v, %v", data, reply, err)
		}
	}
	if route := dispatch.Consume[order]("t", nil); route.Handler != nil || route.In.Data == nil {
		t.Errorf("without a function: %+v", route)
	}
}

func TestNoReply(t *testing.T) {
	failure := errors.New("no")
	for _, want := range []error{nil, failure} {
		h := dispatch.NoReply(func(context.Context, *cloudevents.Event) error { return want })
		if reply, err := h(t.Context(), named("1")); reply != nil || err != want {
			t.Errorf("%v, %v", reply, err)
		}
	}
	if dispatch.NoReply(nil) != nil {
		t.Error("a handler without a function")
	}
}

func TestOn(t *testing.T) {
	var m dispatch.Mux
	if err := m.Handle(
		dispatch.On("value", func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil }),
		dispatch.On("pointer", func(context.Context, *cloudevents.Event, *order) (*cloudevents.Event, error) { return nil, nil }),
		dispatch.On("any", func(context.Context, *cloudevents.Event, any) (*cloudevents.Event, error) { return nil, nil }),
		dispatch.On("bytes", func(context.Context, *cloudevents.Event, []byte) (*cloudevents.Event, error) { return nil, nil }),
	); err != nil {
		t.Fatal(err)
	}
	for _, eventType := range []string{"value", "pointer", "any"} {
		e := withData("application/json", `{"count":1}`)
		e.Type = eventType
		if _, err := m.HandleEvent(t.Context(), &e); err != nil {
			t.Errorf("%s: %v", eventType, err)
		}
	}
}
