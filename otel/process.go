package ceotel

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Observer returns the hooks for what calls handlers. It returns the error of
// [Telemetry.Validate], and those of the MeterProvider.
func (t *Telemetry) Observer() (dispatch.Observer, error) {
	if err := t.Validate(); err != nil {
		return dispatch.Observer{}, err
	}
	m := t.meter()
	duration, err1 := m.Float64Histogram("messaging.process.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of processing operation."), durationBuckets)
	consumed, err2 := m.Int64Counter("messaging.client.consumed.messages", metric.WithUnit("{message}"),
		metric.WithDescription("Number of messages that were delivered to the application."))
	age, err3 := m.Float64Histogram("ce.event.age", metric.WithUnit("s"),
		metric.WithDescription("Time from the attribute time of an event to its handler."), ageBuckets)
	if err := errors.Join(err1, err2, err3); err != nil {
		return dispatch.Observer{}, err
	}
	p := &processor{
		telemetry: *t, tracer: t.tracer(), propagator: t.propagator(),
		name: t.spanName(process), base: t.base(process), duration: duration, consumed: consumed, age: age,
	}
	return dispatch.Observer{Handling: p.begin, Handled: p.end, Failed: p.end}, nil
}

// The buckets of the conventions, and those for what may have waited for days.
var (
	durationBuckets = metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
	ageBuckets      = metric.WithExplicitBucketBoundaries(0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 6*3600, 24*3600, 7*24*3600)
)

// processor observes handlers.
type processor struct {
	telemetry  Telemetry
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	name       string
	base       []attribute.KeyValue
	duration   metric.Float64Histogram
	consumed   metric.Int64Counter
	age        metric.Float64Histogram
}

// processing is the work on one event. Its key in the context is its processor, because a
// Background may have another one than the Receiver in front of it.
type processing struct {
	span  trace.Span
	begin time.Time
	ended atomic.Bool
}

type processingKey struct{ p *processor }

func (p *processor) begin(ctx context.Context, e *cloudevents.Event) context.Context {
	op := &processing{begin: time.Now()}
	options := []trace.SpanStartOption{
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithTimestamp(op.begin),
		trace.WithAttributes(ofEvent(p.base, e)...),
	}
	parent, links := p.relations(ctx, e)
	if len(links) > 0 {
		options = append(options, trace.WithLinks(links...))
	}
	ctx, op.span = p.tracer.Start(parent, p.name, options...)
	if !e.Time.IsZero() {
		age := max(op.begin.Sub(e.Time).Seconds(), 0)
		p.age.Record(ctx, age, metric.WithAttributes(p.withType(e.Type)...))
	}
	return context.WithValue(ctx, processingKey{p}, op)
}

// relations returns the context with the parent of a span, and what it links to.
func (p *processor) relations(ctx context.Context, e *cloudevents.Event) (context.Context, []trace.Link) {
	var links []trace.Link
	origin := ContextOf(e)
	if origin.IsValid() {
		links = append(links, trace.Link{SpanContext: origin})
	}
	hop, headers := trace.SpanContext{}, headerCarrier{}
	if from := p.telemetry.HeaderFrom; from != nil {
		headers.get = func(name string) string { return from(ctx, name) }
		hop = trace.SpanContextFromContext(p.propagator.Extract(context.Background(), headers))
		if hop.IsValid() && !hop.Equal(origin) {
			links = append(links, trace.Link{SpanContext: hop})
		}
	}
	if p.telemetry.Public || trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, links
	}
	parent := p.propagator.Extract(ctx, headers) // which may be baggage alone
	if !hop.IsValid() && origin.IsValid() {
		parent = trace.ContextWithRemoteSpanContext(parent, origin)
	}
	return parent, links
}

// withType returns the attributes of a metric about an event of that type.
func (p *processor) withType(eventType string) []attribute.KeyValue {
	if p.telemetry.Types == nil {
		return p.base
	}
	return append(p.base, keyEventType.String(typeIn(p.telemetry.Types, eventType)))
}

func (p *processor) end(ctx context.Context, o dispatch.Outcome) {
	attrs := p.withType(o.Type)
	if o.Err != nil {
		attrs = append(attrs, keyErrorType.String(errorType(&o)))
	}
	p.consumed.Add(ctx, 1, metric.WithAttributes(append(attrs, keyOutcome.String(outcomeOf(&o)))...))
	op, ok := ctx.Value(processingKey{p}).(*processing)
	if !ok || op.ended.Swap(true) {
		return // a message without an event, or one that was never handled
	}
	now := time.Now()
	p.duration.Record(ctx, now.Sub(op.begin).Seconds(), metric.WithAttributes(attrs...))
	if o.Err != nil {
		fail(op.span, &o)
	}
	op.span.SetAttributes(keyOutcome.String(outcomeOf(&o)))
	op.span.End(trace.WithTimestamp(now))
}
