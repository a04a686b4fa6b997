package cehttp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
)

// roundTrip is a transport.
type roundTrip func(r *http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// temporary is an error of a transport that says whether it passes.
type temporary bool

func (e temporary) Error() string        { return "temporary" }
func (e temporary) Retryable() bool      { return bool(e) }
func (temporary) RetryIn() time.Duration { return 5 * time.Second }

// A handler that sends the event on answers what the target says. Poison does not become
// an endless retry, and what may be accepted later is not lost.
func TestGatewayPassesOnWhatTheTargetSays(t *testing.T) {
	answer := func(status int, retryAfter, body string) roundTrip {
		return func(*http.Request) (*http.Response, error) {
			r := cehttptest.Response(http.Header{}, body)
			r.StatusCode = status
			if retryAfter != "" {
				r.Header.Set("Retry-After", retryAfter)
			}
			return r, nil
		}
	}
	failing := func(err error) roundTrip {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for _, c := range []struct {
		name       string
		target     roundTrip
		status     int
		retryable  bool
		retryAfter string
	}{
		{"accepted", answer(204, "", ""), 204, false, ""},
		{"refused", answer(422, "", ""), 422, false, ""},
		{"invalid", answer(400, "", ""), 422, false, ""},
		{"too large", answer(413, "", ""), 422, false, ""},
		{"gone", answer(410, "", ""), 422, false, ""},
		{"redirected", answer(307, "", ""), 422, false, ""},
		{"never, in a status that may pass", answer(500, "", `{"retryable":false}`), 422, false, ""},
		{"busy", answer(503, "7", ""), 503, true, "7"},
		{"too many", answer(429, "9", ""), 503, true, "9"},
		{"failed", answer(500, "", ""), 503, true, "1"},
		{"later, in a status that does not pass", answer(400, "", `{"retryable":true}`), 503, true, "1"},
		{"no answer", failing(context.DeadlineExceeded), 503, true, "1"},
		{"no answer, for a while", failing(temporary(true)), 503, true, "5"},
		{"no answer, for good", failing(temporary(false)), 422, false, ""},
	} {
		sender := &cehttp.Sender{
			Target: "http://target.example", Client: &http.Client{Transport: c.target},
			Retry: cehttp.Retry{Attempts: 1}, Logger: silent(nil).Logger,
		}
		one := dispatch.NoReply(sender.Send)
		batch := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, err := sender.SendBatch(ctx, []cloudevents.Event{*e, *e})
			return nil, err
		}
		for name, h := range map[string]dispatch.Handler{"Send": one, "SendBatch": batch} {
			w := post(silent(h), binaryHeader(), "")
			if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter {
				t.Errorf("%s, %s: %d, Retry-After %q; want %d, %q", c.name, name, w.Code, w.Header().Get("Retry-After"), c.status, c.retryAfter)
			}
			if c.status >= 400 && decoded[cehttp.Problem](t, w).Retryable != c.retryable {
				t.Errorf("%s, %s: %s", c.name, name, w.Body)
			}
		}
	}

	nowhere := &cehttp.Sender{Logger: silent(nil).Logger}
	w := post(silent(dispatch.NoReply(nowhere.Send)), binaryHeader(), "")
	if p := decoded[cehttp.Problem](t, w); w.Code < 500 || !p.Retryable {
		t.Errorf("a sender without a target: %d %s", w.Code, w.Body)
	}
}

// A failure is one record, also if Sender and Receiver have one Logger.
func TestGatewayLogsOnce(t *testing.T) {
	sender, _ := steps(step{status: 422})
	for name, h := range map[string]dispatch.Handler{
		"Send": dispatch.NoReply(sender.Send),
		"SendBatch": func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, err := sender.SendBatch(ctx, []cloudevents.Event{*e})
			return nil, err
		},
	} {
		var log logged
		sender.Logger = log.logger()
		post(&cehttp.Receiver{Handler: h, Logger: log.logger()}, binaryHeader(), "")
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "event handler failed") || !strings.Contains(got, "422 Unprocessable Entity") {
			t.Errorf("%s: records\n%s", name, got)
		}
	}
}

// Of a batch with different results, what may be accepted later decides.
func TestGatewayOfBatches(t *testing.T) {
	body := `{"results":[{"index":0,"status":422,"retryable":false},{"index":1,"status":503,"retryable":true,"retry_after":30}]}`
	sender := &cehttp.Sender{
		Target: "http://target.example", Retry: cehttp.Retry{Attempts: 1}, Logger: silent(nil).Logger,
		Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			r := cehttptest.Response(typed("application/json"), body)
			r.StatusCode = 503
			return r, nil
		})},
	}
	w := post(silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, err := sender.SendBatch(ctx, []cloudevents.Event{*e, *e})
		return nil, err
	}), binaryHeader(), "")
	if w.Code != 503 || w.Header().Get("Retry-After") != "30" {
		t.Errorf("%d, Retry-After %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
	}
}
