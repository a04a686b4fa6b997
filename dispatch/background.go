package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// Background handles events after their senders were told that they are accepted. Its
// method HandleEvent is the [Handler] for the transport: it puts the event into a queue
// and returns a [*Deferred]. Workers take events from the queue, first in, first out.
//
//	background := &dispatch.Background{Handler: handle, Timeout: time.Minute}
//	receiver := &cehttp.Receiver{Handler: background.HandleEvent}
//	…
//	unfinished, err := background.Shutdown(ctx) // when no more requests come in
//
// The queue is in memory only. A crash, a kill or a power cut loses all events that wait
// and all that are being handled. Their senders were told that they are accepted, and do
// not send them again.
//
// An event whose handler fails, panics or times out is logged and reported to Observer,
// and not retried. If that is not acceptable, call the handler from the transport so that
// the sender retries, or put a broker in front: the command cebridge answers once Kafka,
// JetStream, AMQP or MQTT has the event, and a Consumer handles it from there
// (docs/brokers.md).
//
// QueueLimit and MaxBytes bound the memory. Goroutines exist only while there is work.
// The zero value with a Handler is ready to use. A Background must not be changed or
// copied after its first event.
type Background struct {
	// Handler handles the events. Its context has the values of the transport's context.
	// It ends with Timeout, Cancel and Shutdown, and not with the request. A reply is
	// dropped, which is logged. An event that the handler defers counts as handled. A
	// handler that ignores its context keeps its worker busy until it returns.
	Handler Handler

	// Workers is the number of events that are handled at the same time. 0 is 16, -1 is
	// no limit.
	Workers int

	// QueueLimit is the number of events that may wait for a worker. 0 is 1024, -1 is no
	// limit. Events beyond it are not accepted, and may be sent again.
	QueueLimit int

	// MaxBytes bounds the memory of all events that wait or are being handled. 0 is
	// 64 MiB, -1 is no limit. A larger event is accepted if there is no other.
	MaxBytes int64

	// Timeout is the time to handle one event. 0 is no limit.
	Timeout time.Duration

	// RetryAfter is the time after which an event that was not accepted may be sent
	// again. 0 leaves it to the transport, which is a second for HTTP.
	RetryAfter time.Duration

	// Logger receives failures. nil is slog.Default().
	Logger *slog.Logger

	// Observer is called for the work on each event.
	Observer Observer

	mu       sync.Mutex
	queue    []*work
	works    map[string]*work // waiting or being handled, by ID
	sequence uint64
	running  int // workers
	bytes    int64
	stopping bool
	idle     chan struct{} // closed when nothing is left; made by Shutdown
}

// The values of the limits that are 0.
const (
	defaultWorkers    = 16
	defaultQueueLimit = 1024
	defaultMaxBytes   = 64 << 20
)

// limits returns the limits of b. No limit is the largest number.
func (b *Background) limits() (workers, queued int, bytes int64) {
	return limit.Of(b.Workers, defaultWorkers), limit.Of(b.QueueLimit, defaultQueueLimit), limit.Of(b.MaxBytes, defaultMaxBytes)
}

// work is one event. mu of the Background guards the fields that change.
type work struct {
	id       string
	sequence uint64
	event    cloudevents.Event
	size     int64
	ctx      context.Context // of the request, without its end

	started   bool
	cancel    context.CancelCauseFunc // once it runs
	canceled  error                   // the cause, if it was canceled before it ran
	succeeded bool
}

var (
	// ErrCanceled is the cause of the context of an event that [Background.Cancel] ended.
	// The error in its [Outcome] wraps it.
	ErrCanceled = errors.New("the event was canceled")

	// ErrShutdown is the cause of the context of an event that [Background.Shutdown] no
	// longer waited for. The error of Shutdown wraps it.
	ErrShutdown = errors.New("shutdown did not wait for the event")

	errQueueFull    = errors.New("the queue is full")
	errShuttingDown = errors.New("the service is shutting down")
	errEnded        = errors.New("the handler ended its goroutine")
	errNoWorker     = errors.New("Background has no Handler")
)

// Validate returns an error if there is no Handler. A Background without one accepts no
// event: HandleEvent returns that error.
func (b *Background) Validate() error {
	if b.Handler == nil {
		return errNoWorker
	}
	return nil
}

// HandleEvent puts a copy of e into the queue and returns a [*Deferred] with a random ID.
// If there is no room, or after Shutdown, the error is an [*Error] with Status 503 and the
// type "queue_full" or "shutting_down". If ctx has ended it is the error of ctx.
func (b *Background) HandleEvent(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // the sender would not learn that it was accepted
	}
	if err := b.Validate(); err != nil {
		return nil, err // rather than lose the event later
	}
	size := sizeOf(e)
	b.mu.Lock()
	err := b.refusal(size)
	b.mu.Unlock()
	if err != nil {
		return nil, err // before the work of a copy
	}
	// A deep copy: an event that waits must not hold the batch that it came in.
	w := &work{id: cloudevents.NewID(), event: e.Clone(), size: size}
	w.ctx = context.WithValue(context.WithoutCancel(ctx), backgroundKey{}, true)

	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.refusal(size); err != nil {
		return nil, err
	}
	if b.works == nil {
		b.works = make(map[string]*work)
	}
	b.sequence++
	w.sequence = b.sequence
	b.works[w.id] = w
	b.bytes += w.size
	if workers, _, _ := b.limits(); b.running < workers {
		b.running++
		w.started = true
		go b.work(w)
	} else {
		b.queue = append(b.queue, w)
	}
	return nil, &Deferred{ID: w.id}
}

// backgroundKey is the key of the context of background work, whose failures lose events.
type backgroundKey struct{}

func inBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }

// refusal returns why an event of that size is not accepted, or nil. The caller holds mu.
func (b *Background) refusal(size int64) error {
	workers, queued, bytes := b.limits()
	switch {
	case b.stopping:
		return b.unavailable("shutting_down", errShuttingDown)
	case b.running >= workers && len(b.queue) >= queued, b.bytes > 0 && b.bytes+size > bytes:
		return b.unavailable("queue_full", errQueueFull)
	}
	return nil
}

func (b *Background) unavailable(typ string, err error) error {
	return &Error{Status: 503, Type: typ, Message: err.Error(), Retryable: true, RetryAfter: b.RetryAfter, Err: err}
}

// sizeOf returns about how much memory an event takes.
func sizeOf(e *cloudevents.Event) int64 {
	const structs = 1024 // event, work, contexts, map
	n := structs + len(e.ID) + len(e.Source) + len(e.Type) + len(e.Subject) + len(e.DataContentType) + len(e.DataSchema) + len(e.Data)
	for i := range e.Extensions {
		n += 64 + len(e.Extensions[i].Name) + len(e.Extensions[i].Value.String())
	}
	return int64(n)
}

// work handles w and then the events that wait, until there are none.
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

// run handles w and reports the result.
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
	r := Judge(ctx, nil, errEnded) // unless Call returns
	defer func() {
		if v := recover(); v != nil { // of the Observer
			r = panicked(&PanicError{v, stack(ctx)})
		}
		b.report(ctx, w, r, begin)
	}()
	b.Observer.started(ctx)
	ctx = b.Observer.Handle(ctx, &e)
	r = Call(ctx, b.Handler, &e)
}

// started lets Cancel and Shutdown end the context of w.
func (b *Background) started(w *work, cancel context.CancelCauseFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.cancel = cancel
	if w.canceled != nil {
		cancel(w.canceled)
	}
}

// report logs the result and calls the Observer.
func (b *Background) report(ctx context.Context, w *work, r Result, begin time.Time) {
	defer func() {
		if v := recover(); v != nil { // of the Observer or the Logger
			eventlog.Default(b.Logger).Error("panic of an observer or a logger",
				"panic", eventlog.Cut(fmt.Sprint(v)), "stack", stackText(stack(ctx)))
		}
	}()
	b.mu.Lock()
	w.succeeded = !r.Verdict.Failed()
	b.mu.Unlock()
	out := Outcome{ID: w.event.ID, Source: w.event.Source, Type: w.event.Type}
	out.Set(r)
	out.Duration = time.Since(begin)
	switch {
	case r.Duplicate:
		out.LogFailure(ctx, b.Logger)
	case r.Verdict.Failed():
		out.Err = withCause(ctx, r.Err)
		out.LogFailure(ctx, b.Logger)
	case r.Reply != nil:
		eventlog.Default(b.Logger).WarnContext(ctx, "reply of background work is dropped", eventlog.Event(out.ID, out.Source, out.Type))
	}
	b.Observer.done(ctx, out)
}

// finish forgets w and returns the next work, or nil.
func (b *Background) finish(w *work) (next *work) {
	b.mu.Lock()
	defer b.mu.Unlock()
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

// forget removes w from the account. The caller holds mu.
func (b *Background) forget(w *work) {
	if b.works[w.id] == w {
		delete(b.works, w.id)
		b.bytes -= w.size
	}
}

// signal ends the wait of Shutdown if nothing is left. The caller holds mu.
func (b *Background) signal() {
	if b.idle != nil && b.running == 0 && len(b.queue) == 0 {
		close(b.idle)
		b.idle = nil
	}
}

// Cancel ends the work with that ID. An event that waits is not handled. The context of
// an event that is being handled ends, with [ErrCanceled] as its cause; its handler may
// still finish, and Cancel does not wait for it. Cancel reports whether there was such
// work.
func (b *Background) Cancel(id string) bool {
	b.mu.Lock()
	w := b.works[id]
	switch {
	case w == nil:
		b.mu.Unlock()
		return false
	case w.started:
		w.end(ErrCanceled)
		b.mu.Unlock()
		return true
	}
	if i := slices.Index(b.queue, w); i >= 0 {
		b.queue = slices.Delete(b.queue, i, i+1)
	}
	b.forget(w)
	b.mu.Unlock()
	ctx, cancel := context.WithCancelCause(w.ctx)
	cancel(ErrCanceled)
	b.report(ctx, w, Judge(ctx, nil, ErrCanceled), time.Now())
	return true
}

// end ends the context of w, which has been started. The caller holds mu.
func (w *work) end(cause error) {
	w.canceled = cause
	if w.cancel != nil {
		w.cancel(cause)
	}
}

// Pending returns the number of events that wait or are being handled.
func (b *Background) Pending() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.works)
}

// Draining reports whether Shutdown was called.
func (b *Background) Draining() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopping
}

// Unfinished is an event that [Background.Shutdown] could not wait for.
type Unfinished struct {
	// ID is the ID of the work, as the sender has it.
	ID string

	// Event is the event as it came in.
	Event *cloudevents.Event

	// Started says that the handler was called. It may have done some of the work. If it
	// is still running it shares the Data of Event.
	Started bool
}

// afterCancel is how long Shutdown waits for handlers whose context it has ended.
const afterCancel = time.Second

// Shutdown stops accepting events and waits until all others are handled. Shut down the
// server first; otherwise senders are told to try again in the meantime.
//
// If ctx ends first, events that wait are given up and the contexts of the others end,
// with [ErrShutdown] as their cause. Their handlers have one more second to return.
// Shutdown then returns the events that were not handled successfully, in the order in
// which they came in, and an error that wraps [ErrShutdown] and the error of ctx. Nothing
// else has these events: the caller has to store them. Only a handler that ignores its
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
	b.mu.Lock()
	left = slices.DeleteFunc(left, func(w *work) bool { return w.succeeded })
	unfinished := make([]Unfinished, len(left))
	for i, w := range left {
		unfinished[i] = Unfinished{w.id, &w.event, w.started}
	}
	b.mu.Unlock()
	if len(unfinished) == 0 {
		return nil, nil
	}
	return unfinished, fmt.Errorf("%w: %d unfinished: %w", ErrShutdown, len(unfinished), ctx.Err())
}

// stop refuses new events and returns a channel that is closed when all others are
// handled.
func (b *Background) stop() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopping = true
	if b.idle == nil {
		b.idle = make(chan struct{})
	}
	idle := b.idle
	b.signal()
	return idle
}

// giveUp empties the queue, ends the contexts of the work that runs, and returns both in
// the order in which they came in.
func (b *Background) giveUp() []*work {
	b.mu.Lock()
	defer b.mu.Unlock()
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
