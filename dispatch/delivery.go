package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// Delivery calls a handler for the events of a broker, which keeps each message until it
// is settled. The consumers of the client modules, such as that of kafka/kgo, are built
// on it, and a loop of your own can be too:
//
//	out := delivery.Deliver(ctx, quit, &event)
//	switch {
//	case out.Interrupted: // leave the message with the broker
//	case out.Verdict.Failed(): // write it to the dead letter, and settle it then
//	default: // settle it
//	}
//
// The zero value with a Handler is ready to use. A Delivery is safe for concurrent use as
// long as its fields do not change.
type Delivery struct {
	// Handler handles the events. Its replies are dropped, because brokers have no place
	// for them.
	Handler Handler

	// Attempts limits the calls of the handler for one event while the verdict is
	// VerdictRetry. 0 is 10, -1 is no limit.
	Attempts int

	// Wait is the wait before the second attempt. It doubles with each further attempt,
	// up to MaxWait. Each wait is shortened at random, to half of it at least. 0 is 100
	// ms, -1 is no wait.
	Wait time.Duration

	// MaxWait is the longest wait between two attempts. It also caps the RetryAfter of a
	// handler's error. 0 is 30 s.
	MaxWait time.Duration

	// Timeout limits one call of the handler, as [Timeout] does. 0 is 1 min, -1 is no limit.
	Timeout time.Duration

	// Logger receives a record for each failed attempt; [Outcome.LogFailure] describes it.
	// nil is slog.Default().
	Logger *slog.Logger

	// Observer is called for each attempt, and for each message that holds no valid
	// event.
	Observer Observer
}

// The values of the settings that are 0.
const (
	defaultAttempts = 10
	defaultWait     = 100 * time.Millisecond
	defaultMaxWait  = 30 * time.Second
	defaultTimeout  = time.Minute
)

// Delivered is the result of [Delivery.Deliver].
type Delivered struct {
	// Result is that of the last attempt.
	Result

	// Attempts is the number of calls of the handler. It may be 0 if Interrupted is set.
	Attempts int

	// Interrupted says that a further attempt was due but did not begin, because the
	// consumer stops. The message must not be settled, so that it is delivered again.
	Interrupted bool
}

var (
	// ErrNoHandler is the error of [Delivery.Validate], and of consumers, if there is no
	// Handler.
	ErrNoHandler = errors.New("there is no Handler")

	// ErrNoDeadLetter is wrapped by the [UndeliverableError] of a consumer that has no
	// place for messages that it cannot handle.
	ErrNoDeadLetter = errors.New("there is no dead letter: no DeadLetter is set")
)

// Validate returns [ErrNoHandler] if there is no Handler. Consumers call it before their
// first message.
func (d *Delivery) Validate() error {
	if d.Handler == nil {
		return ErrNoHandler
	}
	return nil
}

// Deliver calls the handler with e until the verdict is not VerdictRetry or no attempt is
// left. Once quit is closed or ctx has ended, it begins no attempt and ends its wait. A
// nil quit is never closed. ctx is the context of the handler, and outlives quit so that
// a running handler can finish.
func (d *Delivery) Deliver(ctx context.Context, quit <-chan struct{}, e *cloudevents.Event) (out Delivered) {
	attempts := d.MaxAttempts()
	for {
		if pause.IsClosed(quit) || ctx.Err() != nil {
			out.Interrupted = true
			return out
		}
		out.Attempts++
		d.attempt(ctx, e, &out.Result)
		switch {
		case out.Verdict != VerdictRetry:
			return out
		case ctx.Err() != nil:
			out.Interrupted = true
			return out
		case out.Attempts >= attempts:
			return out
		}
		if !pause.For(ctx, quit, d.Backoff(out.Attempts, out.RetryAfter)) {
			out.Interrupted = true
			return out
		}
	}
}

// attempt calls the handler once, reports what it did, and sets r.
func (d *Delivery) attempt(ctx context.Context, e *cloudevents.Event, r *Result) {
	d.Observer.started(ctx)
	timeout := d.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx = d.Observer.Handle(ctx, e)
	begin := time.Since(start)
	var end time.Duration
	if timeout > 0 {
		end = after(begin, timeout)
	}
	call(ctx, end, timeout, d.Handler, e, r)
	if r.Err == nil && !r.Duplicate && d.Observer.Handled == nil {
		return // nobody is to be told
	}
	o := Outcome{ID: e.ID, Source: e.Source, Type: e.Type, Duration: time.Since(start) - begin}
	o.Set(*r)
	o.LogFailure(ctx, d.Logger)
	d.Observer.done(ctx, o)
}

// Invalid reports a message that holds no valid event: to the Observer as VerdictRefused,
// and as a log record at level Error with the message "message without a valid event",
// the attribute error, and attrs.
func (d *Delivery) Invalid(ctx context.Context, err error, attrs ...slog.Attr) {
	eventlog.Default(d.Logger).LogAttrs(ctx, slog.LevelError, "message without a valid event", append([]slog.Attr{eventlog.Error(err)}, attrs...)...)
	d.Observer.done(ctx, Outcome{Verdict: VerdictRefused, Err: err})
}

// DeadLetter reports a message that was written to the dead letter: to the Observer, and
// as a log record at level Warn with the message "message written to the dead letter" and
// the attributes place, deadletter, attempts and error. place is where the message was,
// and letter where it is now, both in the terms of the broker, such as "record 7 of
// partition 0 of topic orders". attempts is 0 if the message holds no valid event. The
// failed attempts have log records of their own.
func (d *Delivery) DeadLetter(ctx context.Context, place, letter string, attempts int, cause error) {
	eventlog.Default(d.Logger).LogAttrs(ctx, slog.LevelWarn, "message written to the dead letter",
		slog.String("place", eventlog.Cut(place)), slog.String("deadletter", eventlog.Cut(letter)),
		slog.Int("attempts", attempts), eventlog.Error(cause))
	if d.Observer.DeadLettered != nil {
		d.Observer.DeadLettered(ctx, cause)
	}
}

// MaxAttempts returns the number that Attempts stands for. It is the largest int if there
// is no limit.
func (d *Delivery) MaxAttempts() int { return limit.Of(d.Attempts, defaultAttempts) }

// Backoff returns the wait after a number of attempts. asked is the RetryAfter of the
// last attempt. It is for brokers that deliver a message again after a given time.
func (d *Delivery) Backoff(attempts int, asked time.Duration) time.Duration {
	most := d.MaxWait
	if most <= 0 {
		most = defaultMaxWait
	}
	wait := d.Wait
	switch {
	case wait == 0:
		wait = defaultWait
	case wait < 0:
		return min(asked, most)
	}
	for range attempts - 1 {
		if wait > most/2 { // or it would overflow
			wait = most
			break
		}
		wait *= 2
	}
	wait = min(wait, most)
	if half := wait / 2; half > 0 {
		wait = half + rand.N(half+1)
	}
	return max(wait, min(asked, most))
}

// InvalidPolicy says what a consumer does with a message that holds no valid event. The
// zero value is StopOnInvalid.
type InvalidPolicy uint8

const (
	StopOnInvalid       InvalidPolicy = iota // the consumer ends with the error, and the message stays with the broker
	DeadLetterOnInvalid                      // the message goes to the dead letter
	SkipInvalid                              // the message is settled after a callback has seen it
)

// String returns "stop", "dead letter" or "skip".
func (p InvalidPolicy) String() string {
	switch p {
	case StopOnInvalid:
		return "stop"
	case DeadLetterOnInvalid:
		return "dead letter"
	case SkipInvalid:
		return "skip"
	}
	return "InvalidPolicy(" + strconv.Itoa(int(p)) + ")"
}
