package cehttp_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// filled returns about n bytes: repetitions of text between before and after.
func filled(n int, before, text, after string) string {
	return before + strings.TrimSuffix(strings.Repeat(text, n/len(text)), ",") + after
}

// hostileAnswers are JSON documents of about n bytes that cost much if everything in them is
// decoded.
func hostileAnswers(n int) map[string]string {
	return map[string]string{
		"results that say nothing":     filled(n, `{"results":[`, `{},`, `]}`),
		"results of one event":         filled(n, `{"results":[`, `{"index":0,"status":503,"retryable":true},`, `]}`),
		"results with texts":           filled(n, `{"results":[`, `{"index":1,"status":422,"error":"x","error_type":"y"},`, `]}`),
		"numbers for results":          filled(n, `{"results":[`, `0,`, `]}`),
		"lists of results":             filled(n, `{`, `"results":[{"index":0,"status":422}],`, `}`),
		"violations":                   filled(n, `{"error_type":"x","retryable":false,"violations":[`, `{},`, `]}`),
		"violations with texts":        filled(n, `{"error_type":"x","retryable":false,"violations":[`, `{"error":"x","offset":1},`, `]}`),
		"lists of violations":          filled(n, `{"error_type":"x","retryable":false,`, `"violations":[{"error":"x"}],`, `}`),
		"a message":                    filled(n, `{"error_type":"x","retryable":false,"error":"`, `x`, `"}`),
		"a message of escapes":         filled(n, `{"error_type":"x","retryable":false,"error":"`, `\u0061`, `"}`),
		"messages":                     filled(n, `{"error_type":"x","retryable":false,`, `"error":"x",`, `}`),
		"a message of a result":        filled(n, `{"results":[{"index":0,"status":422,"error":"`, `x`, `"}]}`),
		"an id of a result":            filled(n, `{"results":[{"index":0,"status":202,"id":"`, `x`, `"}]}`),
		"a type of a violation":        filled(n, `{"error_type":"x","retryable":false,"violations":[{"attribute":"`, `x`, `"}]}`),
		"members":                      filled(n, `{"error_type":"x","retryable":false,`, `"a":0,`, `}`),
		"names of escapes":             filled(n, `{"error_type":"x","retryable":false,`, `"\u0061":0,`, `}`),
		"a name":                       filled(n, `{"error_type":"x","retryable":false,"`, `a`, `":0}`),
		"members of a result":          filled(n, `{"results":[{"index":0,"status":422,`, `"a":0,`, `}]}`),
		"members of results, repeated": filled(n, `{"results":[{`, `"index":0,`, `}]}`),
		"an index":                     filled(n, `{"results":[{"status":422,"index":`, `9`, `}]}`),
		"an offset":                    filled(n, `{"error_type":"x","retryable":false,"offset":`, `9`, `}`),
		"levels":                       filled(n, `{"error_type":"x","retryable":false,"a":`, `[`, ``),
		"white space":                  filled(n, `{"error_type":"x","retryable":false}`, ` `, ``),
	}
}

// live returns the bytes that are in use when f has run, and what f has returned is kept.
func live(f func() any) (kept any, bytes int64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	kept = f()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return kept, int64(after.HeapAlloc) - int64(before.HeapAlloc)
}

// What reading an answer to two events costs, and what the error keeps, depends on what was
// asked, and not on how much was answered.
func TestSendBatchAnswerIsBounded(t *testing.T) {
	alloctest.SkipWithRace(t)
	const (
		size      = 4 << 20
		mostBytes = 1 << 20   // that are allocated
		mostKept  = 512 << 10 // by report and error
	)
	es := eventsOf(2)
	for reason, body := range hostileAnswers(size) {
		for _, status := range []int{200, 400} {
			t.Run(fmt.Sprint(reason, ", ", status), func(t *testing.T) {
				sender, _ := steps(step{status: status, body: body, header: typed("application/json")})
				sender.Retry.Attempts = 1
				var report cehttp.BatchReport
				var err error
				_, _ = sender.SendBatch(t.Context(), es[:1]) // to warm up
				var kept int64
				allocated := alloctest.Bytes(func() {
					var all any
					all, kept = live(func() any {
						report, err = sender.SendBatch(t.Context(), es)
						return report
					})
					runtime.KeepAlive(all)
				})
				if allocated > mostBytes || kept > mostKept {
					t.Errorf("%d bytes allocated, %d kept", allocated, kept)
				}
				if failed := new(cehttp.SendError); errors.As(err, &failed) && failed.Problem != nil && len(failed.Problem.Violations) > 32 {
					t.Errorf("%d violations", len(failed.Problem.Violations))
				}
				runtime.KeepAlive(report)
			})
		}
	}
}

// The same for the error of one event, of whose answer 64 KiB are read.
func TestSendErrorProblemIsBounded(t *testing.T) {
	alloctest.SkipWithRace(t)
	const mostBytes, mostKept = 512 << 10, 256 << 10
	e := minimal()
	for reason, body := range hostileAnswers(60 << 10) {
		t.Run(reason, func(t *testing.T) {
			sender, _ := steps(step{status: 400, body: body, header: typed("application/json")})
			_ = sender.Send(t.Context(), &e)
			var kept int64
			allocated := alloctest.Bytes(func() {
				var all any
				all, kept = live(func() any { return sender.Send(t.Context(), &e) })
				runtime.KeepAlive(all)
			})
			if allocated > mostBytes || kept > mostKept {
				t.Errorf("%d bytes allocated, %d kept", allocated, kept)
			}
		})
	}
}

// The error about each event of a large batch does not have a copy of the answer.
func TestSendBatchErrorsShareTheAnswer(t *testing.T) {
	const events = 1000
	body := filled(64<<10, `{"results":[{"index":0,"status":204}],"a":"`, `x`, `"}`)
	sender, _ := steps(step{status: 400, body: body, header: typed("application/json")})
	es := eventsOf(events)
	report, kept := live(func() any {
		report, _ := sender.SendBatch(t.Context(), es)
		return report
	})
	if kept > 2<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if n := len(report.(cehttp.BatchReport).Events); n != events {
		t.Errorf("%d events", n)
	}
}

// MaxResponseBytes counts what comes out of gzip.
func TestSenderGzipBomb(t *testing.T) {
	alloctest.SkipWithRace(t)
	bomb := func(before, text, after string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = io.WriteString(w, before)
		chunk := strings.Repeat(text, 1<<20/len(text))
		for range 256 {
			_, _ = io.WriteString(w, chunk)
		}
		_, _ = io.WriteString(w, after)
		_ = w.Close()
		return b.Bytes()
	}
	results := bomb(`{"results":[`, `{"index":0},`, `0]}`)
	reply := bomb(`{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"`, "x", `"}`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, contentType := reply, structuredType
		if r.URL.Path == "/batch" {
			body, contentType = results, "application/json"
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(body)
	}))
	defer s.Close()
	e := minimal()
	for path, call := range map[string]func(*cehttp.Sender) error{
		"/batch": func(s *cehttp.Sender) error {
			_, err := s.SendBatch(t.Context(), []cloudevents.Event{e, e})
			return err
		},
		"/request": func(s *cehttp.Sender) error {
			_, err := s.Request(t.Context(), &e)
			return err
		},
	} {
		sender := hushed(cehttp.Sender{Target: s.URL + path, Client: s.Client(), MaxResponseBytes: 1 << 20})
		var err error
		if n := alloctest.Bytes(func() { err = call(sender) }); n > 12<<20 {
			t.Errorf("%s: %d bytes allocated", path, n)
		}
		var large *http.MaxBytesError
		if failed := sendError(t, err); !errors.As(err, &large) || large.Limit != 1<<20 || failed.Attempts != 1 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The text of a transport's error may be a header of the server's. A long one is not kept.
func TestSendErrorKeepsNoLongText(t *testing.T) {
	e := minimal()
	err, kept := live(func() any {
		sender, _ := steps(step{err: fmt.Errorf("malformed: %w", errors.New(strings.Repeat("x", 8<<20)))})
		sender.Retry.Attempts = 1
		return sender.Send(t.Context(), &e)
	})
	if kept > 1<<20 {
		t.Errorf("%d bytes are kept", kept)
	}
	if len(err.(error).Error()) > 2<<10 {
		t.Error("the text is not cut")
	}
}

// A body is a Problem if it has a type or says whether to retry, and no member of another
// type.
func TestSendErrorProblem(t *testing.T) {
	seven := 7
	long := strings.Repeat("x", 2000)
	tests := []struct {
		reason, body string
		want         *cehttp.Problem
	}{
		{"a problem", `{"error":"m","error_type":"x","retryable":false,"attribute":"a","section":"s","offset":7,"index":7}`,
			&cehttp.Problem{Message: "m", Type: "x", Attribute: "a", Section: "s", Offset: &seven, Index: &seven}},
		{"nothing but a type", `{"error_type":"x"}`, &cehttp.Problem{Type: "x"}},
		{"nothing but a flag", ` {"retryable":false}`, &cehttp.Problem{}},
		{"neither type nor flag", `{"error":"m"}`, nil},
		{"an empty type", `{"error":"m","error_type":""}`, nil},
		{"a flag of another type", `{"error":"m","retryable":"no"}`, nil},
		{"a message of another type", `{"error":{},"error_type":"x"}`, nil},
		{"an offset of another type", `{"error_type":"x","offset":"1"}`, nil},
		{"an offset with a fraction", `{"error_type":"x","offset":1.5}`, nil},
		{"nulls", `{"error_type":"x","error":null,"retryable":null,"offset":null,"index":null,"violations":null}`, &cehttp.Problem{Type: "x"}},
		{"violations", `{"error_type":"x","violations":[{"error":"m","attribute":"a","section":"s","offset":7,"z":1},{}]}`,
			&cehttp.Problem{Type: "x", Violations: []cehttp.Violation{{Message: "m", Attribute: "a", Section: "s", Offset: &seven}, {}}}},
		{"violations of another type", `{"error_type":"x","violations":{}}`, nil},
		{"a violation of another type", `{"error_type":"x","violations":[1]}`, nil},
		{"a violation that is null", `{"error_type":"x","violations":[null]}`, &cehttp.Problem{Type: "x", Violations: []cehttp.Violation{{}}}},
		{"a long message", `{"error_type":"x","error":"` + long + `"}`, &cehttp.Problem{Type: "x", Message: long[:1021] + "…"}},
		{"the first of two types", `{"error_type":"x","error_type":"y"}`, &cehttp.Problem{Type: "x"}},
		{"results beside it", `{"error_type":"x","results":[{"index":0,"error":7}]}`, &cehttp.Problem{Type: "x"}},
		{"a list", `[{"error_type":"x"}]`, nil},
		{"malformed", `{"error_type":"x"`, nil},
		{"more behind it", `{"error_type":"x"}{}`, nil},
	}
	e := minimal()
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			sender, _ := steps(step{status: 400, body: test.body})
			if diff := cmp.Diff(sendError(t, sender.Send(t.Context(), &e)).Problem, test.want); diff != "" {
				t.Error(diff)
			}
			_, err := sender.SendBatch(t.Context(), oneOf(e))
			if problem := sendError(t, err).Problem; (problem == nil) != (test.want == nil) && !strings.Contains(test.body, "results") {
				t.Errorf("of a batch: %+v", problem)
			}
		})
	}
	sender, _ := steps(step{status: 302, body: `{"error_type":"x","retryable":true}`}, step{status: 302})
	if failed := sendError(t, sender.Send(t.Context(), &e)); failed.Problem != nil || failed.Retryable() || failed.Attempts != 1 {
		t.Errorf("%+v", failed)
	}
}

// Of an error, the first 32 violations are kept, as a Receiver writes them.
func TestSendErrorViolations(t *testing.T) {
	e := minimal()
	for n, want := range map[int]int{31: 31, 32: 32, 33: 32} {
		sender, _ := steps(step{status: 400, body: `{"error_type":"x","violations":[` + strings.TrimSuffix(strings.Repeat(`{"error":"m"},`, n), ",") + `]}`})
		if got := len(sendError(t, sender.Send(t.Context(), &e)).Problem.Violations); got != want {
			t.Errorf("%d of %d", got, n)
		}
	}
}

// A result that is no success has what it says in its error, each text cut.
func TestSendBatchResultError(t *testing.T) {
	long := strings.Repeat("x", 2000)
	sender, _ := steps(step{status: 207, header: typed("application/json"), body: `{"results":[
		{"index":0,"status":422,"error":"` + long + `","error_type":"t","attribute":"a","section":"s","retry_after":3,"retryable":false},
		{"index":1,"status":202,"id":"work"},
		{"index":2,"status":200,"reply":` + minimalJSON + `}]}`})
	report, _ := sender.SendBatch(t.Context(), eventsOf(3))
	failed := sendError(t, report.Events[0].Err)
	want := &cehttp.Problem{Message: long[:1021] + "…", Type: "t", Attribute: "a", Section: "s"}
	if diff := cmp.Diff(failed.Problem, want); diff != "" || failed.Status != 422 || failed.RetryAfter != 3*time.Second || failed.Retryable() {
		t.Errorf("%+v\n%s", failed, diff)
	}
	if r := report.Events[1]; r.ID != "work" || r.Status != 202 || r.Err != nil {
		t.Errorf("%+v", r)
	}
	if r := report.Events[2]; r.Reply == nil || r.Reply.ID != minimal().ID || r.Err != nil {
		t.Errorf("%+v", r)
	}
}
