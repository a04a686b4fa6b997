package cehttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// verdict is how one event is answered.
type verdict struct {
	status     int
	id         string             // of deferred work
	reply      *cloudevents.Event // with its encoding
	encoded    encoded
	problem    *Problem // of a failure
	retryAfter time.Duration
}

// handle gives e to the handler, which may go on with it afterwards: e is not
// looked at again. A reply is encoded for that mode.
func (rc *Receiver) handle(ctx context.Context, e *cloudevents.Event, m cloudevents.Mode) verdict {
	begin := rc.Observer.now()
	rc.Observer.decoded(ctx, e)
	out := Outcome{ID: e.ID, Source: e.Source, Type: e.Type}

	reply, err := call(ctx, rc.Handler, e)
	v := verdict{status: http.StatusNoContent}
	if err == nil && reply != nil {
		v.status, v.reply = http.StatusOK, reply
		if v.encoded, err = rc.encodeReply(reply, m); err != nil {
			err = &replyError{err}
		}
	}
	if err != nil {
		v, out.Err = rc.verdictOf(ctx, err)
	}
	out.Status = v.status
	if out.Err != nil {
		level := slog.LevelInfo
		switch {
		case v.status < 500 || ctx.Err() != nil:
		case v.status == http.StatusServiceUnavailable: // to be expected under load
			level = slog.LevelWarn
		default:
			level = slog.LevelError
		}
		logFailure(ctx, rc.logger(), level, "event handler failed", &out)
	}
	rc.Observer.done(ctx, out, begin)
	return v
}

// verdictOf returns the verdict for the error of a handler, and nil if that says
// that all is well.
func (rc *Receiver) verdictOf(ctx context.Context, err error) (verdict, error) {
	if deferred := deferral(err); deferred != nil {
		return verdict{status: http.StatusAccepted, id: deferred.ID}, nil
	}
	return rc.failure(ctx, err), err
}

func (rc *Receiver) encodeReply(reply *cloudevents.Event, m cloudevents.Mode) (out encoded, err error) {
	if m == cloudevents.BatchMode {
		// It is a member of a BatchAnswer.
		out, err = encode(reply, cloudevents.StructuredMode, format.JSON{})
		if err == nil && !json.Valid(out.body) {
			err = errDeepReply
		}
		return out, err
	}
	return encode(reply, m, rc.Decoder.Format)
}

// errDeepReply is about what encoding/json, which writes a BatchAnswer, refuses.
var errDeepReply = errors.New("its data is nested too deeply for the answer to a batch")

// failure returns the answer for the error of a handler.
func (rc *Receiver) failure(ctx context.Context, err error) verdict {
	f := failureOf(err)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		f = HandlerError{Status: http.StatusServiceUnavailable}
	}
	p := &Problem{Message: cut(f.Message), Type: f.Type, Retryable: f.Retryable}
	if f.Status < 500 && f.Message != "" {
		p.locate(err)
		p.Violations = nil // their texts may be of other messages than that of the sender
	}
	if rc.ShowErrors {
		p.Message = clientText(err)
	}
	if p.Message == "" {
		p.Message = answer.Text(f.Status)
	}
	if p.Type == "" {
		p.Type = answer.Type(f.Status)
	}
	if f.Status == http.StatusTooManyRequests || f.Status == http.StatusServiceUnavailable {
		p.Retryable = true
	}
	return verdict{status: f.Status, problem: p, retryAfter: answer.RetryAfter(f.Status, f.RetryAfter)}
}

// failureOf returns what the error of a handler says of its answer. Status is
// always one of an error.
func failureOf(err error) (f HandlerError) {
	internal := HandlerError{Status: http.StatusInternalServerError, Retryable: true}
	defer func() {
		if recover() != nil { // of a StatusCode, which then says nothing
			f = internal
		}
	}()
	var (
		handler  *HandlerError
		own      interface{ StatusCode() int }
		panicked *panicError
		reply    *replyError
	)
	switch {
	case errors.As(err, &panicked):
		internal.Type = typePanic
		return internal
	case errors.As(err, &reply):
		internal.Type = typeInvalidReply
		return internal
	case errors.As(err, &handler):
		f = *handler
		f.Status = handler.StatusCode()
		if !answer.IsError(f.Status) {
			return internal
		}
		return f
	case errors.As(err, &own) && answer.IsError(own.StatusCode()):
		status := own.StatusCode()
		return HandlerError{Status: status, Retryable: answer.Repeated(status)}
	}
	return internal
}

// call calls h. A panic is an error, except for that which aborts a request. An error
// that cannot say its text, most often because it is a nil pointer, panics here.
func call(ctx context.Context, h Handler, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
	defer func() {
		if v := recover(); v != nil {
			if v == http.ErrAbortHandler {
				panic(v)
			}
			reply, err = nil, &panicError{fmt.Sprint(v), debug.Stack()}
		}
	}()
	if reply, err = h(ctx, e); err != nil {
		_ = err.Error()
	}
	return reply, err
}

// panicError is the panic of a handler.
type panicError struct {
	text  string
	stack []byte
}

func (e *panicError) Error() string { return "panic: " + cut(e.text) }

// replyError is about a reply that cannot be sent.
type replyError struct{ err error }

func (e *replyError) Error() string { return "reply of the handler: " + e.err.Error() }
func (e *replyError) Unwrap() error { return e.err }

// logFailure logs the error of a handler, and a status in it that no error has.
func logFailure(ctx context.Context, l *slog.Logger, level slog.Level, message string, out *Outcome) {
	if !l.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.Int("status", out.Status), slog.String("error", out.Err.Error()),
		slog.String("id", cut(out.ID)), slog.String("source", cut(out.Source)), slog.String("type", cut(out.Type)),
	}
	var panicked *panicError
	if errors.As(out.Err, &panicked) {
		attrs = append(attrs, slog.String("stack", string(panicked.stack)))
	}
	var handler *HandlerError
	if errors.As(out.Err, &handler) && !answer.IsError(handler.StatusCode()) {
		attrs = append(attrs, slog.Int("illegal_status", handler.StatusCode()))
	}
	l.LogAttrs(ctx, level, message, attrs...)
}
