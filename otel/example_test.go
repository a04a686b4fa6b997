package ceotel_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// A sender and a receiver in one trace.
func ExampleTelemetry() {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	telemetry := ceotel.Telemetry{System: "http", Destination: "/events", TracerProvider: provider}
	observer, err := telemetry.Observer()
	if err != nil {
		fmt.Println(err)
		return
	}
	sending, err := telemetry.SendObserver()
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(&cehttp.Receiver{
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			return nil, nil
		},
		Observer: cehttp.Observer{Observer: observer},
	})
	defer server.Close()

	sender := cehttp.Sender{Target: server.URL, Observer: cehttp.SendObserver{SendObserver: sending}}
	event := cloudevents.New("/orders", "com.example.order.placed")
	if err := sender.Send(context.Background(), &event); err != nil {
		fmt.Println(err)
		return
	}
	spans := exporter.GetSpans()
	for _, s := range spans {
		fmt.Println(s.Name, s.SpanKind)
	}
	fmt.Println("parent and child:", spans[0].Parent.SpanID() == spans[1].SpanContext.SpanID())
	// Output:
	// process /events consumer
	// send /events producer
	// parent and child: true
}

// A reply carries the trace context of the handler that makes it.
func ExampleInject() {
	incoming := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	_ = incoming.Set("traceparent", cloudevents.StringValue("00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"))

	ctx := ceotel.Extract(context.Background(), &incoming)
	reply := cloudevents.New("/billing", "com.example.order.billed")
	ceotel.Inject(ctx, &reply)
	fmt.Println(reply.Get("traceparent"))
	// Output: 00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01 true
}

func ExampleContextOf() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	_ = e.Set("traceparent", cloudevents.StringValue("not a trace context"))
	fmt.Println(ceotel.ContextOf(&e).IsValid())
	// Output: false
}

// Extract takes what the event carries, and keeps what the context has besides.
func ExampleExtract() {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.order.placed"}
	_ = e.Set("traceparent", cloudevents.StringValue("00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"))
	ctx := ceotel.Extract(context.Background(), &e)
	header := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, header)
	fmt.Println(trace.SpanContextFromContext(ctx).IsRemote(), header["traceparent"])
	// Output: true 00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01
}

// Metrics tell the types of the routes apart, and no others.
func ExampleTypesOf() {
	handle := func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Route{Type: "com.example.order.placed", Handler: handle},
		dispatch.Route{Type: "com.example.invoice.*", Handler: handle},
	)
	fmt.Println(ceotel.TypesOf(&mux), err)
	// Output: [com.example.invoice.* com.example.order.placed] <nil>
}
