package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
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

// telemetry has the hooks of both ends. Without -otel they pass plain headers on as they
// are, and make neither spans nor metrics. The zero value has no hooks.
type telemetry struct {
	receiving   dispatch.Observer
	sending     dispatch.SendObserver
	fromRequest func(http.Handler) http.Handler // for a source of HTTP
	end         func() error                    // exports what is left
}

// headersFrom are the functions that find plain headers, by the scheme of the source.
// Those of HTTP are found by fromRequest; WebSockets have none.
var headersFrom = map[string]func(ctx context.Context, name string) string{
	"kafka": cekgo.HeaderFrom, "nats": cenatsgo.HeaderFrom,
	"amqp": cegoamqp.HeaderFrom, "amqps": cegoamqp.HeaderFrom, "mqtt": cepaho.HeaderFrom, "mqtts": cepaho.HeaderFrom,
}

// systems are the values of messaging.system, by scheme.
var systems = map[string]string{
	"http": "http", "https": "http", "kafka": "kafka", "nats": "nats", "amqp": "amqp", "amqps": "amqp",
	"mqtt": "mqtt", "mqtts": "mqtt", "ws": "websocket", "wss": "websocket",
}

// telemetry returns what an end is called in spans and metrics. Events are passed on as
// they are: only plain headers carry the hop. As in logs, the path of a URL of the web is
// left out, because it may be a secret.
func (e endpoint) telemetry() ceotel.Telemetry {
	t := ceotel.Telemetry{
		System: systems[e.scheme], HeaderFrom: headersFrom[e.scheme], SetHeader: true, NoExtension: true,
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
	}
	if !kinds[e.scheme].web {
		t.Destination = e.path
	}
	if _, subject, err := e.place(); err == nil && e.scheme == "nats" {
		t.Destination = subject
	}
	address := url.URL{Host: e.host}
	if host := address.Hostname(); host != "" && !strings.Contains(e.host, ",") { // Kafka may have several
		t.Attributes = append(t.Attributes, attribute.String("server.address", host))
		if port, err := strconv.Atoi(address.Port()); err == nil {
			t.Attributes = append(t.Attributes, attribute.Int("server.port", port))
		}
	}
	return t
}

// newTelemetry returns the hooks that the flags ask for.
func newTelemetry(ctx context.Context, s *settings, logger *slog.Logger) (telemetry, error) {
	t := telemetry{end: func() error { return nil }}
	var tracers trace.TracerProvider = nooptrace.NewTracerProvider()
	var meters metric.MeterProvider = noopmetric.NewMeterProvider()
	if s.otel {
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("-otel", "error", err.Error()) }))
		tp, mp, err := exporters(ctx)
		if err != nil {
			return t, err
		}
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

// endTimeout is the time to export what is left at the end.
const endTimeout = 5 * time.Second

// exporters returns providers whose spans and metrics are exported as the environment
// says.
func exporters(ctx context.Context) (*sdktrace.TracerProvider, *sdkmetric.MeterProvider, error) {
	spans, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	metrics, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	// The last one counts: OTEL_SERVICE_NAME may give another name.
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "cebridge")), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, nil, err
	}
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(about)),
		sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewPeriodicReader(metrics)), sdkmetric.WithResource(about)), nil
}
