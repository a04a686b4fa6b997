// Command prometheus receives events on http://localhost:8080/, and has metrics for Prometheus on
// http://localhost:8080/metrics:
//
//	go run ./prometheus
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	handler, err := newHandler()
	if err == nil {
		err = cehttp.ListenAndServe(ctx, "localhost:8080", handler)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// newHandler returns a receiver of orders, with its metrics.
func newHandler() (http.Handler, error) {
	registry := prometheus.NewRegistry()
	exporter, err := otelprom.New(otelprom.WithRegisterer(registry))
	if err != nil {
		return nil, err
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter))

	var mux dispatch.Mux
	err = mux.Handle(dispatch.Route{Type: "com.example.order.placed", Handler: place})
	if err != nil {
		return nil, err
	}
	telemetry := ceotel.Telemetry{
		System: "http", Destination: "/", MeterProvider: provider,
		Types: ceotel.TypesOf(&mux), // and "_OTHER", whatever strangers send
	}
	observer, err := telemetry.Observer()
	if err != nil {
		return nil, err
	}
	receiver := &cehttp.Receiver{Handler: mux.HandleEvent, Observer: cehttp.Observer{Observer: observer}}

	handler := http.NewServeMux()
	handler.Handle("/", receiver)
	handler.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return handler, nil
}

func place(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }
