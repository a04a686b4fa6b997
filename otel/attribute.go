package ceotel

import (
	"context"
	"errors"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The attributes of the semantic conventions, and outcome, which is none of them.
const (
	keySystem        = attribute.Key("messaging.system")
	keyDestination   = attribute.Key("messaging.destination.name")
	keyOperationName = attribute.Key("messaging.operation.name")
	keyOperationType = attribute.Key("messaging.operation.type")
	keyMessageCount  = attribute.Key("messaging.batch.message_count")
	keyErrorType     = attribute.Key("error.type")
	keyEventID       = attribute.Key("cloudevents.event_id")
	keyEventSource   = attribute.Key("cloudevents.event_source")
	keyEventVersion  = attribute.Key("cloudevents.event_spec_version")
	keyEventSubject  = attribute.Key("cloudevents.event_subject")
	keyEventType     = attribute.Key("cloudevents.event_type")

	keyOutcome = attribute.Key("ce.outcome")
)

// The operations. Their names are also their types.
const (
	process = "process"
	send    = "send"
	create  = "create"
)

// base returns the attributes of all spans and metrics of an operation.
func (t *Telemetry) base(operation string) []attribute.KeyValue {
	out := []attribute.KeyValue{keySystem.String(t.System), keyOperationName.String(operation), keyOperationType.String(operation)}
	if t.Destination != "" {
		out = append(out, keyDestination.String(t.Destination))
	}
	out = append(out, t.Attributes...)
	return out[:len(out):len(out)]
}

// spanName is the name of the spans of an operation.
func (t *Telemetry) spanName(operation string) string {
	if t.Destination == "" {
		return operation
	}
	return operation + " " + t.Destination
}

// maxAttribute limits an attribute of an event in a span, in bytes.
const maxAttribute = 1 << 10

// ofEvent appends the attributes of an event. They are copies: a span waits for its export, and
// would keep the memory of the whole event until then.
func ofEvent(dst []attribute.KeyValue, e *cloudevents.Event) []attribute.KeyValue {
	text := func(k attribute.Key, s string) attribute.KeyValue { return k.String(excerpt.Cut(s, maxAttribute)) }
	dst = append(dst, text(keyEventID, e.ID), text(keyEventSource, e.Source),
		keyEventVersion.String(e.SpecVersion.String()), text(keyEventType, e.Type))
	if e.Subject != "" {
		dst = append(dst, text(keyEventSubject, e.Subject))
	}
	return dst
}

// outcomeOf returns the value of ce.outcome.
func outcomeOf(o *dispatch.Outcome) string {
	if o.Duplicate {
		return "duplicate"
	}
	return o.Verdict.String()
}

// errorType returns the value of error.type.
func errorType(o *dispatch.Outcome) string {
	var (
		panicked *dispatch.PanicError
		invalid  *validation.Error
	)
	switch {
	case errors.As(o.Err, &panicked):
		return "panic"
	case errors.Is(o.Err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(o.Err, context.Canceled):
		return "canceled"
	case o.Status != 0:
		return strconv.Itoa(o.Status)
	case errors.As(o.Err, &invalid), o.ID == "":
		return "invalid_event"
	}
	return o.Verdict.String()
}

// maxDescription limits the description of a status, in bytes.
const maxDescription = 1 << 10

// fail sets the status of a span.
func fail(span trace.Span, o *dispatch.Outcome) {
	if span.IsRecording() {
		span.SetStatus(codes.Error, excerpt.Cut(o.Err.Error(), maxDescription))
		span.SetAttributes(keyErrorType.String(errorType(o)))
	}
}
