package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/status"
)

// Observer has functions that are called for what happens to events, to count and to time
// them. Each may be nil. They are called on the goroutine that handles the event, which
// waits for them, and concurrently from several goroutines.
//
//	o := dispatch.Observer{
//		Failed: func(_ context.Context, o dispatch.Outcome) { failures.Add(o.Verdict.String(), 1) },
//	}
type Observer struct {
	// Started is called when the work begins: by a transport for each message that comes
	// in, by a Background for each event that it takes from its queue.
	Started func(ctx context.Context)

	// Handling is called with each event before its handler, and returns the context for the
	// handler, its log records, and Handled or Failed. That is ctx, or one derived from it,
	// such as one with a span. Handled or Failed follows, once. A Delivery calls it for each
	// attempt. The function must not keep the event, which belongs to the handler afterwards,
	// and not change it.
	Handling func(ctx context.Context, e *cloudevents.Event) context.Context

	// Handled is called when an event was handled or deferred.
	Handled func(ctx context.Context, o Outcome)

	// Failed is called when an event was refused or failed. A transport also calls it,
	// with an empty ID, for a message in which it found no event. Such a message, and an
	// event that [Background.Cancel] has taken from the queue, has no Handling before.
	Failed func(ctx context.Context, o Outcome)

	// DeadLettered is called by a [Delivery] for each message that was written to the dead
	// letter, with the error that has put it there. Failed was called for its last attempt, or
	// for the message, before.
	DeadLettered func(ctx context.Context, cause error)
}

// Outcome is what became of an event.
type Outcome struct {
	// ID, Source and Type are those of the event. They are empty if a message was refused
	// before there was an event.
	ID, Source, Type string

	// Verdict says what became of the event.
	Verdict Verdict

	// Duplicate says that the event was handled before, and not again.
	Duplicate bool

	// Status is the HTTP status of a failure. A Receiver of package cehttp sets it for
	// each outcome, to the status of the answer or of the result in a batch; elsewhere it
	// is 0 for an event that was handled.
	Status int

	// Duration is the time that the handler took. For a message without an event it is
	// the time since the message came in. 0 is a time that was not measured.
	Duration time.Duration

	// Err is the cause of a failure, and nil otherwise. It may wrap more than the sender
	// is shown.
	Err error

	logged bool // by Log; of a failure, Err says so
}

// Set sets Verdict, Duplicate, Status and Err to those of r. It is for transports.
func (o *Outcome) Set(r Result) {
	o.Verdict, o.Duplicate, o.Status, o.Err, o.logged = r.Verdict, r.Duplicate, r.Status, r.Err, r.logged
}

// LogFailure logs o as one record if it is a failure or a duplicate, unless [Log] has
// logged it. It is for transports; a Receiver of package cehttp and a [Background] call it.
// A nil logger is [slog.Default].
//
// The record about a duplicate has the message "duplicate event", the level Info, the
// attributes outcome and duration, and the group "event". All else is about failures.
//
// The record has the message "event handler failed", the attributes outcome, status,
// error (at most 1 KiB) and duration, and the group "event" with id, source and type, at
// most 256 bytes each. A Status or Duration of 0 is left out. A panic adds the attribute
// stack, which only says that it was left out after 8 stacks of the same batch; see
// [WithBatch]. An [Error] whose status is not 4xx or 5xx adds illegal_status. An event that
// was not taken as it was adds forgiven, which is [Forgiven]. If ctx has ended with a cause, the
// error names that too.
//
// The level is Error. It is Info if the event was refused with a status below 500, or if
// ctx was canceled, because the sender then waits no longer. It is Warn if the handler
// asked for a retry with 503, 429 or another 4xx, if the deadline of ctx has passed, or
// instead of Info if something was forgiven. A failure inside a [Background] is always an
// Error, because the event is lost.
func (o *Outcome) LogFailure(ctx context.Context, l *slog.Logger) {
	switch {
	case o.Err == nil && o.Duplicate && !o.logged:
		o.logDuplicate(ctx, eventlog.Default(l))
		return
	case o.Err == nil || isLogged(o.Err):
		return
	}
	level, forgiven := o.level(ctx), Forgiven(ctx)
	if forgiven != nil {
		level = max(level, slog.LevelWarn)
	}
	if l = eventlog.Default(l); !l.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs, slog.String("outcome", o.Verdict.String()))
	if o.Status != 0 {
		attrs = append(attrs, slog.Int("status", o.Status))
	}
	attrs = append(attrs, eventlog.Error(withCause(ctx, o.Err)))
	if forgiven != nil {
		attrs = append(attrs, slog.Attr{Key: "forgiven", Value: eventlog.Error(forgiven).Value})
	}
	if o.Duration != 0 {
		attrs = append(attrs, slog.Duration("duration", o.Duration))
	}
	attrs = append(attrs, eventlog.Event(o.ID, o.Source, o.Type))
	if e := chosen(o.Err); e != nil && !status.IsError(e.StatusCode()) {
		attrs = append(attrs, slog.Int("illegal_status", e.StatusCode()))
	}
	if p, ok := errtree.Find[*PanicError](o.Err); ok {
		attrs = append(attrs, slog.String("stack", stackText(p.Stack)))
	}
	l.LogAttrs(ctx, level, "event handler failed", attrs...)
}

func (o *Outcome) logDuplicate(ctx context.Context, l *slog.Logger) {
	attrs := make([]slog.Attr, 0, 3)
	attrs = append(attrs, slog.String("outcome", o.Verdict.String()))
	if o.Duration != 0 {
		attrs = append(attrs, slog.Duration("duration", o.Duration))
	}
	attrs = append(attrs, eventlog.Event(o.ID, o.Source, o.Type))
	l.LogAttrs(ctx, slog.LevelInfo, "duplicate event", attrs...)
}

func (o *Outcome) level(ctx context.Context) slog.Level {
	switch ended := ctx.Err(); {
	case inBackground(ctx):
		return slog.LevelError
	case ended == context.Canceled, o.Verdict == VerdictRefused && o.Status < 500:
		return slog.LevelInfo
	case ended != nil, o.Status == 503, o.Status < 500:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// loggedError is an error that Log has logged, or a Duplicate. Its text is that of the error in it.
type loggedError struct{ err error }

func (e *loggedError) Error() string { return e.err.Error() }
func (e *loggedError) Unwrap() error { return e.err }

func isLogged(err error) bool { return errtree.Wraps[*loggedError](err) }

// withCause returns err, with the reason for which ctx has ended if err has it not yet.
func withCause(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case cause == nil, errors.Is(err, cause):
		return err
	case err == ctx.Err():
		return cause
	default:
		return fmt.Errorf("%w: %w", cause, err)
	}
}

func (o *Observer) started(ctx context.Context) {
	if o.Started != nil {
		o.Started(ctx)
	}
}

// Handle calls Handling, and returns the context for the handler of e. It is for
// transports. It allocates nothing if Handling is nil.
func (o *Observer) Handle(ctx context.Context, e *cloudevents.Event) context.Context {
	if o.Handling == nil {
		return ctx
	}
	return o.Handling(ctx, e)
}

// done calls Handled or Failed.
func (o *Observer) done(ctx context.Context, out Outcome) {
	hook := o.Handled
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		hook(ctx, out)
	}
}
