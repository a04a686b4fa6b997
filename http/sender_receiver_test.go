package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// The report has the replies, the deferred work and the failures of a Receiver.
func TestSendBatchToReceiver(t *testing.T) {
	failed := map[string]bool{}
	receiver := silent(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		switch e.ID {
		case "0":
			reply := minimal()
			reply.ID = "reply"
			return &reply, nil
		case "1":
			return nil, &dispatch.Deferred{ID: "job-7"}
		case "2":
			return nil, dispatch.Permanent(errors.New("never"))
		case "3":
			if !failed["3"] {
				failed["3"] = true
				return nil, &dispatch.Error{Status: 500, Retryable: true}
			}
		}
		return nil, nil
	})
	sender := hushed(cehttp.Sender{Target: "http://example.com", Client: &http.Client{
		Transport: transport(func(r *http.Request) (*http.Response, error) { return record(receiver, r).Result(), nil }),
	}})
	var report cehttp.BatchReport
	var err error
	synctest.Test(t, func(t *testing.T) { report, err = sender.SendBatch(t.Context(), eventsOf(5)) })
	if err == nil || report.Requests != 2 || !slices.Equal(report.Failed(), []int{2}) {
		t.Errorf("%+v, %v", report, err)
	}
	if r := report.Events[0]; r.Reply == nil || r.Reply.ID != "reply" || r.Status != 200 {
		t.Errorf("%+v", r)
	}
	if r := report.Events[1]; r.ID != "job-7" || r.Status != 202 {
		t.Errorf("%+v", r)
	}
	if own := sendError(t, report.Events[2].Err); own.Status != 422 || own.Retryable() || own.Problem == nil {
		t.Errorf("%+v", own)
	}
}

// The observer is called for each request, and once for each event.
func TestSendObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		say := func(format string, args ...any) { heard = append(heard, fmt.Sprintf(format, args...)) }
		sender, _ := steps(step{status: 503}, step{err: io.EOF}, step{status: 204}, step{status: 400})
		sender.Retry.NoJitter = true
		sender.Observer = cehttp.SendObserver{
			Attempted: func(_ context.Context, a cehttp.Attempt) {
				say("attempt %d of %d: %d, %v, wait %s", a.Number, a.Events, a.Status, a.Err, a.Wait)
			},
			SendObserver: dispatch.SendObserver{
				Sent:   func(_ context.Context, o dispatch.Outcome) { say("sent %s: %d after %s", o.ID, o.Status, o.Duration) },
				Failed: func(_ context.Context, o dispatch.Outcome) { say("failed %s: %d, %v", o.ID, o.Status, o.Err != nil) },
			},
		}
		es := eventsOf(2)
		_, _ = sender.SendBatch(t.Context(), es)
		_ = sender.Send(t.Context(), &es[1])
		es[0].ID = ""
		_ = sender.Send(t.Context(), &es[0])
		want := []string{
			"attempt 1 of 2: 503, <nil>, wait 1s", "attempt 2 of 2: 0, EOF, wait 2s", "attempt 3 of 2: 204, <nil>, wait 0s",
			"sent 0: 204 after 3s", "sent 1: 204 after 3s",
			"attempt 1 of 1: 400, <nil>, wait 0s", "failed 1: 400, true", "failed : 0, true",
		}
		if !slices.Equal(heard, want) {
			t.Errorf("heard\n%s", strings.Join(heard, "\n"))
		}
	})
}
