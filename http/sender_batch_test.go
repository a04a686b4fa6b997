package cehttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// eventsOf returns n events with the IDs 0 to n-1.
func eventsOf(n int) []cloudevents.Event {
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = minimal()
		es[i].ID = fmt.Sprint(i)
	}
	return es
}

// batcher returns a sender to a receiver that records the IDs of each batch.
func batcher(t *testing.T, answer func(request int, ids []string) step) (*cehttp.Sender, *[]string) {
	t.Helper()
	var got []string
	return hushed(cehttp.Sender{
		Target: "http://example.com/in", Retry: cehttp.Retry{Wait: -1},
		Client: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			es, err := cehttp.ToCloudEventBatch(r, nil)
			if err != nil {
				t.Errorf("batch: %v", err)
			}
			var ids []string
			for i := range es {
				ids = append(ids, es[i].ID)
			}
			got = append(got, strings.Join(ids, " "))
			return answer(len(got), ids).response()
		})},
	}), &got
}

func jsonStep(t *testing.T, status int, v any) step {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return step{status: status, body: string(b), header: typed("application/json")}
}

// Each case fixes the batches that are sent, and the events that are reported as failed.
func TestSendBatch(t *testing.T) {
	status := func(status int) func(int, []string) step {
		return func(int, []string) step { return step{status: status} }
	}
	// results returns the response of a Receiver.
	results := func(retry, refuse string) func(int, []string) step {
		return func(request int, ids []string) step {
			a, code := cehttp.BatchAnswer{}, 200
			for i, id := range ids {
				r := cehttp.Result{Index: i, Status: 204}
				if strings.Contains(retry, id) && request < 3 {
					r, code = cehttp.Result{Index: i, Status: 503, Retryable: true, Type: "busy"}, 503
				}
				if strings.Contains(refuse, id) {
					r, code = cehttp.Result{Index: i, Status: 422, Type: "no"}, 503
				}
				a.Results = append(a.Results, r)
			}
			return jsonStep(t, code, &a)
		}
	}
	// choosy refuses a batch because of the first event that is in bad.
	choosy := func(bad string) func(int, []string) step {
		return func(_ int, ids []string) step {
			for i, id := range ids {
				if strings.Contains(" "+bad+" ", " "+id+" ") {
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
	fixed := func(body string, codes ...int) func(int, []string) step {
		return func(request int, _ []string) step {
			return step{status: codes[min(request, len(codes))-1], body: body, header: typed("application/json")}
		}
	}
	tests := []struct {
		reason string
		events int
		answer func(int, []string) step
		tune   func(*cehttp.Sender)
		sent   string // batches
		failed []int
	}{
		{"none", 0, status(204), nil, "", nil},
		{"one", 1, status(204), nil, "0", nil},
		{"some", 3, status(202), nil, "0 1 2", nil},
		{"by count", 5, status(204), func(s *cehttp.Sender) { s.MaxBatchEvents = 2 }, "0 1|2 3|4", nil},
		{"by bytes", 3, status(204), func(s *cehttp.Sender) { s.MaxBatchBytes = 2 * len("["+minimalJSON+"]") }, "0 1|2", nil},
		{"larger than the limit", 2, status(204), func(s *cehttp.Sender) { s.MaxBatchBytes = 1 }, "0|1", nil},
		{"no limits", 1200, status(204), func(s *cehttp.Sender) { s.MaxBatchEvents, s.MaxBatchBytes = -1, -1 }, strings.Trim(fmt.Sprint(ids(1200)), "[]"), nil},
		{"retried as a whole", 2, fixed("", 503, 500, 204), nil, "0 1|0 1|0 1", nil},
		{"refused as a whole", 2, status(400), nil, "0 1", []int{0, 1}},
		{"only the retryable are sent again", 4, results("1 3", ""), nil, "0 1 2 3|1 3|1 3", nil},
		{"a refused one is not sent again", 4, results("1 3", "2"), nil, "0 1 2 3|1 3|1 3", []int{2}},
		{"all of the results are final", 2, results("", "0"), nil, "0 1", []int{0}},
		{"attempts end", 3, results("1", ""), func(s *cehttp.Sender) { s.Retry.Attempts = 2 }, "0 1 2|1", []int{1}},
		{"one event spoils the batch", 4, choosy("2"), nil, "0 1 2 3|0 1 3", []int{2}},
		{"three events spoil the batch", 5, choosy("0 2 4"), nil, "0 1 2 3 4|1 2 3 4|1 3 4|1 3", []int{0, 2, 4}},
		{"many events spoil the batch", 6, choosy("0 1 2 3 4"), nil, "0 1 2 3 4 5|1 2 3 4 5|2 3 4 5|3 4 5|4|5", []int{0, 1, 2, 3, 4}},
		{"too large for the receiver", 5, atMost(2), nil, "0 1 2 3 4|0 1|2 3 4|2|3 4", nil},
		{"too large alone", 2, atMost(0), nil, "0 1|0|1", []int{0, 1}},
		{"gone", 4, status(410), func(s *cehttp.Sender) { s.MaxBatchEvents = 2 }, "0 1", []int{0, 1, 2, 3}},
		{"denied", 4, status(401), func(s *cehttp.Sender) { s.MaxBatchEvents = 2 }, "0 1", []int{0, 1, 2, 3}},
		{"redirected", 4, status(308), func(s *cehttp.Sender) { s.MaxBatchEvents = 2 }, "0 1", []int{0, 1, 2, 3}},
		{"the next batch may be accepted", 4, fixed("", 400, 204), func(s *cehttp.Sender) { s.MaxBatchEvents = 2 }, "0 1|2 3", []int{0, 1}},
		{"results without a status", 3, fixed(`{"results":[{"index":1,"error":"x"}]}`, 207), nil, "0 1 2", []int{1}},
		{"results that say nothing of one", 2, fixed(`{"results":[{"index":0,"status":204}]}`, 503, 204), nil, "0 1|1", nil},
		{"an event that the results of a 400 do not mention", 2, fixed(`{"results":[{"index":0,"status":204}]}`, 400), nil, "0 1", []int{1}},
		{"a result with nothing but a type", 2, fixed(`{"results":[{"index":1,"error_type":"x"}]}`, 207), nil, "0 1", []int{1}},
		{"a result with nothing but a flag", 2, fixed(`{"results":[{"index":1,"retryable":true}]}`, 207, 204), nil, "0 1|1", nil},
		{"a result with nothing but its index", 2, fixed(`{"results":[{"index":1}]}`, 207), nil, "0 1", nil},
		{"a result with nothing but its index in a 400", 2, fixed(`{"results":[{"index":1}]}`, 400), nil, "0 1", []int{0, 1}},
		{"a result 199", 1, fixed(`{"results":[{"index":0,"status":199}]}`, 200), nil, "0", []int{0}},
		{"a result 300", 1, fixed(`{"results":[{"index":0,"status":300}]}`, 200), nil, "0", []int{0}},
		{"more results than events", 2, fixed(`{"results":[{"index":0,"status":204},{"index":0,"status":204},{"index":1,"status":422}]}`, 200), nil, "0 1", nil},
		{"results twice", 2, fixed(`{"results":[{"index":0,"status":422}],"results":[{"index":1,"status":422}]}`, 200), nil, "0 1", []int{0}},
		{"results behind a problem", 2, fixed(`{"error_type":"x","index":0,"results":[{"index":0,"status":204}]}`, 400), nil, "0 1", []int{1}},
		{"results that break off", 2, fixed(`{"results":[{"index":0,"status":422}]`, 200), nil, "0 1", nil},
		{"results and more", 2, fixed(`{"results":[{"index":0,"status":422}]} x`, 200), nil, "0 1", nil},
		{"an index beyond the batch", 2, fixed(`{"error_type":"x","index":99999999999999999999}`, 400), nil, "0 1", []int{0, 1}},
		{"a problem about one event of one", 1, fixed(`{"error_type":"x","index":0}`, 400), nil, "0", []int{0}},
		{"a retryable problem about one event", 2, fixed(`{"error_type":"x","index":0,"retryable":true}`, 400, 204), nil, "0 1|0 1", nil},
		{"results of others", 2, fixed(`{"results":[{"index":-1,"status":204},{"index":2,"status":204}]}`, 400), nil, "0 1", []int{0, 1}},
		{"two results for one", 2, fixed(`{"results":[{"index":0,"status":422},{"index":0,"status":204}]}`, 200), nil, "0 1", []int{0}},
		{"a result with a member of another type", 2, fixed(`{"results":[{"index":0,"status":503,"retryable":true,"retry_after":1.5},{"index":1,"status":204}]}`, 200), nil, "0 1|0|0", []int{0}},
		{"a result without an index", 2, fixed(`{"results":[{"status":422},{"index":1,"status":422}]}`, 200), nil, "0 1", []int{1}},
		{"indexes that are none", 2, fixed(`{"results":[{"index":"0","status":422},{"index":99999999999999999999,"status":422},null]}`, 200), nil, "0 1", nil},
		{"results that are none", 2, fixed(`{"results":7}`, 200), nil, "0 1", nil},
		{"an index that is none", 2, fixed(`{"error_type":"x","index":2}`, 400), nil, "0 1", []int{0, 1}},
		{"an index below zero", 2, fixed(`{"error_type":"x","index":-1}`, 400), nil, "0 1", []int{0, 1}},
		{"a reply that is no event", 2, fixed(`{"results":[{"index":0,"status":200,"reply":{}},{"index":1,"status":200,"reply":null}]}`, 200), nil, "0 1", []int{0}},
		{"a result 410", 2, fixed(`{"results":[{"index":0,"status":410,"retryable":true},{"index":1,"status":204}]}`, 503), nil, "0 1", []int{0}},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			sender, got := batcher(t, test.answer)
			if test.tune != nil {
				test.tune(sender)
			}
			report, err := sender.SendBatch(t.Context(), eventsOf(test.events))
			if sent := strings.Join(*got, "|"); sent != test.sent {
				t.Errorf("sent %s, want %s", sent, test.sent)
			}
			if !slices.Equal(report.Failed(), test.failed) || report.Requests != len(*got) || len(report.Events) != test.events {
				t.Errorf("failed %v after %d requests, want %v", report.Failed(), report.Requests, test.failed)
			}
			if (err == nil) != (len(test.failed) == 0) {
				t.Errorf("error is %v", err)
			}
			for i, r := range report.Events {
				if r.Err == nil && r.Status/100 != 2 || r.Err != nil && sendError(t, r.Err).Status == 0 {
					t.Errorf("event %d: %+v", i, r)
				}
			}
		})
	}
}

func ids(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// Invalid events are left out, and the error has the index of each.
func TestSendBatchInvalid(t *testing.T) {
	sender, got := batcher(t, func(int, []string) step { return step{status: 204} })
	es := eventsOf(5)
	es[1].Source, es[3].Type = "", "a\x00b"
	report, err := sender.SendBatch(t.Context(), es)
	wantError(t, err, validation.ErrMissing)
	wantError(t, err, validation.ErrCharacter)
	var batch *cloudevents.BatchError
	if !errors.As(err, &batch) || batch.Index != 1 {
		t.Errorf("error is %v", err)
	}
	if strings.Join(*got, "|") != "0 2 4" || !slices.Equal(report.Failed(), []int{1, 3}) {
		t.Errorf("sent %v, failed %v", *got, report.Failed())
	}
}

// single is a format that encodes batches of one event, except the event 1.
type single struct{ format.JSON }

var errSingle = errors.New("one at a time")

func (f single) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	if len(es) > 1 || es[0].ID == "1" {
		return nil, errSingle
	}
	return f.JSON.EncodeBatchModeMessage(dst, es)
}

// Errors of a format are returned with the right index.
func TestSendBatchFormat(t *testing.T) {
	sender, got := batcher(t, func(int, []string) step { return step{status: 204} })
	sender.Format, sender.MaxBatchEvents = single{}, 1
	report, err := sender.SendBatch(t.Context(), eventsOf(3))
	wantError(t, err, errSingle)
	if strings.Join(*got, "|") != "0|2" || !slices.Equal(report.Failed(), []int{1}) {
		t.Errorf("sent %v, failed %v", *got, report.Failed())
	}
	sender.MaxBatchEvents = 2
	report, err = sender.SendBatch(t.Context(), eventsOf(3))
	wantError(t, err, errSingle)
	if len(*got) != 2 || !slices.Equal(report.Failed(), []int{0, 1, 2}) {
		t.Errorf("sent %v, failed %v", *got, report.Failed())
	}
}

// The wait is the longest one of the retryable results.
func TestSendBatchRetryAfter(t *testing.T) {
	busy := func(request int, ids []string) step {
		if request == 3 {
			return step{status: 204}
		}
		return jsonStep(t, 503, &cehttp.BatchAnswer{Results: []cehttp.Result{
			{Index: 0, Status: 503, Retryable: true, RetryAfter: 7}, {Index: 1, Status: 422, RetryAfter: 99},
		}})
	}
	synctest.Test(t, func(t *testing.T) {
		sender, got := batcher(t, busy)
		begin := time.Now()
		report, _ := sender.SendBatch(t.Context(), eventsOf(2))
		if d := time.Since(begin); d != 14*time.Second || strings.Join(*got, "|") != "0 1|0|0" || !slices.Equal(report.Failed(), []int{1}) {
			t.Errorf("it took %s to send %v; failed %v", d, *got, report.Failed())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		sender, got := batcher(t, busy)
		sender.MaxBatchEvents = 2
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin := time.Now()
		report, err := sender.SendBatch(ctx, eventsOf(6))
		wantError(t, err, context.DeadlineExceeded)
		if time.Since(begin) != 0 || len(*got) != 1 || len(report.Failed()) != 6 {
			t.Errorf("sent %v in %s, failed %v", *got, time.Since(begin), report.Failed())
		}
		own := sendError(t, report.Events[0].Err)
		if own.Status != 503 || own.RetryAfter != 7*time.Second || !errors.Is(own, context.DeadlineExceeded) {
			t.Errorf("%+v", own)
		}
	})
}
