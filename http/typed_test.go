package cehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

func TestTyped(t *testing.T) {
	var got *order
	h := cehttp.Typed(func(_ context.Context, e *cloudevents.Event, o order) (*cloudevents.Event, error) {
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
		{"wrong kind", "application/json", `{"item":"secret","count":"secret"}`, 400, "invalid_data", 33},
		{"no object", "application/json", `"secret"`, 400, "invalid_data", 8},
		{"trailing bytes", "application/json", `{"item":"tea"} secret`, 400, "invalid_data", 16},
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
			var refused *cehttp.HandlerError
			if !errors.As(err, &refused) || got != nil {
				t.Fatalf("%v, called with %v", err, got)
			}
			if refused.StatusCode() != c.status || refused.Type != c.name || refused.Retryable || refused.Message == "" {
				t.Errorf("%+v", refused)
			}
			if c.offset >= 0 && !strings.HasSuffix(refused.Message, fmt.Sprintf("at offset %d", c.offset)) {
				t.Error(refused.Message)
			}
			if strings.Contains(refused.Message, "cehttp_test") {
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

// taker reports what a typed handler is called with when there is no data.
func taker[T any](isNil func(T) bool) cehttp.Handler {
	return cehttp.Typed(func(_ context.Context, _ *cloudevents.Event, v T) (*cloudevents.Event, error) {
		if !isNil(v) {
			return nil, errors.New("called with something")
		}
		return nil, nil
	})
}

func TestTypedWithoutData(t *testing.T) {
	for name, h := range map[string]cehttp.Handler{
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
	for name, h := range map[string]cehttp.Handler{
		"struct": taker(func(order) bool { return true }),
		"string": taker(func(string) bool { return true }),
		"int":    taker(func(int) bool { return true }),
	} {
		e := minimal()
		_, err := h(t.Context(), &e)
		var refused *cehttp.HandlerError
		if !errors.As(err, &refused) || refused.Type != "missing_data" || refused.StatusCode() != http.StatusBadRequest {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// color refuses to be written before it is chosen.
type color string

func (c color) MarshalText() ([]byte, error) {
	if c == "" {
		return nil, errors.New("no color")
	}
	return []byte(c), nil
}

func TestOnDocumentsItsType(t *testing.T) {
	for reason, c := range map[string]struct {
		route cehttp.Route
		want  string
	}{
		"struct":  {cehttp.On("t", func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil }), `"data":{"item":"","count":0}`},
		"pointer": {cehttp.On("t", func(context.Context, *cloudevents.Event, *order) (*cloudevents.Event, error) { return nil, nil }), `"data":{"item":"","count":0}`},
		"slice":   {cehttp.On("t", func(context.Context, *cloudevents.Event, []order) (*cloudevents.Event, error) { return nil, nil }), `"data":[]`},
		"map":     {cehttp.On("t", func(context.Context, *cloudevents.Event, map[string]int) (*cloudevents.Event, error) { return nil, nil }), `"data":{}`},
		"zero value that cannot be written": {cehttp.On("t", func(context.Context, *cloudevents.Event, struct{ C color }) (*cloudevents.Event, error) {
			return nil, nil
		}), `"required":["C"]`},
	} {
		var m cehttp.Mux
		if err := m.Handle(c.route); err != nil {
			t.Errorf("%s: %v", reason, err)
			continue
		}
		var b bytes.Buffer
		if err := json.Compact(&b, docJSON(t, m.Doc())); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: %s", reason, b.String())
		}
	}
}

func TestOn(t *testing.T) {
	var m cehttp.Mux
	if err := m.Handle(
		cehttp.On("value", func(context.Context, *cloudevents.Event, order) (*cloudevents.Event, error) { return nil, nil }),
		cehttp.On("pointer", func(context.Context, *cloudevents.Event, *order) (*cloudevents.Event, error) { return nil, nil }),
		cehttp.On("any", func(context.Context, *cloudevents.Event, any) (*cloudevents.Event, error) { return nil, nil }),
		cehttp.On("bytes", func(context.Context, *cloudevents.Event, []byte) (*cloudevents.Event, error) { return nil, nil }),
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
