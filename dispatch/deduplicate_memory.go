package dispatch

import (
	"context"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// memoryStore is what a Deduplicate without a Store remembers.
type memoryStore struct {
	mu     sync.Mutex
	events map[EventKey]*handledEvent
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
	return limit.Of(d.Window, defaultWindow), limit.Of(int64(d.MaxEvents), defaultMaxEvents)
}

// handledEvent is an event that is being handled or was handled.
type handledEvent struct {
	key      EventKey
	done     chan struct{} // closed when the handler has returned; nil if nothing waits
	handled  time.Time     // zero while the event is being handled
	deferred *Deferred     // the result, if the handler deferred the event
	next     *handledEvent
}

// memoryOf is the memory of d as a DeduplicateStore.
type memoryOf struct{ d *Deduplicate }

func (m memoryOf) Claim(ctx context.Context, key EventKey) (DeduplicateClaim, *Duplicate, error) {
	s := &m.d.memory
	for {
		s.mu.Lock()
		m.d.forget()
		h := s.events[key]
		switch {
		case h == nil:
			h = &handledEvent{key: key}
			if s.events == nil {
				s.events = map[EventKey]*handledEvent{}
			}
			s.events[key] = h
			s.mu.Unlock()
			return memoryClaim{m.d, h}, nil, nil
		case !h.handled.IsZero():
			s.mu.Unlock()
			return nil, &Duplicate{h.deferred}, nil
		case h.done == nil:
			h.done = make(chan struct{})
		}
		done := h.done
		s.mu.Unlock()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

type memoryClaim struct {
	d *Deduplicate
	h *handledEvent
}

func (c memoryClaim) Release(context.Context) error {
	s := &c.d.memory
	s.mu.Lock()
	defer s.mu.Unlock()
	c.h.wake()
	delete(s.events, c.h.key)
	return nil
}

func (c memoryClaim) Finish(_ context.Context, deferred *Deferred) error {
	s, h := &c.d.memory, c.h
	s.mu.Lock()
	defer s.mu.Unlock()
	h.wake()
	h.handled, h.deferred = time.Now(), deferred
	if s.newest == nil {
		s.oldest = h
	} else {
		s.newest.next = h
	}
	s.newest = h
	s.length++
	c.d.forget()
	return nil
}

// wake ends the waits for h. The caller holds mu.
func (h *handledEvent) wake() {
	if h.done != nil {
		close(h.done)
		h.done = nil
	}
}

// forget removes the events beyond the limits. The caller holds mu.
func (d *Deduplicate) forget() {
	s := &d.memory
	window, events := d.limits()
	for s.oldest != nil {
		if int64(s.length) <= events && time.Since(s.oldest.handled) < window {
			return
		}
		delete(s.events, s.oldest.key)
		if s.oldest = s.oldest.next; s.oldest == nil {
			s.newest = nil
		}
		s.length--
	}
}
