package main

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracedata "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// The trace contexts of the first sender and of the last hop.
const (
	origin = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"
	hop    = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
)

// orders starts a broker of Kafka and returns its address and a client that reads the topic.
func orders(t *testing.T) (address string, client *kgo.Client) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	address = cluster.ListenAddrs()[0]
	if client, err = kgo.NewClient(kgo.SeedBrokers(address), kgo.ConsumeTopics("orders")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return address, client
}

// post sends an event with the trace context of a hop in the plain headers.
func post(t *testing.T, door string) {
	t.Helper()
	sender := cehttp.Sender{
		Target: "http://" + door + "/", Retry: cehttp.Retry{Attempts: 20, Wait: 50 * time.Millisecond},
		Header: http.Header{"Traceparent": {hop}, "Tracestate": {"shop=1"}, "Baggage": {"customer=17"}},
	}
	e := cloudevents.New("/shop", "com.example.order.placed")
	if err := e.Set("traceparent", cloudevents.StringValue(origin)); err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
}

// headers returns those of the next record.
func headers(t *testing.T, client *kgo.Client) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out := map[string]string{}
	for _, r := range client.PollFetches(ctx).Records() {
		for _, h := range r.Headers {
			out[h.Key] = string(h.Value)
		}
	}
	return out
}

// The bridge carries the trace context of the event and that of the hop, each in its place.
func TestTraceContextPasses(t *testing.T) {
	address, client := orders(t)
	door := freePort(t)
	p := start(t, "http://"+door, "kafka://"+address+"/orders")
	post(t, door)
	got := headers(t, client)
	for name, want := range map[string]string{"ce_traceparent": origin, "traceparent": hop, "tracestate": "shop=1", "baggage": "customer=17"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if _, ok := got["ce_tracestate"]; ok {
		t.Error("the bridge has changed the event")
	}
	p.stop()
}

// With -otel the bridge exports its spans, which are between the hops, and metrics.
func TestExport(t *testing.T) {
	var mu sync.Mutex
	var spans []*tracedata.Span
	service := ""
	var metrics []string
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		switch r.URL.Path {
		case "/v1/traces":
			var in collecttraces.ExportTraceServiceRequest
			if err := proto.Unmarshal(body, &in); err != nil {
				t.Error(err)
			}
			for _, of := range in.ResourceSpans {
				for _, a := range of.Resource.Attributes {
					if a.Key == "service.name" {
						service = a.Value.GetStringValue()
					}
				}
				for _, of := range of.ScopeSpans {
					spans = append(spans, of.Spans...)
				}
			}
		case "/v1/metrics":
			var in collectmetrics.ExportMetricsServiceRequest
			if err := proto.Unmarshal(body, &in); err != nil {
				t.Error(err)
			}
			for _, of := range in.ResourceMetrics {
				for _, of := range of.ScopeMetrics {
					for _, m := range of.Metrics {
						metrics = append(metrics, m.Name)
					}
				}
			}
		}
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	address, client := orders(t)
	door := freePort(t)
	p := start(t, "-otel", "http://"+door, "kafka://"+address+"/orders")
	post(t, door)
	got := headers(t, client)
	p.stop()

	mu.Lock()
	defer mu.Unlock()
	if len(spans) != 2 || service != "cebridge" {
		t.Fatalf("%d spans of %q", len(spans), service)
	}
	sent, processed := spans[0], spans[1] // in the order of their end
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	if sent.Name != "send orders" || processed.Name != "process" || string(sent.ParentSpanId) != string(processed.SpanId) {
		t.Errorf("spans %v and %v", sent, processed)
	}
	if id := hex.EncodeToString(sent.TraceId); id != trace || hex.EncodeToString(processed.ParentSpanId) != "00f067aa0ba902b7" {
		t.Errorf("trace %s, parent %s", id, hex.EncodeToString(processed.ParentSpanId))
	}
	if want := "00-" + trace + "-" + hex.EncodeToString(sent.SpanId) + "-01"; got["traceparent"] != want || got["ce_traceparent"] != origin {
		t.Errorf("headers %v, want the traceparent %s", got, want)
	}
	all := strings.Join(metrics, " ")
	for _, name := range []string{"messaging.process.duration", "messaging.client.sent.messages", "ce.event.age"} {
		if !strings.Contains(all, name) {
			t.Errorf("there is no %s in %s", name, all)
		}
	}
}

// What may be secret is not exported.
func TestEndpointTelemetry(t *testing.T) {
	for url, want := range map[string]string{
		"https://hooks.example.com/secret-token": "http  hooks.example.com",
		"https://example.com:8443/hook?key=1":    "http  example.com",
		"kafka://a:9092,b:9092/orders":           "kafka orders ",
		"nats://localhost:4222/ORDERS/orders.>":  "nats orders.> localhost",
		"amqp://localhost:5672/orders":           "amqp orders localhost",
		"mqtts://localhost:8883/orders/new":      "mqtt orders/new localhost",
		"ws://:8080/events":                      "websocket  ",
	} {
		e, err := parseEndpoint(url)
		if err != nil {
			t.Fatal(err)
		}
		x := e.telemetry()
		host := ""
		for _, a := range x.Attributes {
			if a.Key == "server.address" {
				host = a.Value.AsString()
			}
		}
		if got := x.System + " " + x.Destination + " " + host; got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}
