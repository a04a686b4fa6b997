package observability_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// origin is the trace context of an event that comes from elsewhere, and its span.
const (
	origin     = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"
	originSpan = "b9c7c989f97918e1"
)

// passage sends an event over a carrier, and returns the spans and the event that has arrived.
func passage(t *testing.T, c carrier, e cloudevents.Event, change func(*ceotel.Telemetry)) (map[string]tracetest.SpanStub, cloudevents.Event) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	telemetry := ceotel.Telemetry{System: c.system, Destination: "orders", TracerProvider: provider}
	if change != nil {
		change(&telemetry)
	}
	arrived := make(chan cloudevents.Event, 1)
	var x ends
	var err1, err2 error
	x.sending, err1 = telemetry.SendObserver()
	x.receiving, err2 = telemetry.Observer()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	x.handler = func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		_, span := provider.Tracer("test").Start(ctx, "work")
		span.End()
		arrived <- e.Clone()
		return nil, nil
	}
	send := c.start(t, x)
	ctx, root := provider.Tracer("test").Start(t.Context(), "order")
	err := send(ctx, &e)
	root.End()
	if err != nil {
		t.Fatal(err)
	}
	out := <-arrived
	spans := map[string]tracetest.SpanStub{}
	for deadline := time.Now().Add(time.Minute); len(spans) < 4; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("spans %v", spans)
		}
		for _, s := range exporter.GetSpans() {
			spans[s.Name] = s
		}
	}
	return spans, out
}

func isChild(t *testing.T, child, parent tracetest.SpanStub) {
	t.Helper()
	if child.Parent.SpanID() != parent.SpanContext.SpanID() || child.SpanContext.TraceID() != parent.SpanContext.TraceID() {
		t.Errorf("span %q is not a child of %q", child.Name, parent.Name)
	}
}

// Over each carrier, sender, handler and the work of the handler are one trace.
func TestOneTrace(t *testing.T) {
	each(t, func(t *testing.T, c carrier) {
		spans, e := passage(t, c, cloudevents.New("/shop", "com.example.order.placed"), nil)
		sent, processed := spans["send orders"], spans["process orders"]
		isChild(t, sent, spans["order"])
		isChild(t, processed, sent)
		isChild(t, spans["work"], processed)
		if sent.SpanKind != trace.SpanKindProducer || processed.SpanKind != trace.SpanKindConsumer {
			t.Errorf("kinds %v and %v", sent.SpanKind, processed.SpanKind)
		}
		if ceotel.ContextOf(&e).SpanID() != sent.SpanContext.SpanID() {
			t.Errorf("the event has arrived with %v", e.Extensions)
		}
		for _, s := range []tracetest.SpanStub{sent, processed} {
			if !slices.ContainsFunc(s.Attributes, func(a attribute.KeyValue) bool { return a.Key == "messaging.system" && a.Value.AsString() == c.system }) {
				t.Errorf("span %q has %v", s.Name, s.Attributes)
			}
		}
	})
}

// On request the plain headers carry the last hop, beside the extension, which keeps the first.
// Where a message has no plain headers, the extension is the parent.
func TestPlainHeaders(t *testing.T) {
	each(t, func(t *testing.T, c carrier) {
		e := cloudevents.New("/shop", "com.example.order.placed")
		if err := e.Set("traceparent", cloudevents.StringValue(origin)); err != nil {
			t.Fatal(err)
		}
		spans, out := passage(t, c, e, func(x *ceotel.Telemetry) { x.SetHeader, x.HeaderFrom = true, c.headerFrom })
		if v, _ := out.Get("traceparent"); v.String() != origin {
			t.Errorf("the event has arrived with %v", out.Extensions)
		}
		processed := spans["process orders"]
		want := originSpan
		if c.headerFrom != nil {
			want = spans["send orders"].SpanContext.SpanID().String()
		}
		if got := processed.Parent.SpanID().String(); got != want {
			t.Errorf("the parent is %s, want %s", got, want)
		}
		if len(processed.Links) == 0 || processed.Links[0].SpanContext.SpanID().String() != originSpan {
			t.Errorf("links %v", processed.Links)
		}
		if err := out.Validate(); err != nil {
			t.Error(err)
		}
	})
}

// A header that a hook adds does not replace what the event says.
func TestHeadersKeepTheEvent(t *testing.T) {
	each(t, func(t *testing.T, c carrier) {
		arrived := make(chan cloudevents.Event, 1)
		called := false
		send := c.start(t, ends{
			sending: dispatch.SendObserver{Header: func(_ context.Context, set func(name, value string)) {
				called = true
				for _, name := range []string{"ce_id", "ce-id", "Ce-Id", "id", "extra"} {
					set(name, "stranger")
				}
			}},
			handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				if c.headerFrom != nil && c.headerFrom(ctx, "extra") != "stranger" {
					t.Error("the header is not found")
				}
				arrived <- e.Clone()
				return nil, nil
			},
		})
		e := cloudevents.Event{ID: "A-1", Source: "/shop", Type: "com.example.order.placed"}
		if err := send(t.Context(), &e); err != nil {
			t.Fatal(err)
		}
		if got := <-arrived; got.ID != "A-1" || len(got.Extensions) > 0 {
			t.Errorf("arrived: %v", got)
		}
		if hasHeaders := c.headerFrom != nil || c.system == "http"; called != hasHeaders {
			t.Errorf("Header called: %t", called)
		}
	})
}
