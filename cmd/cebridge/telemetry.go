package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// telemetry has the hooks of both ends. Without -otel they pass plain headers on as they are, and
// make neither spans nor metrics.
type telemetry struct {
	receiving   dispatch.Observer
	sending     dispatch.SendObserver
	fromRequest func(http.Handler) http.Handler
	end         func() error // exports what is left
}

// headersFrom are the functions that find plain headers, by the scheme of the source. Those of
// HTTP are found by fromRequest; WebSockets have none.
var headersFrom = map[string]func(ctx context.Context, name string) string{
	"kafka": cekgo.HeaderFrom, "nats": cenatsgo.HeaderFrom,
	"amqp": cegoamqp.HeaderFrom, "amqps": cegoamqp.HeaderFrom, "mqtt": cepaho.HeaderFrom, "mqtts": cepaho.HeaderFrom,
}

// systems are the values of messaging.system, by scheme.
var systems = map[string]string{
	"http": "http", "https": "http", "kafka": "kafka", "nats": "nats", "amqp": "amqp", "amqps": "amqp",
	"mqtt": "mqtt", "mqtts": "mqtt", "ws": "websocket", "wss": "websocket",
}

// telemetry returns what an end is called in spans and metrics. Events are passed on as they are:
// only plain headers carry the hop. The path of a URL is left out, because it may be a token.
func (e endpoint) telemetry() ceotel.Telemetry {
	t := ceotel.Telemetry{
		System: systems[e.scheme], HeaderFrom: headersFrom[e.scheme], SetHeader: true, NoExtension: true,
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
	if kinds[e.scheme] != "" {
		t.Destination = e.path
	}
	if _, subject, err := e.place(); err == nil && e.scheme == "nats" {
		t.Destination = subject
	}
	if host := e.url.Hostname(); host != "" && !strings.Contains(e.host, ",") {
		t.Attributes = append(t.Attributes, attribute.String("server.address", host))
		if port, err := strconv.Atoi(e.url.Port()); err == nil {
			t.Attributes = append(t.Attributes, attribute.Int("server.port", port))
		}
	}
	return t
}

// newTelemetry returns the hooks that the flags ask for.
func newTelemetry(ctx context.Context, s *settings) (*telemetry, error) {
	t := &telemetry{end: func() error { return nil }}
	var tracers trace.TracerProvider = nooptrace.NewTracerProvider()
	var meters metric.MeterProvider = noopmetric.NewMeterProvider()
	if s.otel {
		spans, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, err
		}
		metrics, err := otlpmetrichttp.New(ctx)
		if err != nil {
			return nil, err
		}
		about, err := aboutBridge(ctx)
		if err != nil {
			return nil, err
		}
		tp := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(about))
		mp := sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)), sdkmetric.WithResource(about))
		t.end = func() error {
			ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
			defer cancel()
			return errors.Join(tp.Shutdown(ctx), mp.Shutdown(ctx))
		}
		tracers, meters = tp, mp
	}
	in, out := s.source.telemetry(), s.target.telemetry()
	in.TracerProvider, in.MeterProvider = tracers, meters
	out.TracerProvider, out.MeterProvider = tracers, meters
	t.fromRequest = in.FromRequest
	var err1, err2 error
	t.receiving, err1 = in.Observer()
	t.sending, err2 = out.SendObserver()
	return t, errors.Join(err1, err2)
}

const endTimeout = 5 * time.Second

// aboutBridge says that cebridge makes the spans, unless OTEL_SERVICE_NAME says otherwise.
func aboutBridge(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "cebridge")), resource.WithTelemetrySDK(), resource.WithFromEnv())
}
