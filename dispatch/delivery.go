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

// Delivery calls a handler for the events of a broker, which keeps each message until it is
// settled. The consumers of the client modules, such as that of kafka/kgo, are built on it. A
// loop of your own can be, too:
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
	// Handler handles the events. A reply is dropped: brokers have no place for it.
	Handler Handler

	// Attempts limits how often the handler is called for one event whose verdict is
	// VerdictRetry. 0 is 10, -1 is no limit.
	Attempts int

	// Wait is the longest wait before the second attempt. A wait is a random part of the
	// longest one, at least half of it, and the longest one doubles with each attempt. 0 is
	// 100 ms, -1 is no wait.
	Wait time.Duration

	// MaxWait is the longest wait between two attempts, and caps the RetryAfter of a
	// handler's error. 0 is 30 s.
	MaxWait time.Duration

	// Timeout limits one call of the handler, as [Timeout] does. 0 is 1 min, -1 is no limit.
	Timeout time.Duration

	// Logger receives a record for each failed attempt; [Outcome.LogFailure] describes it.
	// nil is slog.Default().
	Logger *slog.Logger

	// Observer is called for each attempt, and for each message without an event.
	Observer Observer
}

// The values of the settings that are 0.
const (
	defaultAttempts = 10
	defaultWait     = 100 * time.Millisecond
	defaultMaxWait  = 30 * time.Second
	defaultTimeout  = time.Minute
)

// Delivered is what became of an event after all attempts.
type Delivered struct {
	// Result is that of the last attempt.
	Result

	// Attempts is how often the handler was called. It may be 0 if Interrupted is set.
	Attempts int

	// Interrupted says that more attempts were due, and did not begin, because the consumer
	// stops. The message must not be settled: it comes again.
	Interrupted bool
}

var (
	// ErrNoHandler is returned by consumers that have no Handler.
	ErrNoHandler = errors.New("there is no Handler")

	// ErrNoDeadLetter is wrapped by the [UndeliverableError] of a consumer that has no place
	// for messages that it cannot handle.
	ErrNoDeadLetter = errors.New("there is no dead letter: no DeadLetter is set")
)

// Validate reports settings that do not make sense. Consumers call it before their first
// message. A missing Handler is [ErrNoHandler].
func (d *Delivery) Validate() error {
	if d.Handler == nil {
		return ErrNoHandler
	}
	return nil
}

// Deliver calls the handler with e until the verdict is another than VerdictRetry or the
// attempts are used up. It does not begin an attempt, and ends its waits, after quit was
// closed or ctx has ended. A nil quit is never closed. ctx is the context of the handler, so
// that a handler can finish its work after quit was closed.
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

// Invalid reports a message in which no valid event was found: to the Observer as
// VerdictRefused, and as a log record of the level Error, with the message "message without a
// valid event", the attribute error, and attrs.
func (d *Delivery) Invalid(ctx context.Context, err error, attrs ...slog.Attr) {
	eventlog.Default(d.Logger).LogAttrs(ctx, slog.LevelError, "message without a valid event", append([]slog.Attr{eventlog.Error(err)}, attrs...)...)
	d.Observer.done(ctx, Outcome{Verdict: VerdictRefused, Err: err})
}

// DeadLetter reports a message that was written to the dead letter: to the Observer, and as a log
// record of the level Warn, with the message "message written to the dead letter" and the
// attributes place, deadletter, attempts and error. place is where the message was, and letter is
// where it is now, both in the words of the broker, such as "record 7 of partition 0 of topic
// orders". attempts is 0 if there is no valid event. The failed attempts have records of their own
// before.
func (d *Delivery) DeadLetter(ctx context.Context, place, letter string, attempts int, cause error) {
	eventlog.Default(d.Logger).LogAttrs(ctx, slog.LevelWarn, "message written to the dead letter",
		slog.String("place", eventlog.Cut(place)), slog.String("deadletter", eventlog.Cut(letter)),
		slog.Int("attempts", attempts), eventlog.Error(cause))
	if d.Observer.DeadLettered != nil {
		d.Observer.DeadLettered(ctx, cause)
	}
}

// MaxAttempts returns the number of attempts that Attempts stands for: the largest int if there
// is no limit.
func (d *Delivery) MaxAttempts() int { return limit.Of(d.Attempts, defaultAttempts) }

// Backoff returns how long to wait after so many attempts. asked is the RetryAfter of the last
// one. It is for brokers that deliver a message again after a time.
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

// InvalidPolicy says what a consumer does with a message in which it finds no valid event.
// The zero value is StopOnInvalid.
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
