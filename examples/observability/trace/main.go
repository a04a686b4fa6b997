// Command trace sends an event over HTTP to a handler, which sends another one over NATS to a
// second handler. It prints the spans, which are one trace. The server of NATS and the exporter
// of OpenTelemetry are in this process:
//
//	go run ./trace
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	if err := traced(provider); err != nil {
		return err
	}
	printTrace(out, exporter.GetSpans())
	return nil
}

// traced sends an event on its way, and returns when it has come to its end.
func traced(provider *sdktrace.TracerProvider) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	js, consumer, stop, err := startNATS(ctx)
	if err != nil {
		return err
	}
	defer stop()

	// The hooks of both ends of NATS, and of both ends of HTTP.
	broker := ceotel.Telemetry{System: "nats", Destination: "orders.billed", TracerProvider: provider}
	web := ceotel.Telemetry{System: "http", Destination: "/events", TracerProvider: provider}
	publishing, err1 := broker.SendObserver()
	consuming, err2 := broker.Observer()
	sending, err3 := web.SendObserver()
	receiving, err4 := web.Observer()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}

	// The second handler, behind NATS.
	done, finish := context.WithCancel(ctx)
	mailer := &cenatsgo.Consumer{Consumer: consumer, Delivery: dispatch.Delivery{
		Observer: consuming,
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			_, span := provider.Tracer("example").Start(ctx, "send a mail")
			span.End()
			finish()
			return nil, nil
		},
	}}
	ended := make(chan error, 1)
	go func() { ended <- mailer.Run(done) }()

	// The first handler, behind HTTP.
	publisher := &cenatsgo.Sender{JetStream: js, Subject: "orders.billed", Observer: publishing}
	billing := httptest.NewServer(&cehttp.Receiver{
		Observer: cehttp.Observer{Observer: receiving},
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			billed := cloudevents.New("/billing", "com.example.order.billed")
			return nil, publisher.Send(ctx, &billed)
		},
	})
	defer billing.Close()

	// The beginning.
	shop := &cehttp.Sender{Target: billing.URL, Observer: cehttp.SendObserver{SendObserver: sending}}
	begin, span := provider.Tracer("example").Start(ctx, "place an order")
	placed := cloudevents.New("/shop", "com.example.order.placed")
	err = shop.Send(begin, &placed)
	span.End()
	if err != nil {
		return err
	}
	return <-ended
}

// startNATS starts a server with a stream, and returns a consumer of it.
func startNATS(ctx context.Context) (js jetstream.JetStream, c jetstream.Consumer, stop func(), err error) {
	dir, err := os.MkdirTemp("", "trace")
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: dir, NoSigs: true, NoLog: true})
	if err != nil {
		return nil, nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.Start()
	var conn *nats.Conn
	stop = func() {
		if conn != nil {
			conn.Close()
		}
		s.Shutdown()
		s.WaitForShutdown()
		_ = os.RemoveAll(dir)
	}
	defer func() {
		if err != nil {
			stop()
		}
	}()
	if !s.ReadyForConnections(20 * time.Second) {
		return nil, nil, nil, errors.New("the server does not start")
	}
	if conn, err = nats.Connect(s.ClientURL()); err != nil {
		return nil, nil, nil, err
	}
	if js, err = jetstream.New(conn); err != nil {
		return nil, nil, nil, err
	}
	if _, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}}); err != nil {
		return nil, nil, nil, err
	}
	c, err = js.CreateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "mail", AckPolicy: jetstream.AckExplicitPolicy, MaxDeliver: -1})
	return js, c, stop, err
}

// printTrace prints spans as a tree, children below their parents in the order of their begin.
func printTrace(out io.Writer, spans tracetest.SpanStubs) {
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	traces := map[trace.TraceID]bool{}
	children := map[trace.SpanID][]tracetest.SpanStub{}
	for _, s := range spans {
		traces[s.SpanContext.TraceID()] = true
		children[s.Parent.SpanID()] = append(children[s.Parent.SpanID()], s)
	}
	fmt.Fprintf(out, "%d spans, %d trace\n", len(spans), len(traces))
	var print func(parent trace.SpanID, depth int)
	print = func(parent trace.SpanID, depth int) {
		for _, s := range children[parent] {
			fmt.Fprintf(out, "%s%s (%s)%s\n", strings.Repeat("  ", depth), s.Name, s.SpanKind, described(s))
			print(s.SpanContext.SpanID(), depth+1)
		}
	}
	print(trace.SpanID{}, 0)
}

// described returns some of the attributes of a span.
func described(s tracetest.SpanStub) string {
	var all []string
	for _, a := range s.Attributes {
		switch a.Key {
		case "messaging.system", "cloudevents.event_type", "ce.outcome":
			all = append(all, fmt.Sprintf(" %s=%s", a.Key, a.Value.String()))
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return strings.Join(all, "")
}
