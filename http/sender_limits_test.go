package cehttp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A target that refuses everything, in whatever way, gets a bounded number of requests for a
// large batch. The error of an event that was not sent says so.
func TestSendBatchStopsAtRefusals(t *testing.T) {
	const events, most = 1000, 64
	byName := func(_ int, ids []string) step {
		zero := 0
		if len(ids) == 1 {
			return step{status: 422}
		}
		return jsonStep(t, 400, &cehttp.Problem{Type: "invalid_event", Index: &zero})
	}
	for reason, answer := range map[string]func(int, []string) step{
		"too large":  func(int, []string) step { return step{status: 413} },
		"one by one": byName,
		"halves, then 400": func(_ int, ids []string) step {
			if len(ids) > 1 {
				return step{status: 413}
			}
			return step{status: 400}
		},
	} {
		t.Run(reason, func(t *testing.T) {
			sender, got := batcher(t, answer)
			report, err := sender.SendBatch(t.Context(), eventsOf(events))
			if len(*got) > most+2 || len(*got) < most/2 || report.Requests != len(*got) {
				t.Errorf("%d requests, %d are reported", len(*got), report.Requests)
			}
			if n := len(report.Failed()); n != events || err == nil {
				t.Errorf("%d events failed, %v", n, err)
			}
			last := report.Events[events-1]
			if failed := sendError(t, last.Err); failed.Status/100 != 4 || last.Status != 0 || !strings.Contains(last.Err.Error(), "refused too many") {
				t.Errorf("%d, %v", last.Status, last.Err)
			}
		})
	}
}

// A target that takes some of the events gets them all: a few that it refuses, or small
// batches only, are no reason to stop.
func TestSendBatchGoesOnAfterRefusals(t *testing.T) {
	const events = 1000
	choosy := func(isBad func(id string) bool) func(int, []string) step {
		return func(_ int, ids []string) step {
			for i, id := range ids {
				if isBad(id) {
					return jsonStep(t, 400, &cehttp.Problem{Type: "invalid_event", Index: &i})
				}
			}
			return step{status: 204}
		}
	}
	atMost := func(n int) func(int, []string) step {
		return func(_ int, ids []string) step {
			if len(ids) > n {
				return step{status: 413}
			}
			return step{status: 204}
		}
	}
	for _, test := range []struct {
		reason string
		answer func(int, []string) step
		failed int
	}{
		{"single events", atMost(1), 0},
		{"ten events", atMost(10), 0},
		{"a tenth is bad", choosy(func(id string) bool { return strings.HasSuffix(id, "7") }), 100},
		{"half is bad", choosy(func(id string) bool { return strings.ContainsAny(id[len(id)-1:], "02468") }), 500},
		{"the first 30 are bad", choosy(func(id string) bool { return len(id) == 1 || len(id) == 2 && id < "30" }), 30},
	} {
		t.Run(test.reason, func(t *testing.T) {
			sender, got := batcher(t, test.answer)
			report, _ := sender.SendBatch(t.Context(), eventsOf(events))
			if n := len(report.Failed()); n != test.failed {
				t.Errorf("%d failed, want %d, after %d requests", n, test.failed, len(*got))
			}
		})
	}
}

func TestSendBatchMaxRefusals(t *testing.T) {
	refuses := func(int, []string) step { return step{status: 413} }
	for most, want := range map[int]int{-1: 1999, 1: 1, 2: 2, 10: 11, 100: 100} {
		sender, got := batcher(t, refuses)
		sender.MaxBatchRefusals = most
		_, _ = sender.SendBatch(t.Context(), eventsOf(1000))
		if len(*got) != want {
			t.Errorf("%d: %d requests, want %d", most, len(*got), want)
		}
	}
	// Events that are batches of their own are not parts of one.
	sender, got := batcher(t, refuses)
	sender.MaxBatchEvents, sender.MaxBatchRefusals = 1, 5
	_, _ = sender.SendBatch(t.Context(), eventsOf(20))
	if len(*got) != 20 {
		t.Errorf("%d requests", len(*got))
	}
}

// The waits of all batches of a call together are at most MaxTime.
func TestSendBatchWaitsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sender, got := batcher(t, func(int, []string) step { return step{status: 503} })
		sender.MaxBatchEvents, sender.Retry = 1, cehttp.Retry{NoJitter: true}
		begin := time.Now()
		report, _ := sender.SendBatch(t.Context(), eventsOf(1000))
		// Each batch has three attempts, and waits of 1 s and 2 s, until 5 min are over.
		if d := time.Since(begin); d > 5*time.Minute || d < 4*time.Minute || len(*got) != 1200 || len(report.Failed()) != 1000 {
			t.Errorf("%d requests in %v, %d failed", len(*got), d, len(report.Failed()))
		}
	})
}

// What a target asks for is not an order: a wait of more than an hour is not waited for, and
// is reported as a day at most.
func TestRetryAfterIsCapped(t *testing.T) {
	const year = 365 * 24 * time.Hour
	always := func(after string) []step {
		return []step{{status: 503, header: http.Header{"Retry-After": {after}}}}
	}
	for _, test := range []struct {
		reason   string
		steps    []step
		reported time.Duration
		requests int
	}{
		{"an hour", always("3600"), time.Hour, 3},
		{"a second more", always("3601"), time.Hour + time.Second, 1},
		{"a century", always("3155760000"), 24 * time.Hour, 1},
		{"no int64", always("99999999999999999999999"), 24 * time.Hour, 1},
		{"a date", always("Fri, 31 Dec 9999 23:59:59 GMT"), 24 * time.Hour, 1},
		{"an error of the transport", []step{{err: busyError(10 * year)}}, 24 * time.Hour, 1},
	} {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := minimal()
				sender, requests := steps(test.steps...)
				sender.Retry.MaxTime = -1
				ctx, cancel := context.WithTimeout(t.Context(), year)
				defer cancel()
				failed := sendError(t, sender.Send(ctx, &e))
				if failed.RetryAfter != test.reported || *requests != test.requests || !failed.Retryable() || errors.Is(failed, context.DeadlineExceeded) {
					t.Errorf("%v after %d requests, %+v", failed.RetryAfter, *requests, failed)
				}
			})
		})
	}
	t.Run("a result", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sender, got := batcher(t, func(int, []string) step {
				return jsonStep(t, 503, &cehttp.BatchAnswer{Results: []cehttp.Result{{Index: 0, Status: 503, Retryable: true, RetryAfter: 1 << 60}}})
			})
			sender.Retry.MaxTime = -1
			ctx, cancel := context.WithTimeout(t.Context(), year)
			defer cancel()
			report, _ := sender.SendBatch(ctx, eventsOf(1))
			if failed := sendError(t, report.Events[0].Err); failed.RetryAfter != 24*time.Hour || len(*got) != 1 {
				t.Errorf("%v after %d requests", failed.RetryAfter, len(*got))
			}
		})
	})
}

func TestRetryMaxRetryAfter(t *testing.T) {
	for most, requests := range map[time.Duration]int{-1: 2, 7 * time.Hour: 2, 7*time.Hour - 1: 1} {
		synctest.Test(t, func(t *testing.T) {
			sender, n := steps(step{status: 429, header: http.Header{"Retry-After": {"25200"}}}, step{status: 204})
			sender.Retry = cehttp.Retry{MaxRetryAfter: most, MaxTime: -1}
			e := minimal()
			if _ = sender.Send(t.Context(), &e); *n != requests {
				t.Errorf("%v: %d requests, want %d", most, *n, requests)
			}
		})
	}
}
