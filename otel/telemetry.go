package ceotel

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Telemetry describes a place where events come from or go to. System is required. Its methods
// return hooks, which do not see later changes of the fields, and may be used by several
// Receivers, Consumers or Senders at the same time.
type Telemetry struct {
	// System is the attribute messaging.system: "kafka", "rabbitmq", "nats", "mqtt", "http".
	System string

	// Destination is the attribute messaging.destination.name: the topic, queue or subject.
	// It is on spans and metrics, so it must not hold an id. "" leaves it out.
	Destination string

	// Attributes are on each span and metric, such as server.address and
	// messaging.consumer.group.name.
	Attributes []attribute.KeyValue

	// Types are the types of events that metrics tell apart, in the attribute
	// cloudevents.event_type. One may end in a star, as in a dispatch.Route, and is then the
	// value for all types that begin like it. Types that are not listed are "_OTHER". nil
	// leaves the attribute out. [TypesOf] returns those of a Mux.
	Types []string

	// HeaderFrom returns a plain header of the message that an event came in, or "". ctx is
	// the context that the transport has. The client modules have such a function, such as
	// cekgo.HeaderFrom; for HTTP there is [Telemetry.FromRequest]. nil takes the trace context
	// from the extension alone.
	HeaderFrom func(ctx context.Context, name string) string

	// SetHeader gives the trace context to the plain headers of messages, too.
	SetHeader bool

	// NoExtension sets no trace context in events.
	NoExtension bool

	// NoCreateSpans makes no span for each event of a batch. Then all of them have the trace
	// context of the one span of the batch.
	NoCreateSpans bool

	// Public says that events come from strangers: their trace context is not the parent of a
	// span, and is only linked to.
	Public bool

	// TracerProvider makes the spans. nil is that of otel.GetTracerProvider.
	TracerProvider trace.TracerProvider

	// MeterProvider makes the metrics. nil is that of otel.GetMeterProvider.
	MeterProvider metric.MeterProvider

	// Propagator reads and writes the plain headers. nil is propagation.TraceContext{}. The
	// extension always has the format of W3C.
	Propagator propagation.TextMapPropagator
}

var errNoSystem = errors.New("ceotel: the Telemetry has no System")

// Validate reports a Telemetry without a System. Observer and SendObserver return that error.
func (t *Telemetry) Validate() error {
	if t.System == "" {
		return errNoSystem
	}
	return nil
}

const (
	scope     = "github.com/seed763dd41b/cloudevents/otel"
	schemaURL = "https://opentelemetry.io/schemas/1.43.0"
)

func (t *Telemetry) tracer() trace.Tracer {
	p := t.TracerProvider
	if p == nil {
		p = otel.GetTracerProvider()
	}
	return p.Tracer(scope, trace.WithSchemaURL(schemaURL))
}

func (t *Telemetry) meter() metric.Meter {
	p := t.MeterProvider
	if p == nil {
		p = otel.GetMeterProvider()
	}
	return p.Meter(scope, metric.WithSchemaURL(schemaURL))
}

func (t *Telemetry) propagator() propagation.TextMapPropagator {
	if t.Propagator == nil {
		return propagation.TraceContext{}
	}
	return t.Propagator
}

// FromRequest takes the trace context from the plain headers of requests, for a Receiver behind
// it. It makes no span. An instrumentation of net/http that makes one does the same.
func (t *Telemetry) FromRequest(next http.Handler) http.Handler {
	p := t.propagator()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(p.Extract(r.Context(), propagation.HeaderCarrier(r.Header))))
	})
}

// TypesOf returns the types of the routes of a Mux, for [Telemetry.Types]: as many values as the
// Mux has routes, whatever senders send. A route with a Version that is a label is the type with
// the label at its end.
func TypesOf(m *dispatch.Mux) (types []string) {
	for r := range m.Routes() {
		eventType := r.Type
		if label := r.Version; label != "" && label != "*" && !strings.ContainsAny(label, ":") && !strings.HasSuffix(eventType, "*") {
			eventType += "." + label
		}
		types = append(types, eventType)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// other is the value for what a list does not have.
const other = "_OTHER"

// typeIn returns the longest of the types that an event type fits, or other.
func typeIn(types []string, eventType string) string {
	best, length := other, -1
	for _, t := range types {
		prefix, ok := strings.CutSuffix(t, "*")
		switch {
		case t == eventType:
			return t
		case ok && len(prefix) > length && strings.HasPrefix(eventType, prefix):
			best, length = t, len(prefix)
		}
	}
	return best
}
