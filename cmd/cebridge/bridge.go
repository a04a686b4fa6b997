package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// target takes events. send returns once it has the event.
type target interface {
	send(ctx context.Context, e *cloudevents.Event, mode cloudevents.Mode) error
	close()
}

// bridge passes the events of a source to a target.
type bridge struct {
	settings  settings
	logger    *slog.Logger
	telemetry *telemetry
	filter    *cesql.Expression
	target    target
	counts    counts
	lag       func() int64 // of the source, or nil
}

// counts are what has become of events.
type counts struct {
	received, sent, filtered, failed, invalid atomic.Int64
}

// delivery is what sources call.
func (b *bridge) delivery() dispatch.Delivery {
	attempts := b.settings.attempts
	if attempts == 0 {
		attempts = -1
	}
	observer := b.telemetry.receiving
	failed := observer.Failed
	observer.Failed = func(ctx context.Context, o dispatch.Outcome) {
		if o.ID == "" {
			b.counts.invalid.Add(1)
		}
		failed(ctx, o)
	}
	return dispatch.Delivery{Handler: b.pass, Attempts: attempts, Timeout: b.settings.timeout, Logger: b.logger, Observer: observer}
}

type modeKey struct{}

// withMode returns a context that says in which mode an event came.
func withMode(ctx context.Context, m cloudevents.Mode) context.Context {
	return context.WithValue(ctx, modeKey{}, m)
}

// mode returns the mode for the target.
func (b *bridge) mode(ctx context.Context) cloudevents.Mode {
	if m, ok := modes[b.settings.mode]; ok {
		return m
	}
	if m, ok := ctx.Value(modeKey{}).(cloudevents.Mode); ok && m != cloudevents.BatchMode {
		return m
	}
	return cloudevents.StructuredMode // of an event of a batch
}

// pass sends an event to the target, unless a filter keeps it back.
func (b *bridge) pass(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	b.counts.received.Add(1)
	if !b.wants(e) {
		b.counts.filtered.Add(1)
		return nil, nil
	}
	if err := b.target.send(ctx, e, b.mode(ctx)); err != nil {
		b.counts.failed.Add(1)
		return nil, err
	}
	b.counts.sent.Add(1)
	b.logger.LogAttrs(ctx, slog.LevelDebug, "event passed", slog.Any("event", e))
	return nil, nil
}

// wants reports whether the flags let an event pass.
func (b *bridge) wants(e *cloudevents.Event) bool {
	if len(b.settings.types) > 0 && !b.hasType(e.Type) {
		return false
	}
	return b.filter == nil || b.filter.Matches(e)
}

func (b *bridge) hasType(eventType string) bool {
	for _, pattern := range b.settings.types {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(eventType, prefix) || eventType == pattern {
			return true
		}
	}
	return false
}

// serveAdmin serves health and metrics, until the function that it returns is called.
func (b *bridge) serveAdmin() (stop func(), err error) {
	if b.settings.admin == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", b.settings.admin)
	if err != nil {
		return nil, fmt.Errorf("-admin: %w", err)
	}
	server := &http.Server{Handler: b.adminHandler(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			b.logger.Error("-admin", "error", err.Error())
		}
	}()
	return func() { server.Close() }, nil
}

func (b *bridge) adminHandler() http.Handler {
	mux := http.NewServeMux()
	ok := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }
	mux.HandleFunc("GET /health", ok)
	mux.HandleFunc("GET /ready", ok)
	mux.HandleFunc("GET /metrics", b.metrics)
	return mux
}

// metrics writes the counts in the text format of Prometheus.
func (b *bridge) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, m := range []struct {
		name, help string
		n          *atomic.Int64
	}{
		{"received", "Attempts to pass an event.", &b.counts.received},
		{"sent", "Events that the target has.", &b.counts.sent},
		{"filtered", "Events that a filter kept back.", &b.counts.filtered},
		{"failed", "Attempts that failed.", &b.counts.failed},
		{"invalid", "Messages without a valid event.", &b.counts.invalid},
	} {
		fmt.Fprintf(w, "# HELP cebridge_%[1]s_total %[2]s\n# TYPE cebridge_%[1]s_total counter\ncebridge_%[1]s_total %[3]d\n", m.name, m.help, m.n.Load())
	}
	if b.lag != nil {
		fmt.Fprintf(w, "# HELP cebridge_lag Messages of the source that were not passed yet.\n# TYPE cebridge_lag gauge\ncebridge_lag %d\n", b.lag())
	}
}
