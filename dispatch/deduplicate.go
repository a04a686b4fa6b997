package dispatch

import (
	"context"
	"crypto/sha256"
	"strconv"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Deduplicate stops an event that was already handled from being handled again. Two
// events with equal source and id are the same event (spec.md#id). The zero value is
// ready to use. A Deduplicate must not be copied after its first use. All handlers that
// it wraps share its memory.
//
// An event is remembered when its handler returns without an error, or with [Deferred].
// When it comes again the result is a [*Duplicate]: the outcome is the same, but without the
// reply, which is not kept. Logs, the Observer and the answer of a transport say so.
// An event whose handler fails or panics is forgotten, and handled when it comes again.
// An event that comes while the same event is being handled waits for that result. If its
// own context ends first, the error is an [Error] with Status 503 and the type
// "event_in_progress".
//
// Each event is thus handled successfully at most once by this process, as long as it
// comes again within Window and before MaxEvents other events were handled. A restart
// forgets everything, and other processes share nothing. A handler that must never run
// twice needs a store that it writes in one transaction with its own work.
//
// The source and the id of an event are what its sender says they are. A sender that may
// send with any source can spend the ids of others: their events are then taken for
// duplicates. Where senders do not trust each other, check the source of an event before
// Deduplicate, or use one Deduplicate for each sender.
//
// Work that a handler does after it has returned or deferred the event is not observed.
// With [Background], wrap the handler that does the work.
type Deduplicate struct {
	// Window is the time for which an event is remembered after it was handled. 0 is ten
	// minutes, -1 is no limit.
	Window time.Duration

	// MaxEvents is the number of events that are remembered, at about 200 bytes each. 0
	// is 100,000, -1 is no limit. The oldest ones are forgotten first.
	MaxEvents int

	mu     sync.Mutex
	events map[eventKey]*handledEvent
	oldest *handledEvent // handled; those in work are in the map only
	newest *handledEvent
	length int // of the list
}

// The values of the limits that are 0.
const (
	defaultWindow    = 10 * time.Minute
	defaultMaxEvents = 100_000
)

// limits returns the limits of d. No limit is the largest number.
func (d *Deduplicate) limits() (window time.Duration, events int64) {
	return time.Duration(limit(int64(d.Window), int64(defaultWindow))), limit(int64(d.MaxEvents), defaultMaxEvents)
}

// eventKey is a hash of source and id, both of which may be of any length.
type eventKey [sha256.Size]byte

func newEventKey(e *cloudevents.Event) eventKey {
	var short [256]byte
	b := append(strconv.AppendInt(short[:0], int64(len(e.Source)), 10), ':')
	b = append(append(b, e.Source...), e.ID...)
	return sha256.Sum256(b)
}

// handledEvent is an event that is being handled or was handled.
type handledEvent struct {
	key      eventKey
	done     chan struct{} // closed when the handler has returned; nil if nothing waits
	handled  time.Time     // zero while the event is being handled
	deferred *Deferred     // the result, if the handler deferred the event
	next     *handledEvent
}

// Wrap is a [Middleware].
func (d *Deduplicate) Wrap(next Handler) Handler {
	return func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
		work, known, err := d.begin(ctx, newEventKey(e))
		switch {
		case err != nil:
			return nil, err
		case known != nil:
			return nil, &Duplicate{known.deferred}
		}
		r := Result{Verdict: VerdictRetry} // unless next returns
		defer func() { d.end(work, &r) }()
		reply, err = next(ctx, e)
		r = Judge(ctx, reply, err)
		return reply, err
	}
}

// begin returns the event as work, if the caller has to handle it, or as known, if it was
// handled already.
func (d *Deduplicate) begin(ctx context.Context, key eventKey) (work, known *handledEvent, err error) {
	for {
		d.mu.Lock()
		d.forget()
		h := d.events[key]
		switch {
		case h == nil:
			h = &handledEvent{key: key}
			if d.events == nil {
				d.events = map[eventKey]*handledEvent{}
			}
			d.events[key] = h
			d.mu.Unlock()
			return h, nil, nil
		case !h.handled.IsZero():
			d.mu.Unlock()
			return nil, h, nil
		case h.done == nil:
			h.done = make(chan struct{})
		}
		done := h.done
		d.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, nil, &Error{
				Status: 503, Type: "event_in_progress", Message: "the same event is being handled",
				Retryable: true, RetryAfter: time.Second, Err: ctx.Err(),
			}
		}
	}
}

func (d *Deduplicate) end(h *handledEvent, r *Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h.done != nil {
		close(h.done)
		h.done = nil
	}
	if r.failed() {
		delete(d.events, h.key)
		return
	}
	h.handled = time.Now()
	if r.Verdict == VerdictDeferred {
		h.deferred = &Deferred{r.ID}
	}
	if d.newest == nil {
		d.oldest = h
	} else {
		d.newest.next = h
	}
	d.newest = h
	d.length++
	d.forget()
}

// forget removes the events beyond the limits.
func (d *Deduplicate) forget() {
	window, events := d.limits()
	for d.oldest != nil {
		if int64(d.length) <= events && time.Since(d.oldest.handled) < window {
			return
		}
		delete(d.events, d.oldest.key)
		if d.oldest = d.oldest.next; d.oldest == nil {
			d.newest = nil
		}
		d.length--
	}
}
