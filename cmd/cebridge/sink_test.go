package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// sink is a receiver that keeps what it gets.
type sink struct {
	*httptest.Server
	mu      sync.Mutex
	events  map[string]cloudevents.Event
	layouts map[string]layout
	repeat  int
	fail    func(e *cloudevents.Event) error
	wait    func() // called first
}

func newSink(t *testing.T) *sink {
	s := &sink{events: map[string]cloudevents.Event{}, layouts: map[string]layout{}}
	receiver := &cehttp.Receiver{Decoder: cehttp.Decoder{Format: all.Formats()}, Handler: s.handle, Logger: slog.New(slog.DiscardHandler)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		receiver.ServeHTTP(w, r.WithContext(withLayout(r.Context(), layoutOf(cehttp.ModeOf(r.Header), r.Header.Get("Content-Type")))))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) handle(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	if s.wait != nil {
		s.wait()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(e); err != nil {
			return nil, err
		}
	}
	if _, again := s.events[e.ID]; again {
		s.repeat++
	}
	s.events[e.ID] = e.Clone()
	s.layouts[e.ID], _ = ctx.Value(layoutKey{}).(layout)
	return nil, nil
}

func (s *sink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.events)
}

// has waits until n events are there.
func (s *sink) has(t *testing.T, n int) {
	t.Helper()
	waitFor(t, func() bool { return s.count() >= n })
}
