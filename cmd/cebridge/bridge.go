package main

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// target takes events. send returns once it has the event.
type target interface {
	send(ctx context.Context, e *cloudevents.Event, l layout) error
	close()
}

// source hands events to the bridge until ctx ends.
type source interface {
	run(ctx context.Context) error
}

// bridge passes the events of a source to a target.
type bridge struct {
	settings  settings
	logger    *slog.Logger
	telemetry telemetry
	filter    *cesql.Expression
	target    target
	lag       func(context.Context) (int64, error) // of the source, or nil

	counts  counts
	phase   atomic.Int32
	trouble atomic.Pointer[string] // why the last attempt failed, unless the target works
}

// The phases of a bridge.
const (
	phaseOpening int32 = iota
	phaseOpen
	phaseClosing
)

// counts are what has become of events.
type counts struct {
	received, sent, filtered, failed, refused, invalid, underWay atomic.Int64
	sending                                                      atomic.Int64 // nanoseconds that sent and failed took
}

// delivery is what sources call.
func (b *bridge) delivery() dispatch.Delivery {
	attempts := b.settings.attempts
	if attempts == 0 {
		attempts = -1
	}
	observer := b.telemetry.receiving
	traced := observer.Failed
	observer.Failed = func(ctx context.Context, o dispatch.Outcome) {
		b.observeFailure(o)
		if traced != nil {
			traced(ctx, o)
		}
	}
	return dispatch.Delivery{Handler: b.pass, Attempts: attempts, Timeout: b.settings.timeout, Logger: b.logger, Observer: observer}
}

// observeFailure counts what the target refuses, and messages without an event.
func (b *bridge) observeFailure(o dispatch.Outcome) {
	switch {
	case o.ID == "":
		b.counts.invalid.Add(1)
	case o.Verdict == dispatch.VerdictRefused:
		b.counts.refused.Add(1)
	case o.Err != nil:
		text := excerpt.Cut(o.Err.Error(), maxTrouble)
		b.trouble.Store(&text)
	}
}

// maxTrouble limits what /ready says of an error, in bytes.
const maxTrouble = 1 << 10

// pass sends an event to the target, unless a filter keeps it back.
func (b *bridge) pass(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	b.counts.received.Add(1)
	if !b.wants(ctx, e) {
		b.counts.filtered.Add(1)
		return nil, nil
	}
	b.counts.underWay.Add(1)
	begin := time.Now()
	err := b.target.send(ctx, e, b.layout(ctx))
	b.counts.sending.Add(int64(time.Since(begin)))
	b.counts.underWay.Add(-1)
	if err != nil {
		b.counts.failed.Add(1)
		return nil, err
	}
	b.counts.sent.Add(1)
	b.trouble.Store(nil)
	b.logger.LogAttrs(ctx, slog.LevelDebug, "event passed", slog.Any("event", e))
	return nil, nil
}

// wants reports whether the flags let an event pass. An expression that fails is not true.
func (b *bridge) wants(ctx context.Context, e *cloudevents.Event) bool {
	if len(b.settings.types) > 0 && !b.hasType(e.Type) {
		return false
	}
	if b.filter == nil {
		return true
	}
	ok, err := b.filter.Match(e)
	if err != nil {
		b.logger.LogAttrs(ctx, slog.LevelDebug, "-filter fails", slog.String("error", err.Error()), slog.Any("event", e))
	}
	return ok && err == nil
}

func (b *bridge) hasType(eventType string) bool {
	for _, pattern := range b.settings.types {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasPrefix(eventType, prefix) || eventType == pattern {
			return true
		}
	}
	return false
}
