package ceotel_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

var quiet = slog.New(slog.DiscardHandler)

// collector has the spans and the metrics of a test.
type collector struct {
	t       testing.TB
	spans   *tracetest.InMemoryExporter
	tracers *sdktrace.TracerProvider
	reader  *sdkmetric.ManualReader
	meters  *sdkmetric.MeterProvider
}

func collect(t testing.TB) *collector {
	t.Helper()
	c := &collector{t: t, spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	c.tracers = sdktrace.NewTracerProvider(sdktrace.WithSyncer(c.spans))
	c.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(c.reader))
	t.Cleanup(func() {
		_ = c.tracers.Shutdown(context.Background())
		_ = c.meters.Shutdown(context.Background())
	})
	return c
}

// telemetry returns a Telemetry that reports to c.
func (c *collector) telemetry(system, destination string) ceotel.Telemetry {
	return ceotel.Telemetry{System: system, Destination: destination, TracerProvider: c.tracers, MeterProvider: c.meters}
}

func (c *collector) observer(x ceotel.Telemetry) dispatch.Observer {
	c.t.Helper()
	o, err := x.Observer()
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

func (c *collector) sendObserver(x ceotel.Telemetry) dispatch.SendObserver {
	c.t.Helper()
	o, err := x.SendObserver()
	if err != nil {
		c.t.Fatal(err)
	}
	return o
}

// span returns the only span with that name.
func (c *collector) span(name string) tracetest.SpanStub {
	c.t.Helper()
	all := c.named(name)
	if len(all) != 1 {
		c.t.Fatalf("%d spans %q among %q", len(all), name, c.names())
	}
	return all[0]
}

func (c *collector) named(name string) (all []tracetest.SpanStub) {
	for _, s := range c.spans.GetSpans() {
		if s.Name == name {
			all = append(all, s)
		}
	}
	return all
}

func (c *collector) names() (all []string) {
	for _, s := range c.spans.GetSpans() {
		all = append(all, s.Name)
	}
	return all
}

// attributes returns attributes as lines "name=value", in order.
func attributes(all []attribute.KeyValue) []string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = fmt.Sprintf("%s=%s", a.Key, a.Value.String())
	}
	slices.Sort(out)
	return out
}

// metrics returns each data point as "name{attributes}=count", in order, and the sums of the
// histograms by name.
func (c *collector) metrics() (points []string, sums map[string]float64) {
	c.t.Helper()
	var out metricdata.ResourceMetrics
	if err := c.reader.Collect(context.Background(), &out); err != nil {
		c.t.Fatal(err)
	}
	sums = map[string]float64{}
	add := func(name string, set attribute.Set, n any) {
		points = append(points, fmt.Sprintf("%s{%s}=%v", name, strings.Join(attributes(set.ToSlice()), ","), n))
	}
	for _, s := range out.ScopeMetrics {
		for _, m := range s.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, p.Count)
					sums[m.Name] += p.Sum
				}
			default:
				c.t.Fatalf("%s is a %T", m.Name, data)
			}
		}
	}
	slices.Sort(points)
	return points, sums
}

func event(id string) cloudevents.Event {
	return cloudevents.Event{ID: id, Source: "/orders", Type: "com.example.order.placed"}
}

// with returns e with extensions, given as name and value in turns.
func with(t testing.TB, e cloudevents.Event, extensions ...string) cloudevents.Event {
	t.Helper()
	for i := 0; i < len(extensions); i += 2 {
		if err := e.Set(extensions[i], cloudevents.StringValue(extensions[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// The trace contexts of strangers.
const (
	traceA = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"
	traceB = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	spanA  = "b9c7c989f97918e1"
	spanB  = "00f067aa0ba902b7"
)
