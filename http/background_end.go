package cehttp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

var (
	// ErrCancelled is the cause of the context of an event that was ended by
	// [Background.Cancel], and wrapped by the error in its [Outcome].
	ErrCancelled = errors.New("the event was cancelled")

	// ErrShutdown is the cause of the context of an event for which
	// [Background.Shutdown] did not wait any longer, and wrapped by its error.
	ErrShutdown = errors.New("shutdown did not wait for the event")
)

// afterCancel is how long Shutdown waits for handlers whose context it has ended.
const afterCancel = time.Second

// Unfinished is an event that [Background.Shutdown] could not wait for.
type Unfinished struct {
	ID      string             // that the sender was told
	Event   *cloudevents.Event // as it came in
	Started bool               // the handler was called: it may have done some of the work, or is still at it, and shares the Data
}

// Cancel ends the work of that ID: an event that waits is not handled, the context
// of one that is being handled ends, with [ErrCancelled] as its cause. It reports
// whether there was such work. It does not wait for the handler, which may finish
// all the same.
func (b *Background) Cancel(id string) bool {
	b.mutex.Lock()
	w := b.works[id]
	switch {
	case w == nil:
		b.mutex.Unlock()
		return false
	case w.started:
		w.end(ErrCancelled)
		b.mutex.Unlock()
		return true
	}
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	}
	b.forget(w)
	b.mutex.Unlock()
	b.report(w.ctx, w, Outcome{ID: w.event.ID, Source: w.event.Source, Type: w.event.Type, Err: ErrCancelled}, false, time.Now())
	return true
}

// end ends the context of w, which has been started. The mutex is held.
func (w *work) end(cause error) {
	w.cancelled = cause
	if w.cancel != nil {
		w.cancel(cause)
	}
}

// Pending returns how many events wait or are being handled.
func (b *Background) Pending() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.works)
}

// Shutdown refuses new events from now on, and waits until all others are handled.
// Shut down the HTTP server first, or senders are answered 503 in the meantime.
//
// If ctx ends before that, events that wait are given up, the contexts of those
// being handled are ended, and their handlers have one more second to return. What
// was not handled without an error then is returned, in the order in which it came
// in, with an error that wraps [ErrShutdown] and the error of ctx. It is for
// the caller to keep: nobody else has it. Only a handler that ignored the end of its
// context leaves a goroutine behind.
func (b *Background) Shutdown(ctx context.Context) ([]Unfinished, error) {
	idle := b.stop()
	select {
	case <-idle:
		return nil, nil
	default:
	}
	select {
	case <-idle:
		return nil, nil
	case <-ctx.Done():
	}
	left := b.giveUp()
	late := time.NewTimer(afterCancel)
	defer late.Stop()
	select {
	case <-idle:
	case <-late.C:
	}

	b.mutex.Lock()
	left = slices.DeleteFunc(left, func(w *work) bool { return w.succeeded })
	unfinished := make([]Unfinished, len(left))
	for i, w := range left {
		unfinished[i] = Unfinished{w.id, &w.event, w.started}
	}
	b.mutex.Unlock()
	if len(unfinished) == 0 {
		return nil, nil
	}
	return unfinished, fmt.Errorf("%w: %d unfinished: %w", ErrShutdown, len(unfinished), ctx.Err())
}

// stop refuses new events and returns a channel that is closed when all others are
// handled.
func (b *Background) stop() <-chan struct{} {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.stopping = true
	if b.idle == nil {
		b.idle = make(chan struct{})
	}
	idle := b.idle
	b.signal()
	return idle
}

// giveUp empties the queue, ends the contexts of what is being handled, and returns
// both.
func (b *Background) giveUp() []*work {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	left := make([]*work, 0, len(b.works))
	for _, w := range b.works {
		left = append(left, w)
		if w.started {
			w.end(ErrShutdown)
		} else {
			b.forget(w)
		}
	}
	b.queue = nil
	slices.SortFunc(left, func(v, w *work) int { return int(v.sequence) - int(w.sequence) })
	return left
}

// draining reports whether Shutdown was called.
func (b *Background) draining() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.stopping
}
