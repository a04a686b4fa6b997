package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// The time is that of a synctest bubble: waits are exact, and take no time.
func TestRetryWaits(t *testing.T) {
	const s = time.Second
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	after := func(text string) http.Header { return http.Header{"Retry-After": {text}} }
	always := func(h http.Header) []step { return []step{{status: 503, header: h}} }
	tests := []struct {
		reason   string
		retry    cehttp.Retry
		steps    func() []step
		requests int
		elapsed  time.Duration
	}{
		{"the default is three attempts", cehttp.Retry{NoJitter: true}, nil, 3, 3 * s},
		{"one attempt is no retry", cehttp.Retry{Attempts: 1}, nil, 1, 0},
		{"waits double", cehttp.Retry{Attempts: 5, NoJitter: true}, nil, 5, 15 * s},
		{"waits double up to the default limit", cehttp.Retry{Attempts: 8, NoJitter: true}, nil, 8, 91 * s},
		{"waits double up to MaxWait", cehttp.Retry{Attempts: 5, Wait: 4 * s, MaxWait: 5 * s, NoJitter: true}, nil, 5, 19 * s},
		{"a first wait over the default limit", cehttp.Retry{Wait: 60 * s, NoJitter: true}, nil, 3, 120 * s},
		{"no wait", cehttp.Retry{Attempts: 100, Wait: -1}, nil, 100, 0},
		{"MaxTime ends it", cehttp.Retry{Attempts: -1, MaxTime: 8 * s, NoJitter: true}, nil, 4, 7 * s},
		{"without a number of attempts, five minutes end it", cehttp.Retry{Attempts: -1, MaxWait: 60 * s, Wait: 60 * s, NoJitter: true}, nil, 6, 300 * s},
		{"no MaxTime", cehttp.Retry{Attempts: 4, MaxTime: -1, Wait: 600 * s, NoJitter: true}, nil, 4, 1800 * s},
		{"a wait that overflows is the limit", cehttp.Retry{Attempts: 80, MaxWait: 10 * s, MaxTime: -1, NoJitter: true}, nil, 80, 765 * s},
		{"Retry-After in seconds", cehttp.Retry{}, func() []step { return always(after("20")) }, 3, 40 * s},
		{"Retry-After with spaces", cehttp.Retry{}, func() []step { return always(after(" 20 ")) }, 3, 40 * s},
		{"Retry-After is the least", cehttp.Retry{Wait: 10 * s, NoJitter: true}, func() []step { return always(after("1")) }, 3, 30 * s},
		{"Retry-After as a date", cehttp.Retry{}, func() []step {
			return []step{{status: 429, header: after(date(20 * s))}, {status: 200}}
		}, 2, 20 * s},
		{"Retry-After as a date of another clock", cehttp.Retry{}, func() []step {
			return []step{{status: 429, header: http.Header{"Retry-After": {date(-3600*s + 20*s)}, "Date": {date(-3600 * s)}}}, {status: 200}}
		}, 2, 20 * s},
		{"Retry-After of yesterday", cehttp.Retry{NoJitter: true}, func() []step { return always(after(date(-24 * 3600 * s))) }, 3, 3 * s},
		{"Retry-After that is no number", cehttp.Retry{NoJitter: true}, func() []step { return always(after("soon")) }, 3, 3 * s},
		{"Retry-After below zero", cehttp.Retry{NoJitter: true}, func() []step { return always(after("-20")) }, 3, 3 * s},
		{"Retry-After with a fraction", cehttp.Retry{NoJitter: true}, func() []step { return always(after("1.5")) }, 3, 3 * s},
		{"Retry-After of three years", cehttp.Retry{}, func() []step { return always(after("99999999")) }, 1, 0},
		{"Retry-After that is no int64", cehttp.Retry{}, func() []step { return always(after("99999999999999999999999")) }, 1, 0},
		{"Retry-After that is no Duration", cehttp.Retry{MaxTime: time.Hour}, func() []step { return always(after("9223372036854775807")) }, 1, 0},
		{"Retry-After of the last attempt", cehttp.Retry{Attempts: 1}, func() []step { return always(after("20")) }, 1, 0},
		{"no answer at first", cehttp.Retry{NoJitter: true}, func() []step {
			return []step{{err: syscall.ECONNREFUSED}, {err: io.EOF}, {status: 204}}
		}, 3, 3 * s},
		{"an error with a wait", cehttp.Retry{NoJitter: true}, func() []step {
			return []step{{err: fmt.Errorf("wrapped: %w", busyError(20*s))}, {err: busyError(0)}, {status: 204}}
		}, 3, 22 * s},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list := []step{{status: 503}}
				if test.steps != nil {
					list = test.steps()
				}
				sender, requests := steps(list...)
				sender.Retry = test.retry
				begin, e := time.Now(), sample()
				err := sender.Send(t.Context(), &e)
				if last := list[len(list)-1]; last.status >= 300 {
					if failed := sendError(t, err); failed.Attempts != test.requests || !failed.Retryable() || failed.Status != last.status {
						t.Errorf("%+v", failed)
					}
				} else if err != nil {
					t.Error(err)
				}
				if *requests != test.requests {
					t.Errorf("%d requests, want %d", *requests, test.requests)
				}
				if d := time.Since(begin); d != test.elapsed {
					t.Errorf("it took %s, want %s", d, test.elapsed)
				}
			})
		})
	}
}

func TestRetryJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var total time.Duration
		seen := map[time.Duration]bool{}
		e := minimal()
		for range 1000 {
			sender, _ := steps(step{status: 500})
			sender.Retry.Attempts = 2
			begin := time.Now()
			_ = sender.Send(t.Context(), &e)
			d := time.Since(begin)
			if d < 0 || d >= time.Second {
				t.Fatalf("wait of %s", d)
			}
			total += d
			seen[d] = true
		}
		if mean := total / 1000; mean < 400*time.Millisecond || mean > 600*time.Millisecond || len(seen) < 900 {
			t.Errorf("mean %s, %d different waits", mean, len(seen))
		}
	})
}

// A call does not wait for an attempt that it cannot make.
func TestRetryContext(t *testing.T) {
	type test struct {
		reason   string
		step     step
		context  func(context.Context) (context.Context, context.CancelFunc)
		want     error
		requests int
		elapsed  time.Duration
	}
	deadline := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	canceled := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			stop := time.AfterFunc(d, func() { cancel(errors.New("own cause")) })
			return ctx, func() { stop.Stop(); cancel(nil) }
		}
	}
	busy := step{status: 503, header: http.Header{"Retry-After": {"20"}}}
	tests := []test{
		{"the wait would end after the deadline", busy, deadline(10 * time.Second), context.DeadlineExceeded, 1, 0},
		{"the wait would end at the deadline", busy, deadline(20 * time.Second), context.DeadlineExceeded, 1, 0},
		{"the second wait would end after the deadline", busy, deadline(25 * time.Second), context.DeadlineExceeded, 2, 20 * time.Second},
		{"canceled while waiting", busy, canceled(5 * time.Second), context.Canceled, 1, 5 * time.Second},
		{"canceled before", busy, canceled(0), context.Canceled, 0, 0},
		{"no answer, and no time", step{err: syscall.ECONNREFUSED}, deadline(time.Second), context.DeadlineExceeded, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sender, requests := steps(test.step)
				sender.Retry.NoJitter = true
				ctx, cancel := test.context(t.Context())
				defer cancel()
				synctest.Wait()
				begin, e := time.Now(), minimal()
				err := sender.Send(ctx, &e)
				failed := sendError(t, err)
				if !errors.Is(err, test.want) || failed.Status != test.step.status && test.requests > 0 || !failed.Retryable() {
					t.Errorf("%+v", failed)
				}
				if test.step.err != nil && !errors.Is(err, test.step.err) {
					t.Errorf("error %v does not say what happened", err)
				}
				if *requests != test.requests || failed.Attempts != test.requests {
					t.Errorf("%d requests, %d attempts, want %d", *requests, failed.Attempts, test.requests)
				}
				if d := time.Since(begin); d != test.elapsed {
					t.Errorf("it took %s, want %s", d, test.elapsed)
				}
			})
		})
	}
}

// Each status is sent again or not, unless the body says otherwise.
func TestRetryStatus(t *testing.T) {
	again := map[int]bool{408: true, 425: true, 429: true}
	for status := 500; status < 600; status++ {
		again[status] = status != 501 && status != 505
	}
	yes, no := true, false
	bodies := []struct {
		body      string
		retryable *bool
	}{
		{"", nil},
		{`{"retryable":true}`, &yes},
		{`{"retryable":false,"error":"no"}`, &no},
		{`{"retryable":true,"error":{"of":"another kind"}}`, &yes},
		{`{"retryable":"yes"}`, nil},
		{`{"retryable":true`, nil},
		{`["retryable"]`, nil},
		{`<html>`, nil},
	}
	e := minimal()
	for status := 200; status < 1000; status++ {
		for _, b := range bodies {
			sender, requests := steps(step{status: status, body: b.body, header: http.Header{"Location": {"http://other.example/"}}})
			sender.Retry = cehttp.Retry{Attempts: 2, Wait: -1}
			err := sender.Send(t.Context(), &e)
			if status < 300 {
				if err != nil || *requests != 1 {
					t.Errorf("%d: %v after %d requests", status, err, *requests)
				}
				continue
			}
			want := again[status]
			if b.retryable != nil && status >= 400 && status != 410 {
				want = *b.retryable
			}
			failed := sendError(t, err)
			if failed.Status != status || failed.Retryable() != want || (*requests == 2) != want {
				t.Errorf("%d %s: %d requests, want a retry: %t; %v", status, b.body, *requests, want, err)
			}
			if errors.Is(err, cehttp.ErrGone) != (status == 410) || errors.Is(err, cehttp.ErrRedirect) != (status < 400) {
				t.Errorf("%d: %v", status, err)
			}
			if string(failed.Body) != b.body {
				t.Errorf("%d: body %q, want %q", status, failed.Body, b.body)
			}
		}
	}
}

// busyError is an error of a transport that asks to wait.
type busyError time.Duration

func (busyError) Error() string            { return "busy" }
func (e busyError) RetryIn() time.Duration { return time.Duration(e) }

// ownError is an error of a transport that may be retryable.
type ownError bool

func (e ownError) Error() string   { return "own error " + strconv.FormatBool(bool(e)) }
func (e ownError) Retryable() bool { return bool(e) }

// Errors of a transport are retried, unless they say otherwise.
func TestRetryNoAnswer(t *testing.T) {
	tests := []struct {
		err   error
		again bool
	}{
		{syscall.ECONNREFUSED, true},
		{syscall.ECONNRESET, true},
		{io.ErrUnexpectedEOF, true},
		{errors.New("anything"), true},
		{ownError(true), true},
		{ownError(false), false},
		{cehttp.ErrGone, false},
	}
	e := minimal()
	for _, test := range tests {
		sender, requests := steps(step{err: test.err})
		sender.Retry = cehttp.Retry{Attempts: 2, Wait: -1}
		err := sender.Send(t.Context(), &e)
		failed := sendError(t, err)
		if !errors.Is(err, test.err) || failed.Status != 0 || failed.Retryable() != test.again || (*requests == 2) != test.again {
			t.Errorf("%v: %d requests, %+v", test.err, *requests, failed)
		}
	}
}
