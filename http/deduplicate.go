package cehttp

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Defaults of the zero [Deduplicate].
const (
	DefaultDeduplicateWindow    = 10 * time.Minute
	DefaultDeduplicateMaxEvents = 100_000
)

// Deduplicate keeps events from being handled again that were handled already: two
// events with the same source and id are the same one (spec.md#id). The zero value
// is ready to use. It must not be copied after its first use; all handlers that it
// wraps share what it remembers.
//
// An event is remembered when its handler has returned without an error, or with
// [Deferred]. When it comes again, it is answered the same, but without the reply,
// which is not kept. An event whose handler failed or panicked is forgotten, and
// handled when it comes again. One that comes while the first is still being
// handled waits for that, until its own context ends, which is answered 503: it is
// then taken for handled, or handled itself if the first failed.
//
// So each event is handled successfully at most once by this process, as long as it
// comes again within Window and before MaxEvents other events were handled. A
// restart forgets everything, and other processes know nothing of it: a handler that
// must never run twice needs a store that it writes in one transaction with its own
// work.
//
// What a handler does after it returned, or after it deferred the event, is not
// looked at: with [Deferred], wrap the handler that does the work.
type Deduplicate struct {
	Window    time.Duration // since the event was handled; 0 is DefaultDeduplicateWindow, -1 is no limit
	MaxEvents int           // that are remembered, about 200 bytes each; 0 is DefaultDeduplicateMaxEvents; a negative one is no limit

	mu     sync.Mutex
	events map[eventKey]*handledEvent
	oldest *handledEvent // handled; those in work are in the map only
	newest *handledEvent
	length int // of the list
}

// eventKey is a hash of source and id, for which both may be of any length.
type eventKey [sha256.Size]byte

func newEventKey(e *cloudevents.Event) eventKey {
	var short [256]byte
	b := append(strconv.AppendInt(short[:0], int64(len(e.Source)), 10), ':')
	b = append(append(b, e.Source...), e.ID...)
	return sha256.Sum256(b)
}

type handledEvent struct {
	key      eventKey
	done     chan struct{} // closed when the handler has returned; nil if nobody waits
	handled  time.Time     // zero while in work
	deferred *Deferred     // the answer, if it was that
	next     *handledEvent
}

// Wrap is a [Middleware].
func (d *Deduplicate) Wrap(next Handler) Handler {
	return func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
		work, known, err := d.begin(ctx, newEventKey(e))
		if err != nil {
			return nil, err
		}
		if known != nil {
			if known.deferred != nil {
				return nil, known.deferred
			}
			return nil, nil
		}
		returned := false
		defer func() { // also if it panics
			var deferred *Deferred
			success := returned && (err == nil || errors.As(err, &deferred))
			d.end(work, success, deferred)
		}()
		reply, err = next(ctx, e)
		returned = true
		return reply, err
	}
}

// begin returns the event as one that the caller has to handle, or as one that is
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
			return nil, nil, &HandlerError{
				Status: http.StatusServiceUnavailable, Type: "event_in_progress",
				Message:   "the same event is being handled",
				Retryable: true, RetryAfter: time.Second, Err: ctx.Err(),
			}
		}
	}
}

func (d *Deduplicate) end(h *handledEvent, success bool, deferred *Deferred) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h.done != nil {
		close(h.done)
		h.done = nil
	}
	if !success {
		delete(d.events, h.key)
		return
	}
	h.handled, h.deferred = time.Now(), deferred
	if d.newest == nil {
		d.oldest = h
	} else {
		d.newest.next = h
	}
	d.newest = h
	d.length++
	d.forget()
}

// forget removes what is too old or too much.
func (d *Deduplicate) forget() {
	window, maxEvents := d.Window, d.MaxEvents
	if window == 0 {
		window = DefaultDeduplicateWindow
	}
	if maxEvents == 0 {
		maxEvents = DefaultDeduplicateMaxEvents
	}
	for d.oldest != nil {
		tooMuch := maxEvents > 0 && d.length > maxEvents
		if !tooMuch && (window < 0 || time.Since(d.oldest.handled) < window) {
			return
		}
		delete(d.events, d.oldest.key)
		if d.oldest = d.oldest.next; d.oldest == nil {
			d.newest = nil
		}
		d.length--
	}
}
