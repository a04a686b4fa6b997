package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// nasty panics when it is asked what it is.
type nasty struct{}

func (nasty) Error() string { panic("again") }

func TestReceiverContainsPanics(t *testing.T) {
	for name, value := range map[string]any{
		"text": secret, "error": errors.New(secret), "nil pointer": nil, "nasty": nasty{}, "not comparable": []int{1}, "long": strings.Repeat("x", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			var log logged
			rc := &cehttp.Receiver{Logger: log.logger(), Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
				if value == nil {
					var none *cloudevents.Event
					none.ID = "1"
				}
				panic(value)
			}}
			w := post(rc, binaryHeader(), "")
			if p := decoded[cehttp.Problem](t, w); w.Code != 500 || p.Type != "panic" || !p.Retryable || p.Message != "Internal Server Error" {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "receiver_panic_test.go") || len(text) > 20_000 {
				t.Errorf("log has no stack, or is too long: %.2000s", text)
			}
		})
	}
	t.Run("no handler", func(t *testing.T) {
		if w := post(silent(nil), binaryHeader(), ""); w.Code != 500 {
			t.Errorf("%d", w.Code)
		}
	})
}

// net/http has its own meaning for this one.
func TestReceiverAborts(t *testing.T) {
	answered := -1
	rc := silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic(http.ErrAbortHandler) })
	rc.Observer.Answered = cehttp.Observer{Answered: countStatus(&answered)}.Answered
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("panic %v", v)
		}
		if answered != 0 {
			t.Errorf("answered with %d", answered)
		}
	}()
	post(rc, binaryHeader(), "")
}
