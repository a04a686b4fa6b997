package main

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracedata "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// The trace contexts of the first sender and of the last hop.
const (
	origin = "00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01"
	hop    = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
)

// hopHeaders are the plain headers of the last hop.
var hopHeaders = map[string]string{"traceparent": hop, "tracestate": "shop=1", "baggage": "customer=17"}

// post sends an event with the trace context of its first sender, if that is not "", and
// with plain headers.
func post(t *testing.T, door, traceparent string, headers map[string]string) {
	t.Helper()
	sender := cehttp.Sender{Target: "http://" + door + "/", Header: http.Header{}}
	for name, value := range headers {
		sender.Header.Set(name, value)
	}
	e := cloudevents.New("/shop", "com.example.order.placed")
	if traceparent != "" {
		if err := e.Set("traceparent", cloudevents.StringValue(traceparent)); err != nil {
			t.Fatal(err)
		}
	}
	if err := sender.Send(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
}

// nextHeaders returns those of the next record of the topic orders.
func nextHeaders(t *testing.T, broker string) map[string]string {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics("orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
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

// The plain headers of a hop stand beside the event in binary mode, which has its own.
func TestTraceContextBinary(t *testing.T) {
	broker, door := startKafka(t, "orders"), freeport.Address(t)
	p := start(t, "http://"+door+"/", "kafka://"+broker+"/orders")
	post(t, door, origin, hopHeaders)
	got := nextHeaders(t, broker)
	for name, want := range hopHeaders {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if _, ok := got["ce_tracestate"]; ok || got["ce_traceparent"] != origin {
		t.Errorf("the bridge has changed the event: %v", got)
	}
	p.stop()
}

// The plain headers of a hop pass each broker, and do not get into the event.
func TestTraceContextPasses(t *testing.T) {
	for name, begin := range places {
		t.Run(name, func(t *testing.T) {
			place, door := begin(t), freeport.Address(t)
			type message struct {
				header http.Header
				event  cloudevents.Event
			}
			messages := make(chan message, 1)
			last := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				(&cehttp.Receiver{Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
					select {
					case messages <- message{r.Header, e.Clone()}:
					default: // it came again
					}
					return nil, nil
				}}).ServeHTTP(w, r)
			}))
			defer last.Close()
			in := start(t, "-mode", "structured", "http://"+door+"/", place.url)
			post(t, door, origin, hopHeaders)
			out := start(t, place.url, last.URL)
			got := <-messages
			for name, want := range hopHeaders {
				if value := got.header.Get(name); value != want {
					t.Errorf("%s: %q, want %q", name, value, want)
				}
			}
			parent, _ := got.event.Get("traceparent")
			if _, ok := got.event.Get("tracestate"); ok || parent.String() != origin {
				t.Errorf("the bridges have changed the event: %v", got.event)
			}
			in.stop()
			out.stop()
		})
	}
}

// Baggage passes without a trace context.
func TestBaggageAlone(t *testing.T) {
	broker, door := startKafka(t, "orders", "copies"), freeport.Address(t)
	in := start(t, "http://"+door+"/", "kafka://"+broker+"/copies")
	out := start(t, "kafka://"+broker+"/copies", "kafka://"+broker+"/orders")
	post(t, door, "", map[string]string{"baggage": "customer=17"})
	if got := nextHeaders(t, broker); got["baggage"] != "customer=17" {
		t.Errorf("headers %v", got)
	}
	in.stop()
	out.stop()
}

// collector takes what is exported.
type collector struct {
	t       *testing.T
	mu      sync.Mutex
	service string
	spans   []*tracedata.Span
	counts  []string // name of a sum, and its error.type
	timed   []string // name of a histogram
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.URL.Path {
	case "/v1/traces":
		err = c.addTraces(body)
	case "/v1/metrics":
		err = c.addMetrics(body)
	}
	if err != nil {
		c.t.Error(err)
	}
}

func (c *collector) addTraces(body []byte) error {
	var in collecttraces.ExportTraceServiceRequest
	err := proto.Unmarshal(body, &in)
	for _, of := range in.ResourceSpans {
		for _, a := range of.Resource.Attributes {
			if a.Key == "service.name" {
				c.service = a.Value.GetStringValue()
			}
		}
		for _, of := range of.ScopeSpans {
			c.spans = append(c.spans, of.Spans...)
		}
	}
	return err
}

func (c *collector) addMetrics(body []byte) error {
	var in collectmetrics.ExportMetricsServiceRequest
	err := proto.Unmarshal(body, &in)
	for _, of := range in.ResourceMetrics {
		for _, of := range of.ScopeMetrics {
			for _, m := range of.Metrics {
				if m.GetHistogram() != nil {
					c.timed = append(c.timed, m.Name)
				}
				for _, point := range m.GetSum().GetDataPoints() {
					failure := ""
					for _, a := range point.Attributes {
						if a.Key == "error.type" {
							failure = a.Value.GetStringValue()
						}
					}
					c.counts = append(c.counts, strings.TrimSpace(m.Name+" "+failure))
				}
			}
		}
	}
	return err
}

// With -otel the bridge exports its spans, which are between the hops, and metrics. It
// counts as without.
func TestExport(t *testing.T) {
	c := &collector{t: t}
	server := httptest.NewServer(c)
	defer server.Close()
	broker, door := startKafka(t, "orders"), freeport.Address(t)
	p := startWith(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + server.URL}, "-otel", "http://"+door+"/", "kafka://"+broker+"/orders")
	post(t, door, origin, hopHeaders)
	got := nextHeaders(t, broker)
	if r, err := http.Post("http://"+door+"/", "text/plain", strings.NewReader("no event")); err != nil {
		t.Fatal(err)
	} else {
		r.Body.Close()
	}
	waitFor(t, func() bool { return p.metric("sent_total") == 1 && p.metric("invalid_total") == 1 })
	p.stop()

	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spans) != 2 || c.service != "cebridge" {
		t.Fatalf("%d spans of %q", len(c.spans), c.service)
	}
	sent, processed := c.spans[0], c.spans[1] // in the order of their end
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
	for _, want := range []string{"messaging.client.sent.messages", "messaging.client.consumed.messages", "messaging.client.consumed.messages 415"} {
		if !slices.Contains(c.counts, want) {
			t.Errorf("there is no %s in %q", want, c.counts)
		}
	}
	for _, want := range []string{"messaging.process.duration", "messaging.client.operation.duration", "ce.event.age"} {
		if !slices.Contains(c.timed, want) {
			t.Errorf("there is no %s in %q", want, c.timed)
		}
	}
}

// A collector that is away keeps no event back, and the log says so.
func TestNoCollector(t *testing.T) {
	last, door := newSink(t), freeport.Address(t)
	p := startWith(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + freeport.Address(t)}, "-otel", "http://"+door+"/", last.URL)
	post(t, door, origin, hopHeaders)
	last.has(t, 1)
	p.stop()
	if log := p.log.String(); !strings.Contains(log, "level=WARN msg=-otel error=") {
		t.Error("the log says nothing")
	}
}

// What may be secret is not exported.
func TestEndpointTelemetry(t *testing.T) {
	for url, want := range map[string]string{
		"https://hooks.example.com/secret-token": "http  hooks.example.com ",
		"https://example.com:8443/hook?key=1":    "http  example.com 8443",
		"kafka://a:9092,b:9092/orders":           "kafka orders  ",
		"kafka://a:9092/orders":                  "kafka orders a 9092",
		"nats://localhost:4222/ORDERS/orders.>":  "nats orders.> localhost 4222",
		"amqp://localhost//queue/orders":         "amqp /queue/orders localhost ",
		"mqtts://[::1]:8883/orders/new":          "mqtt orders/new ::1 8883",
		"ws://:8080/events":                      "websocket   ",
	} {
		e, err := parseEndpoint(url)
		if err != nil {
			t.Fatal(err)
		}
		x := e.telemetry()
		attrs := map[string]string{}
		for _, a := range x.Attributes {
			attrs[string(a.Key)] = a.Value.String()
		}
		if got := strings.Join([]string{x.System, x.Destination, attrs["server.address"], attrs["server.port"]}, " "); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}
