// Package ceotel makes traces and metrics of OpenTelemetry from the hooks of package dispatch.
// The directory is otel, the package is ceotel.
//
// A [Telemetry] describes a place where events come from or go to. [Telemetry.Observer] is for
// all that calls handlers: the Receiver of package cehttp, a dispatch.Background, and the
// Consumers of the client modules. [Telemetry.SendObserver] is for all Senders.
//
//	in := ceotel.Telemetry{System: "http", Destination: "/events"}
//	observer, err := in.Observer()
//	receiver := &cehttp.Receiver{Handler: handle, Observer: cehttp.Observer{Observer: observer}}
//
//	out := ceotel.Telemetry{System: "nats", Destination: "orders.placed"}
//	sending, err := out.SendObserver()
//	sender := &cenatsgo.Sender{JetStream: js, Subject: "orders.placed", Observer: sending}
//
// This package knows no client and needs nothing but OpenTelemetry. The page
// docs/observability.md has more examples.
//
// # Trace context
//
// The context of a trace travels in two places, and they mean different things:
//
//   - The distributed tracing extension, traceparent and tracestate of the event, is where the
//     event was sent for the first time. A Sender sets it if the event has none, in a copy, and
//     never replaces a valid one: it stays the same over all hops.
//   - The plain headers of the carrier, traceparent and tracestate beside the event, are the
//     last hop. They are taken and given only on request: [Telemetry.HeaderFrom] and
//     [Telemetry.SetHeader].
//
// A malformed traceparent is as none: it never fails an event.
//
// # Spans
//
// Names and attributes are those of the semantic conventions for messaging and for CloudEvents,
// version 1.43.0, which are in development.
//
//   - "process" is the work of a handler on an event, of the kind CONSUMER. Each attempt has a
//     span of its own. Its parent is the span of the context that the transport has, or else
//     that of the plain headers, or else that of the extension. It links to that of the
//     extension always, and to that of the plain headers if that is another one.
//   - "send" is a call of a Sender with all of its attempts, of the kind PRODUCER, or CLIENT if
//     each event had its trace context before. It links to that context.
//   - "create" is an event of a batch. The span of the batch links to it.
//     [Telemetry.NoCreateSpans] leaves it out.
//
// There are no spans for receiving and settling messages: the client's own instrumentation
// makes them. A failure sets the status of the span and error.type, which is "panic",
// "timeout", "canceled", "invalid_event", an HTTP status, "refused" or "retry".
//
// # Metrics
//
//   - messaging.process.duration, in seconds, and messaging.client.consumed.messages, for
//     handlers.
//   - messaging.client.operation.duration, in seconds, and messaging.client.sent.messages, for
//     senders.
//   - ce.event.age, in seconds, is the time from the attribute time of an event to its handler:
//     what is late. An event without a time is not counted, and one of the future has age 0.
//
// The conventions have no name for the last one, and none for the attribute ce.outcome of
// consumed and sent messages: "done", "deferred", "duplicate", "refused" or "retry". The names
// that begin with ce. are this package's own.
//
// # Cardinality
//
// Metrics have no attribute that a sender chooses freely. The type of an event is one only if
// [Telemetry.Types] lists it, and "_OTHER" if not. Subject, id and source are on spans alone.
//
// # Trust
//
// A trace context is not signed, and a stranger can choose it. [Telemetry.Public] begins a
// trace of its own for each event from outside, and links to the stranger's.
package ceotel
