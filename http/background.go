package cehttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Background handles events after their senders were answered 202. Its method
// Handle is the [Handler] to give to a [Receiver]: it puts the event into a
// queue, from which Workers handle it, first come, first served.
//
//	background := &cehttp.Background{Handler: handle, Timeout: time.Minute}
//	receiver := &cehttp.Receiver{Handler: background.Handle}
//	…
//	unfinished, err := background.Shutdown(ctx) // when no more requests come in
//
// The queue is in memory and nowhere else. A crash, a kill or a power cut loses
// all events that wait and all that are being handled, though their senders were
// told that they are accepted and do not send them again. An event whose handler
// fails, panics or is out of time is lost as well: it is logged and told to
// Observer, not repeated. If that is not acceptable, handle events before the
// answer, with the Handler right in the Receiver, so that a sender repeats what was
// not acknowledged; or have Handle of your own put them into a broker or a
// database, and answer when that has them.
//
// Memory is bounded by QueueLimit and MaxBytes. Goroutines exist only while there is
// work. The zero value with a Handler is ready to use. A Background must not be
// changed or copied after its first event.
type Background struct {
	// Handler handles the events. Its context has the values of the request's, and
	// ends with Timeout, Cancel and Shutdown, not with the request. A reply goes
	// nowhere, which is logged. A handler that pays no heed to its context
	// occupies its worker for as long as it likes.
	Handler Handler

	Workers    int           // events that are handled at the same time; 0 is 16
	QueueLimit int           // events that wait for a worker; 0 is 1024, -1 is none: a worker is free or the answer is 503
	MaxBytes   int64         // of all events that wait or are handled; 0 is 64 MiB, -1 is no limit. A larger event is taken if it is the only one
	Timeout    time.Duration // for the handling of one event; 0 is no limit
	RetryAfter time.Duration // for senders that are answered 503; 0 is a second
	Logger     *slog.Logger  // nil is slog.Default()
	Observer   Observer      // of the work: Started, Handled and Failed

	mutex    sync.Mutex
	queue    []*work
	works    map[string]*work // that wait or are handled, by ID
	sequence uint64
	running  int // workers
	bytes    int64
	stopping bool
	idle     chan struct{} // closed when nothing is left; made by Shutdown
}

// work is one event. Its fields are guarded by the mutex of Background, except
// for those that never change.
type work struct {
	id       string
	sequence uint64
	event    cloudevents.Event
	size     int64
	ctx      context.Context // of the request, without its end

	started   bool
	cancel    context.CancelCauseFunc // once it runs
	cancelled error                   // why, if that was said before it ran
	succeeded bool
}

var (
	errQueueFull    = errors.New("the queue is full")
	errShuttingDown = errors.New("the service is shutting down")
)

// Handle takes e and returns a [*Deferred] with a random ID. If there is no room,
// or after Shutdown, the error is a [*HandlerError] that answers 503, with Type
// "queue_full" or "shutting_down". It keeps a copy of the event.
func (b *Background) Handle(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // the sender would not learn that it was taken
	}
	size := sizeOf(e)
	b.mutex.Lock()
	err := b.refusal(size)
	b.mutex.Unlock()
	if err != nil {
		return nil, err // before the work of a copy
	}
	// A deep copy: an event that waits must not hold the batch that it came in.
	w := &work{id: cloudevents.NewID(), event: e.Clone(), size: size, ctx: context.WithoutCancel(ctx)}

	b.mutex.Lock()
	defer b.mutex.Unlock()
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
	if b.running < b.workers() {
		b.running++
		w.started = true
		go b.work(w)
	} else {
		b.queue = append(b.queue, w)
	}
	return nil, &Deferred{ID: w.id}
}

// refusal returns why an event of that size is not taken, or nil. The mutex is held.
func (b *Background) refusal(size int64) error {
	switch {
	case b.stopping:
		return b.unavailable("shutting_down", errShuttingDown)
	case !b.hasRoom(size):
		return b.unavailable("queue_full", errQueueFull)
	}
	return nil
}

func (b *Background) hasRoom(size int64) bool {
	limit := b.QueueLimit
	switch {
	case limit == 0:
		limit = 1024
	case limit < 0:
		limit = 0
	}
	if b.running >= b.workers() && len(b.queue) >= limit {
		return false
	}
	most := b.MaxBytes
	if most == 0 {
		most = 64 << 20
	}
	return most < 0 || b.bytes == 0 || b.bytes+size <= most
}

func (b *Background) workers() int {
	if b.Workers <= 0 {
		return 16
	}
	return b.Workers
}

func (b *Background) unavailable(typ string, err error) error {
	return &HandlerError{Status: http.StatusServiceUnavailable, Type: typ, Message: err.Error(),
		Retryable: true, RetryAfter: b.RetryAfter, Err: err}
}

// sizeOf returns about how much memory an event takes.
func sizeOf(e *cloudevents.Event) int64 {
	const structs = 1024 // event, work, context, map
	n := structs + len(e.ID) + len(e.Source) + len(e.Type) + len(e.Subject) + len(e.DataContentType) + len(e.DataSchema) + len(e.Data)
	for i := range e.Extensions {
		n += 64 + len(e.Extensions[i].Name) + len(e.Extensions[i].Value.String())
	}
	return int64(n)
}
