package ceotel

import (
	"context"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
)

const (
	traceparent = "traceparent"
	tracestate  = "tracestate"
)

// Inject sets the extensions traceparent and tracestate of e to the span of ctx, if there is one.
// An event that has a valid traceparent is left alone: it is that of the start of its way
// (distributed-tracing.md#using-the-distributed-tracing-extension). It writes to no slice that e
// had. A Sender with [Telemetry.SendObserver] needs no Inject. It is for replies, and for an event
// that is signed with its trace context before it is sent.
func Inject(ctx context.Context, e *cloudevents.Event) {
	if ContextOf(e).IsValid() || !trace.SpanContextFromContext(ctx).IsValid() {
		return
	}
	e.Delete(tracestate) // it belongs to a traceparent that is not valid
	propagation.TraceContext{}.Inject(ctx, eventCarrier{e})
}

// Extract returns a context with the trace context in the extensions of e, as that of a remote
// span. It is ctx if e has none, or if it is malformed.
func Extract(ctx context.Context, e *cloudevents.Event) context.Context {
	return propagation.TraceContext{}.Extract(ctx, eventCarrier{e})
}

// ContextOf returns the trace context in the extensions of e. It is not valid if e has none, or
// if it is malformed.
func ContextOf(e *cloudevents.Event) trace.SpanContext {
	if _, ok := e.Get(traceparent); !ok {
		return trace.SpanContext{}
	}
	return trace.SpanContextFromContext(Extract(context.Background(), e))
}

// eventCarrier has the extensions of an event.
type eventCarrier struct{ event *cloudevents.Event }

func (c eventCarrier) Get(key string) string {
	v, _ := c.event.Get(key)
	return v.String()
}

// Set cannot fail: what the propagator writes are legal names and values.
func (c eventCarrier) Set(key, value string) { _ = c.event.Set(key, cloudevents.StringValue(value)) }

func (c eventCarrier) Keys() []string { return []string{traceparent, tracestate} }

// headerCarrier has the plain headers of a message, for reading or for writing.
type headerCarrier struct {
	get func(name string) string
	set func(name, value string)
}

func (c headerCarrier) Get(key string) string {
	if c.get == nil {
		return ""
	}
	return c.get(key)
}

func (c headerCarrier) Set(key, value string) { c.set(key, value) }

func (c headerCarrier) Keys() []string { return nil }
