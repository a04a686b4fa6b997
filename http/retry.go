package cehttp

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// Retry says how often a [Sender] sends a message, and how long it waits in between. The
// zero value is three attempts, with waits of up to 1 s and 2 s. Retry{Attempts: 1} is a
// single attempt.
//
// The wait before the second attempt is a random part of Wait. The longest wait doubles
// with each attempt, up to MaxWait. If the target asks for a longer wait by Retry-After,
// that is the wait, up to MaxRetryAfter. A call ends at once if the next attempt would be
// later than MaxTime or the deadline of the context.
type Retry struct {
	// Attempts limits the number of attempts. 0 is 3, -1 is no limit.
	Attempts int

	// Wait is the longest first wait. 0 is 1 s, -1 is none: every retry is made at once.
	Wait time.Duration

	// MaxWait is the longest wait, except for Retry-After. 0 is 30 s, or Wait if that is
	// longer.
	MaxWait time.Duration

	// MaxRetryAfter is the longest wait that a target may ask for. A call whose target asks
	// for a longer one ends at once. 0 is 1 h, -1 is no limit.
	MaxRetryAfter time.Duration

	// MaxTime limits the time from the first attempt to the beginning of the last. In
	// SendBatch it limits that of each batch, and the waits of all batches together. 0 is
	// 5 min, -1 is no limit.
	MaxTime time.Duration

	// Statuses says which statuses of a 4xx or 5xx response are sent again (true) and which
	// are not, where that differs from the table of [Sender]. The data plane contract of
	// Knative asks for {404: true, 409: true}. 410 is never sent again. The member
	// "retryable" of a response overrides Statuses.
	Statuses map[int]bool

	// NoJitter makes each wait the longest one instead of a random part of it.
	NoJitter bool
}

const (
	defaultAttempts = 3
	defaultWait     = time.Second
	defaultMaxWait  = 30 * time.Second
	defaultMaxTime  = 5 * time.Minute

	defaultMaxRetryAfter = time.Hour

	// The longest wait that an error reports, whatever a target asks for.
	reportedRetryAfter = 24 * time.Hour
)

// judge decides whether the message is sent again after a response.
func (d *delivery) judge(a *attempt) {
	if a.status < 400 {
		a.said.problem = nil
		// The reply or the results are not known, or the target has not got the event.
		a.retryable = a.status/100 == 2 && (errtree.Wraps[*body.Error](a.err) || a.err == errEarly)
		return
	}
	a.retryable = a.status < 600 && answer.Repeated(a.status)
	if a.status == http.StatusGone {
		return
	}
	if again, ok := d.sender.Retry.Statuses[a.status]; ok && a.status < 600 {
		a.retryable = again
	}
	if said := a.said.retryable; said != nil {
		a.retryable = *said
	}
}

// passes decides whether the message is sent again after an error of the transport.
func passes(err error) bool { return !errors.Is(err, ErrGone) && answer.MayPass(err) }

// waitOf returns the wait that an error of the transport asks for.
func waitOf(err error) time.Duration {
	var own interface{ RetryIn() time.Duration }
	if errors.As(err, &own) {
		return capped(own.RetryIn())
	}
	return 0
}

// capped returns the part of a wait that a target asks for that is reported.
func capped(wait time.Duration) time.Duration { return min(wait, reportedRetryAfter) }

// waitForNext waits until the next attempt. If there is none, a.err says why.
func (d *delivery) waitForNext(ctx context.Context, a *attempt) bool {
	wait, ok := time.Duration(0), false
	if a.retryable && !a.endedBy(ctx) {
		wait, ok = d.sender.Retry.next(d.attempts, max(time.Since(d.begin), d.waited), a.retryAfter)
		if deadline, has := ctx.Deadline(); ok && has && wait >= time.Until(deadline) {
			a.err, ok = withEarlier(errTooLate, a.err), false
		}
	}
	if !ok {
		d.observe(ctx, a, 0)
		return false
	}
	d.observe(ctx, a, wait)
	d.logRetry(ctx, a, wait)
	if wait > 0 {
		pause.For(ctx, nil, wait)
		d.waited += wait
	}
	return !a.endedBy(ctx)
}

// next returns the wait before the next attempt, after so many attempts in the elapsed
// time. It is at least least. ok is false if there is no other attempt.
func (r *Retry) next(attempts int, elapsed, least time.Duration) (wait time.Duration, ok bool) {
	if attempts >= limit.Of(r.Attempts, defaultAttempts) || least > limit.Of(r.MaxRetryAfter, defaultMaxRetryAfter) {
		return 0, false
	}
	wait = r.backoff(attempts)
	if wait > 0 && !r.NoJitter {
		wait = rand.N(wait)
	}
	wait = max(wait, least)
	return wait, wait <= limit.Of(r.MaxTime, defaultMaxTime)-elapsed
}

// backoff returns the longest wait after so many attempts.
func (r *Retry) backoff(attempts int) time.Duration {
	wait, limit := r.Wait, r.MaxWait
	if wait == 0 {
		wait = defaultWait
	}
	if wait < 0 {
		return 0
	}
	if limit <= 0 {
		limit = max(wait, defaultMaxWait)
	}
	for range attempts - 1 {
		if wait >= limit/2 {
			return limit
		}
		wait *= 2
	}
	return min(wait, limit)
}

// endedBy reports whether ctx has ended, and adds that to a.err.
func (a *attempt) endedBy(ctx context.Context) bool {
	err := ctx.Err()
	if err != nil && !errors.Is(a.err, err) {
		a.err = withEarlier(err, a.err)
	}
	return err != nil
}

func (d *delivery) logRetry(ctx context.Context, a *attempt, wait time.Duration) {
	l := eventlog.Default(d.sender.Logger)
	if !l.Enabled(ctx, slog.LevelInfo) {
		return
	}
	var attrs []slog.Attr
	if e := d.out.logged; e != nil {
		attrs = append(attrs, eventlog.Event(e.ID, e.Source, e.Type))
	}
	attrs = append(attrs, slog.Int("attempt", a.number), slog.Duration("wait", wait), slog.Int("status", a.status))
	if a.err != nil {
		attrs = append(attrs, slog.String("error", a.err.Error()))
	}
	l.LogAttrs(ctx, slog.LevelInfo, "event will be sent again", attrs...)
}
