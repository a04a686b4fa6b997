package cehttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

var errEnded = errors.New("the handler ended its goroutine")

// work handles w and then what waits, until nothing does.
func (b *Background) work(w *work) {
	returned := false
	defer func() {
		if returned {
			return
		}
		// runtime.Goexit in a handler ends the goroutine, not the worker.
		if w = b.finish(w); w != nil {
			go b.work(w)
		}
	}()
	for w != nil {
		b.run(w)
		w = b.finish(w)
	}
	returned = true
}

// run handles w and tells what became of it.
func (b *Background) run(w *work) {
	begin := time.Now()
	ctx, cancel := context.WithCancelCause(w.ctx)
	defer cancel(nil)
	b.started(w, cancel)
	if b.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, b.Timeout)
		defer stop()
	}

	// A copy: the handler may change its event, and Shutdown may report this one.
	e := w.event
	e.Extensions = slices.Clone(e.Extensions)
	out := Outcome{ID: e.ID, Source: e.Source, Type: e.Type, Err: errEnded}
	var reply *cloudevents.Event
	defer func() {
		if v := recover(); v != nil { // of an Observer, or what aborts a request if there is one
			out.Err = &panicError{fmt.Sprint(v), debug.Stack()}
		}
		b.report(ctx, w, out, reply != nil, begin)
	}()
	b.Observer.started(ctx)
	reply, out.Err = call(ctx, b.Handler, &e)
}

// started lets Cancel and Shutdown end the context of w.
func (b *Background) started(w *work, cancel context.CancelCauseFunc) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	w.cancel = cancel
	if w.cancelled != nil {
		cancel(w.cancelled)
	}
}

// report logs the outcome and tells it to the Observer.
func (b *Background) report(ctx context.Context, w *work, out Outcome, reply bool, begin time.Time) {
	defer func() {
		if v := recover(); v != nil { // of an Observer or a Logger
			orDefault(b.Logger).Error("panic while an outcome was told", "panic", cut(fmt.Sprint(v)), "stack", string(debug.Stack()))
		}
	}()
	out.Status = http.StatusNoContent
	if deferral(out.Err) != nil { // somebody else has it now
		out.Status, out.Err = http.StatusAccepted, nil
	}
	b.mutex.Lock()
	w.succeeded = out.Err == nil
	b.mutex.Unlock()
	logger := orDefault(b.Logger)
	if out.Err == nil {
		if reply {
			logger.WarnContext(ctx, "reply of background work goes nowhere", "id", cut(out.ID), "source", cut(out.Source), "type", cut(out.Type))
		}
	} else {
		switch cause := context.Cause(ctx); {
		case cause == nil || errors.Is(out.Err, cause):
		case out.Err == ctx.Err():
			out.Err = cause
		default:
			out.Err = fmt.Errorf("%w: %w", cause, out.Err)
		}
		out.Status = failureOf(out.Err).Status
		// Work that fails is lost: that is an error, whoever is to blame.
		logFailure(ctx, logger, slog.LevelError, "background work failed", &out)
	}
	b.Observer.done(ctx, out, begin)
}

// finish forgets w and returns what is to be done next, if anything is.
func (b *Background) finish(w *work) (next *work) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.forget(w)
	if len(b.queue) > 0 {
		next = b.queue[0]
		b.queue[0] = nil
		b.queue = b.queue[1:]
		next.started = true
		return next
	}
	b.queue = nil
	b.running--
	b.signal()
	return nil
}

// forget takes w out of the account. The mutex is held.
func (b *Background) forget(w *work) {
	if b.works[w.id] == w {
		delete(b.works, w.id)
		b.bytes -= w.size
	}
}

// signal ends the wait of Shutdown, if there is nothing to wait for any more. The
// mutex is held.
func (b *Background) signal() {
	if b.idle != nil && b.running == 0 && len(b.queue) == 0 {
		close(b.idle)
		b.idle = nil
	}
}
