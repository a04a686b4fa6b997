package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// nasty panics when its text is needed.
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

// nilStatus is an error whose methods need a pointer that is not nil.
type nilStatus struct{ status int }

func (e *nilStatus) Error() string   { return "nil" }
func (e *nilStatus) StatusCode() int { return e.status }

// Handlers return nil pointers as errors by mistake.
func TestReceiverContainsErrorsThatPanic(t *testing.T) {
	for name, err := range map[string]error{
		"HandlerError": (*dispatch.Error)(nil), "Deferred": (*dispatch.Deferred)(nil), "text": nasty{}, "status": (*nilStatus)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			rc := silent(answering(nil, err))
			if w := post(rc, binaryHeader(), ""); w.Code != 500 || !decoded[cehttp.Problem](t, w).Retryable {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			rc.Handler = func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				if e.ID == "bad" {
					return nil, err
				}
				return nil, nil
			}
			w := post(rc, typed(batchType), batchOf("bad", "good"))
			if a := decoded[cehttp.BatchAnswer](t, w); len(a.Results) != 2 || a.Results[0].Status != 500 || a.Results[1].Status != 204 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestReceiverContainsErrorsWithNothingInThem(t *testing.T) {
	var none validation.Errors
	w := post(silent(answering(nil, &dispatch.Error{Status: 409, Message: "old", Err: none})), binaryHeader(), "")
	if p := decoded[cehttp.Problem](t, w); w.Code != 409 || p.Message != "old" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// net/http gives this panic a meaning.
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
