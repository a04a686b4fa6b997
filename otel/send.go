package ceotel

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// SendObserver returns the hooks for a Sender. It returns the error of [Telemetry.Validate], and
// those of the MeterProvider.
func (t *Telemetry) SendObserver() (dispatch.SendObserver, error) {
	if err := t.Validate(); err != nil {
		return dispatch.SendObserver{}, err
	}
	m := t.meter()
	duration, err1 := m.Float64Histogram("messaging.client.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of messaging operation initiated by a producer or consumer client."), durationBuckets)
	sent, err2 := m.Int64Counter("messaging.client.sent.messages", metric.WithUnit("{message}"),
		metric.WithDescription("Number of messages producer attempted to send to the broker."))
	if err := errors.Join(err1, err2); err != nil {
		return dispatch.SendObserver{}, err
	}
	s := &producer{
		telemetry: *t, tracer: t.tracer(), propagator: t.propagator(),
		base: t.base(send), created: t.base(create), duration: duration, sent: sent,
	}
	o := dispatch.SendObserver{Sending: s.begin, Sent: s.end, Failed: s.end}
	if t.SetHeader {
		o.Header = s.header
	}
	return o, nil
}

// producer observes a Sender.
type producer struct {
	telemetry  Telemetry
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	base       []attribute.KeyValue // of send
	created    []attribute.KeyValue // of create
	duration   metric.Float64Histogram
	sent       metric.Int64Counter
}

// sending is one call of a Sender. The hooks of a call run on its goroutine.
type sending struct {
	span   trace.Span
	begin  time.Time
	left   int               // events without an outcome
	failed *dispatch.Outcome // the first one
}

type sendingKey struct{ s *producer }

func (s *producer) begin(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
	if len(es) == 0 {
		return ctx, es, nil
	}
	es = slices.Clone(es)
	op := &sending{begin: time.Now(), left: len(es)}
	var links []trace.Link
	var without []*cloudevents.Event // a trace context of their own
	for i := range es {
		if origin := ContextOf(&es[i]); origin.IsValid() {
			links = append(links, s.link(origin, &es[i], len(es)))
		} else if !s.telemetry.NoExtension {
			without = append(without, &es[i])
		}
	}
	if len(es) > 1 && !s.telemetry.NoCreateSpans {
		for _, e := range without {
			links = append(links, s.link(s.create(ctx, e), e, len(es)))
		}
		without = nil
	}
	kind, attrs := trace.SpanKindClient, s.base
	if len(without) > 0 {
		kind = trace.SpanKindProducer // its context is that of the creation of events
	}
	if len(es) == 1 {
		attrs = ofEvent(attrs, &es[0])
	} else {
		attrs = append(attrs, keyMessageCount.Int(len(es)))
	}
	ctx, op.span = s.tracer.Start(ctx, s.telemetry.spanName(send), trace.WithSpanKind(kind),
		trace.WithTimestamp(op.begin), trace.WithAttributes(attrs...), trace.WithLinks(links...))
	for _, e := range without {
		Inject(ctx, e)
	}
	return context.WithValue(ctx, sendingKey{s}, op), es, nil
}

// link returns a link to the creation of one of n events.
func (s *producer) link(origin trace.SpanContext, e *cloudevents.Event, n int) trace.Link {
	if n == 1 {
		return trace.Link{SpanContext: origin}
	}
	return trace.Link{SpanContext: origin, Attributes: ofEvent(nil, e)}
}

// create makes the span of an event of a batch, and gives its context to the event.
func (s *producer) create(ctx context.Context, e *cloudevents.Event) trace.SpanContext {
	ctx, span := s.tracer.Start(ctx, s.telemetry.spanName(create), trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(ofEvent(s.created, e)...))
	defer span.End()
	Inject(ctx, e)
	return span.SpanContext()
}

// header gives the trace context of a call to the headers of its messages.
func (s *producer) header(ctx context.Context, set func(name, value string)) {
	s.propagator.Inject(ctx, headerCarrier{set: set})
}

func (s *producer) end(ctx context.Context, o dispatch.Outcome) {
	attrs := s.base
	if s.telemetry.Types != nil {
		attrs = append(attrs, keyEventType.String(typeIn(s.telemetry.Types, o.Type)))
	}
	if o.Err != nil {
		attrs = append(attrs, keyErrorType.String(errorType(&o)))
	}
	s.sent.Add(ctx, 1, metric.WithAttributes(append(attrs, keyOutcome.String(outcomeOf(&o)))...))
	op, ok := ctx.Value(sendingKey{s}).(*sending)
	if !ok {
		return
	}
	if o.Err != nil && op.failed == nil {
		op.failed = &o
	}
	if op.left--; op.left != 0 {
		return
	}
	now := time.Now()
	attrs = s.base
	if op.failed != nil {
		fail(op.span, op.failed)
		attrs = append(attrs, keyErrorType.String(errorType(op.failed)))
	}
	s.duration.Record(ctx, now.Sub(op.begin).Seconds(), metric.WithAttributes(attrs...))
	op.span.End(trace.WithTimestamp(now))
}
