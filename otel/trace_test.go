package ceotel_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// conventions are the attributes of messaging-spans.md, messaging-metrics.md and
// cloudevents-spans.md that this package sets, written down from those documents.
var conventions = []string{
	"cloudevents.event_id", "cloudevents.event_source", "cloudevents.event_spec_version", "cloudevents.event_subject",
	"cloudevents.event_type", "error.type", "messaging.batch.message_count", "messaging.destination.name",
	"messaging.operation.name", "messaging.operation.type", "messaging.system",
}

// The list is that of the module of OpenTelemetry, too.
func TestConventionsAreThoseOfTheModule(t *testing.T) {
	module := []string{
		string(semconv.CloudEventsEventIDKey), string(semconv.CloudEventsEventSourceKey), string(semconv.CloudEventsEventSpecVersionKey),
		string(semconv.CloudEventsEventSubjectKey), string(semconv.CloudEventsEventTypeKey), string(semconv.ErrorTypeKey),
		string(semconv.MessagingBatchMessageCountKey), string(semconv.MessagingDestinationNameKey),
		string(semconv.MessagingOperationNameKey), string(semconv.MessagingOperationTypeKey), string(semconv.MessagingSystemKey),
	}
	if !slices.Equal(module, conventions) {
		t.Errorf("the module has %q", module)
	}
}

// checkSpan compares a span with the lines of its attributes. Each name is in the conventions, or
// this package's own.
func checkSpan(t *testing.T, s tracetest.SpanStub, kind trace.SpanKind, want ...string) {
	t.Helper()
	if s.SpanKind != kind {
		t.Errorf("span %q is of the kind %v, want %v", s.Name, s.SpanKind, kind)
	}
	for _, a := range s.Attributes {
		if name := string(a.Key); !slices.Contains(conventions, name) && name != "ce.outcome" {
			t.Errorf("span %q has %q, which is not in the conventions", s.Name, name)
		}
	}
	if got := attributes(s.Attributes); !slices.Equal(got, want) {
		t.Errorf("span %q has\n%q, want\n%q", s.Name, got, want)
	}
}

// isChild checks that a span is a child of another one.
func isChild(t *testing.T, child, parent tracetest.SpanStub) {
	t.Helper()
	if child.Parent.SpanID() != parent.SpanContext.SpanID() || child.SpanContext.TraceID() != parent.SpanContext.TraceID() {
		t.Errorf("span %q is not a child of %q", child.Name, parent.Name)
	}
}

// linked returns the ids of the spans that a span links to.
func linked(s tracetest.SpanStub) (ids []string) {
	for _, l := range s.Links {
		ids = append(ids, l.SpanContext.SpanID().String())
	}
	return ids
}

// One trace goes from a sender over HTTP to a handler, and on to what the handler does.
func TestTraceOverHTTP(t *testing.T) {
	c := collect(t)
	in := c.telemetry("http", "/events")
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, span := c.tracers.Tracer("test").Start(ctx, "work")
			span.End()
			return nil, nil
		},
		Observer: cehttp.Observer{Observer: c.observer(in)},
	})
	defer server.Close()
	sender := cehttp.Sender{Target: server.URL, Observer: cehttp.SendObserver{SendObserver: c.sendObserver(in)}}
	e := event("A-1")
	e.Subject = "17"
	ctx, root := c.tracers.Tracer("test").Start(t.Context(), "order")
	err := sender.Send(ctx, &e)
	root.End()
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Extensions) > 0 {
		t.Errorf("the caller's event has %v", e.Extensions)
	}
	order, sent, processed, work := c.span("order"), c.span("send /events"), c.span("process /events"), c.span("work")
	isChild(t, sent, order)
	isChild(t, processed, sent)
	isChild(t, work, processed)
	if got := linked(processed); !slices.Equal(got, []string{sent.SpanContext.SpanID().String()}) {
		t.Errorf("process links to %q", got)
	}
	own := func(operation string) []string {
		return []string{
			"cloudevents.event_id=A-1", "cloudevents.event_source=/orders", "cloudevents.event_spec_version=1.0",
			"cloudevents.event_subject=17", "cloudevents.event_type=com.example.order.placed",
			"messaging.destination.name=/events", "messaging.operation.name=" + operation,
			"messaging.operation.type=" + operation, "messaging.system=http",
		}
	}
	checkSpan(t, sent, trace.SpanKindProducer, own("send")...)
	checkSpan(t, processed, trace.SpanKindConsumer, append([]string{"ce.outcome=done"}, own("process")...)...)
	if got := processed.InstrumentationScope; got.Name != "github.com/seed763dd41b/cloudevents/otel" || got.SchemaURL != semconv.SchemaURL {
		t.Errorf("scope %+v", got)
	}
}

// Parent and links of the span of a handler.
func TestProcessRelations(t *testing.T) {
	headerB := func(_ context.Context, name string) string {
		return map[string]string{"traceparent": traceB}[name]
	}
	headerA := func(_ context.Context, name string) string {
		return map[string]string{"traceparent": traceA}[name]
	}
	for name, c := range map[string]struct {
		extensions []string
		ambient    bool
		change     func(*ceotel.Telemetry)
		parent     string // "" is none, "ambient" is that of the transport
		links      []string
	}{
		"nothing":                    {},
		"the extension":              {extensions: []string{"traceparent", traceA}, parent: spanA, links: []string{spanA}},
		"the transport has a span":   {extensions: []string{"traceparent", traceA}, ambient: true, parent: "ambient", links: []string{spanA}},
		"headers are not asked for":  {extensions: []string{"traceparent", traceA}, parent: spanA, links: []string{spanA}},
		"a header":                   {change: func(x *ceotel.Telemetry) { x.HeaderFrom = headerB }, parent: spanB, links: []string{spanB}},
		"a header and the extension": {extensions: []string{"traceparent", traceA}, change: func(x *ceotel.Telemetry) { x.HeaderFrom = headerB }, parent: spanB, links: []string{spanA, spanB}},
		"the same in both":           {extensions: []string{"traceparent", traceA}, change: func(x *ceotel.Telemetry) { x.HeaderFrom = headerA }, parent: spanA, links: []string{spanA}},
		"a stranger's event":         {extensions: []string{"traceparent", traceA}, change: func(x *ceotel.Telemetry) { x.Public = true }, links: []string{spanA}},
		"a stranger's header":        {change: func(x *ceotel.Telemetry) { x.Public, x.HeaderFrom = true, headerB }, links: []string{spanB}},
		"malformed":                  {extensions: []string{"traceparent", "00-abc"}},
		"all zeros":                  {extensions: []string{"traceparent", "00-00000000000000000000000000000000-0000000000000000-00"}},
		"tracestate alone":           {extensions: []string{"tracestate", "a=1"}},
		"malformed tracestate":       {extensions: []string{"traceparent", traceA, "tracestate", ",,=,"}, parent: spanA, links: []string{spanA}},
	} {
		t.Run(name, func(t *testing.T) {
			col := collect(t)
			x := col.telemetry("kafka", "orders")
			if c.change != nil {
				c.change(&x)
			}
			ctx := t.Context()
			if c.ambient {
				var span trace.Span
				ctx, span = col.tracers.Tracer("test").Start(ctx, "ambient")
				defer span.End()
				c.parent = span.SpanContext().SpanID().String()
			}
			e := with(t, event("A-1"), c.extensions...)
			receiver := cehttp.Receiver{Handler: accept, Observer: cehttp.Observer{Observer: col.observer(x)}}
			w := httptest.NewRecorder()
			receiver.ServeHTTP(w, request(t, &e).WithContext(ctx))
			if w.Code != http.StatusNoContent {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			s := col.span("process orders")
			parent := ""
			if s.Parent.IsValid() {
				parent = s.Parent.SpanID().String()
			}
			if parent != c.parent || !slices.Equal(linked(s), c.links) {
				t.Errorf("parent %q, links %q, want %q and %q", parent, linked(s), c.parent, c.links)
			}
		})
	}
}

// Baggage in plain headers comes to the handler, with a trace context and without; that of
// a stranger does not.
func TestBaggage(t *testing.T) {
	for _, public := range []bool{false, true} {
		for _, traceparent := range []string{"", traceB, "00-abc"} {
			c := collect(t)
			x := c.telemetry("kafka", "orders")
			x.Public, x.Propagator = public, propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
			x.HeaderFrom = func(_ context.Context, name string) string {
				return map[string]string{"traceparent": traceparent, "baggage": "customer=17"}[name]
			}
			observer, e := c.observer(x), event("A-1")
			got := baggage.FromContext(observer.Handle(t.Context(), &e)).Member("customer").Value()
			if (got == "17") == public {
				t.Errorf("public %t, traceparent %q: %q", public, traceparent, got)
			}
		}
	}
}

func accept(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func request(t testing.TB, e *cloudevents.Event) *http.Request {
	t.Helper()
	r, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com/", e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.RequestURI = "/"
	return r
}

// The plain headers of requests are the last hop: they are given and taken on request.
func TestPlainHeadersOverHTTP(t *testing.T) {
	c := collect(t)
	x := c.telemetry("http", "/events")
	x.SetHeader = true
	var plain, extension string
	receiver := &cehttp.Receiver{
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			v, _ := e.Get("traceparent")
			extension = v.String()
			return nil, nil
		},
		Observer: cehttp.Observer{Observer: c.observer(x)},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain = r.Header.Get("Traceparent")
		x.FromRequest(receiver).ServeHTTP(w, r)
	}))
	defer server.Close()
	sender := cehttp.Sender{Target: server.URL, Observer: cehttp.SendObserver{SendObserver: c.sendObserver(x)}}
	e := with(t, event("A-1"), "traceparent", traceA) // that has come from elsewhere
	if err := sender.Send(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
	sent, processed := c.span("send /events"), c.span("process /events")
	if extension != traceA {
		t.Errorf("the extension is now %s", extension)
	}
	if want := "00-" + sent.SpanContext.TraceID().String() + "-" + sent.SpanContext.SpanID().String() + "-01"; plain != want {
		t.Errorf("the header is %s, want %s", plain, want)
	}
	isChild(t, processed, sent)
	if got := linked(processed); !slices.Equal(got, []string{spanA}) {
		t.Errorf("process links to %q", got)
	}
	if got := linked(sent); !slices.Equal(got, []string{spanA}) || sent.SpanKind != trace.SpanKindClient {
		t.Errorf("send links to %q, and is of the kind %v", got, sent.SpanKind)
	}
}
