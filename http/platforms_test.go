package cehttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/dapr"
)

// What becomes of an event after an answer.
const (
	taken   = "done"
	replied = "done, and the reply is delivered"
	repeat  = "repeated"
	failed  = "not repeated, but a failure: it goes to the dead letter sink, if there is one"
	dropped = "dropped: it goes to the dead letter topic, if there is one"
)

// knative returns what a Trigger of Knative makes of an answer. The statuses are those of
// "Event Acknowledgement and Delivery Retry" in the data plane contract
// (github.com/knative/specs, specs/eventing/data-plane.md), which has no use for the body of
// an error. That the body of 2xx is empty or an event is a rule of the filter of the broker
// (github.com/knative/eventing, pkg/broker/filter, writeResponse), which answers 502
// otherwise; it reads an answer as an event if it has ce-specversion or a Content-Type that
// begins with application/cloudevents, and not with application/cloudevents-batch.
func knative(res *http.Response) string {
	body, _ := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	switch s := res.StatusCode; {
	case s/100 == 2:
		isEvent := res.Header.Get("Ce-Specversion") != "" ||
			strings.HasPrefix(res.Header.Get("Content-Type"), "application/cloudevents") &&
				!strings.HasPrefix(res.Header.Get("Content-Type"), "application/cloudevents-batch")
		if !isEvent && len(body) == 0 {
			return taken
		}
		if !isEvent {
			return repeat // by the 502
		}
		if _, err := cehttp.ResponseToCloudEvent(res, nil); err != nil || s == http.StatusAccepted {
			return repeat
		}
		return replied
	case s == 404 || s == 409 || s == 429 || s >= 500:
		return repeat
	}
	return failed
}

// daprOf returns what Dapr makes of an answer: the rules are in "Expected HTTP Response" of
// the pub/sub API reference (docs.dapr.io/reference/api/pubsub_api). It ignores the
// Content-Type.
func daprOf(res *http.Response) string {
	switch {
	case res.StatusCode == http.StatusNotFound:
		return dropped
	case res.StatusCode/100 != 2:
		return repeat
	}
	var body struct{ Status string }
	if json.NewDecoder(res.Body).Decode(&body) != nil {
		return taken // empty, or "ignored if invalid payload"
	}
	switch body.Status {
	case "", "SUCCESS":
		return taken
	case "DROP":
		return dropped
	}
	return repeat // RETRY, and "others"
}

// Every answer of a Receiver means to Knative and Dapr what it should. Dapr gets some of
// them from a [dapr.Subscriber].
func TestR49R50AnswersOnPlatforms(t *testing.T) {
	reply := minimal()
	if err := reply.SetData("application/json", map[string]string{"status": "shipped"}); err != nil {
		t.Fatal(err)
	}
	text := withData("text/plain", "shipped")
	deferred := &dispatch.Deferred{ID: "work-7"}
	refused := dispatch.Permanent(errors.New("no"))
	for _, c := range []struct {
		name         string
		reply        *cloudevents.Event
		err          error
		header       http.Header
		body         string
		status       int
		knative      string
		dapr, direct string // with a Subscriber, and without
	}{
		{"done", nil, nil, binaryHeader(), "", 204, taken, taken, taken},
		{"reply, binary", &reply, nil, binaryHeader(), "", 200, replied, taken, repeat},
		{"reply without JSON", &text, nil, binaryHeader(), "", 200, replied, taken, taken},
		{"reply, structured", &reply, nil, typed(structuredType), minimalJSON, 200, replied, taken, taken},
		{"deferred", nil, deferred, binaryHeader(), "", 202, taken, taken, taken},
		{"deferred, structured", nil, deferred, typed(structuredType), minimalJSON, 202, taken, taken, taken},
		{"deferred, for a client that wants JSON", nil, deferred, binaryHeader("Accept", "*/*"), "", 202, repeat, taken, repeat},

		{"refused", nil, refused, binaryHeader(), "", 422, failed, dropped, repeat},
		{"refused with 410", nil, &dispatch.Error{Status: 410}, binaryHeader(), "", 410, failed, dropped, repeat},
		{"refused with 404", nil, &dispatch.Error{Status: 404}, binaryHeader(), "", 404, repeat, dropped, dropped},
		{"refused with 409", nil, &dispatch.Error{Status: 409}, binaryHeader(), "", 409, repeat, dropped, repeat},
		{"malformed data", nil, &dispatch.Error{Status: 400}, binaryHeader(), "", 400, failed, dropped, repeat},
		{"malformed", nil, nil, typed(structuredType), "{", 400, failed, dropped, repeat},
		{"invalid", nil, nil, http.Header{"Ce-Id": {"1"}}, "", 400, failed, dropped, repeat},
		{"no CloudEvent", nil, nil, typed("application/json"), "{}", 415, failed, dropped, repeat},
		{"unknown format", nil, nil, typed("application/cloudevents+xml"), "", 415, failed, dropped, repeat},
		{"too large", nil, nil, binaryHeader(), strings.Repeat("x", 2000), 413, failed, dropped, repeat},

		{"failed", nil, errors.New("no"), binaryHeader(), "", 500, repeat, repeat, repeat},
		{"to be sent again", nil, dispatch.Retryable(errors.New("no"), 0), binaryHeader(), "", 503, repeat, repeat, repeat},
		{"too many", nil, &dispatch.Error{Status: 429}, binaryHeader(), "", 429, repeat, repeat, repeat},
		{"404 for now", nil, &dispatch.Error{Status: 404, Retryable: true}, binaryHeader(), "", 404, repeat, repeat, dropped},
		{"409 for now", nil, &dispatch.Error{Status: 409, Retryable: true}, binaryHeader(), "", 409, repeat, repeat, repeat},
		{"invalid reply", &cloudevents.Event{}, nil, binaryHeader(), "", 500, repeat, repeat, repeat},

		// Neither sends batches. A body with results is for senders that do.
		{"batch, done", nil, nil, typed(batchType), "[" + minimalJSON + "]", 204, taken, taken, taken},
		{"batch with replies", &reply, nil, typed(batchType), "[" + minimalJSON + "]", 200, repeat, taken, taken},
		{"batch, deferred", nil, deferred, typed(batchType), "[" + minimalJSON + "]", 202, repeat, taken, repeat},
		{"batch, refused", nil, refused, typed(batchType), "[" + minimalJSON + "]", 422, failed, dropped, repeat},
		{"batch, failed", nil, errors.New("no"), typed(batchType), "[" + minimalJSON + "]", 500, repeat, repeat, repeat},
	} {
		t.Run(c.name, func(t *testing.T) {
			rc := silent(answering(c.reply, c.err))
			rc.Decoder.MaxBytes = 1000
			answerOf := func(h http.Handler) *http.Response { return post(h, c.header, c.body).Result() }
			if res := answerOf(rc); res.StatusCode != c.status {
				t.Fatalf("status %d, want %d", res.StatusCode, c.status)
			}
			if got := knative(answerOf(rc)); got != c.knative {
				t.Errorf("Knative: %s, want %s", got, c.knative)
			}
			if got := daprOf(answerOf(rc)); got != c.direct {
				t.Errorf("Dapr: %s, want %s", got, c.direct)
			}
			if got := daprOf(answerOf(&dapr.Subscriber{Next: rc})); got != c.dapr {
				t.Errorf("Dapr with a Subscriber: %s, want %s", got, c.dapr)
			}
		})
	}
}

// What was handled before is done.
func TestR49R50DuplicatesOnPlatforms(t *testing.T) {
	reply := withData("application/json", `{"status":"shipped"}`)
	d := new(dispatch.Deduplicate)
	calls := 0
	rc := silent(d.Wrap(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		calls++
		return &reply, nil
	}))
	post(rc, binaryHeader(), "")
	w := post(rc, binaryHeader(), "")
	if calls != 1 || w.Header().Get("Duplicate-Events") != "1" {
		t.Fatalf("%d calls, %v", calls, w.Header())
	}
	if got := knative(w.Result()); got != taken {
		t.Errorf("Knative: %s", got)
	}
	if got := daprOf(w.Result()); got != taken {
		t.Errorf("Dapr: %s", got)
	}
}

// A sender may probe with OPTIONS, and the answer says that POST is there ("HTTP Verbs" of
// the data plane contract of Knative).
func TestKnativeProbe(t *testing.T) {
	w := record(silent(nil), httptest.NewRequest("OPTIONS", "/", nil))
	if w.Code != 204 || w.Header().Get("Allow") != "POST" || w.Body.Len() > 0 {
		t.Errorf("%d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}
