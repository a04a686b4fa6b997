package ceotel_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// Outcomes are counted and timed, and an error has a type of which there are few.
func TestOutcomes(t *testing.T) {
	down := errors.New("database is away")
	for name, c := range map[string]struct {
		handler dispatch.Handler
		want    string // the attributes of the counter, without those that are always there
		status  codes.Code
	}{
		"done":      {accept, "ce.outcome=done", codes.Unset},
		"deferred":  {failing(&dispatch.Deferred{ID: "7"}), "ce.outcome=deferred", codes.Unset},
		"duplicate": {failing(&dispatch.Duplicate{}), "ce.outcome=duplicate", codes.Unset},
		"refused":   {failing(dispatch.Permanent(down)), "ce.outcome=refused,error.type=422", codes.Error},
		"retry":     {failing(dispatch.Retryable(down, 0)), "ce.outcome=retry,error.type=503", codes.Error},
		"other":     {failing(down), "ce.outcome=retry,error.type=500", codes.Error},
		"panic":     {func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { panic("a bug") }, "ce.outcome=retry,error.type=panic", codes.Error},
		"timeout":   {failing(fmt.Errorf("query: %w", context.DeadlineExceeded)), "ce.outcome=retry,error.type=timeout", codes.Error},
	} {
		t.Run(name, func(t *testing.T) {
			col := collect(t)
			d := dispatch.Delivery{Handler: c.handler, Attempts: 1, Logger: quiet, Observer: col.observer(col.telemetry("kafka", "orders"))}
			e := event("A-1")
			d.Deliver(t.Context(), nil, &e)
			base := "messaging.destination.name=orders,messaging.operation.name=process,messaging.operation.type=process,messaging.system=kafka"
			_, failed, _ := strings.Cut(c.want, ",")
			if failed != "" {
				failed += ","
			}
			want := []string{
				"messaging.client.consumed.messages{" + c.want + "," + base + "}=1",
				"messaging.process.duration{" + failed + base + "}=1",
			}
			if got, _ := col.metrics(); !slices.Equal(got, want) {
				t.Errorf("metrics\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if s := col.span("process orders"); s.Status.Code != c.status {
				t.Errorf("status %v", s.Status)
			}
		})
	}
}

func failing(err error) dispatch.Handler {
	return func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, err }
}

// Each attempt has a span and is counted.
func TestAttempts(t *testing.T) {
	col := collect(t)
	attempts := 0
	d := dispatch.Delivery{Wait: -1, Logger: quiet, Observer: col.observer(col.telemetry("kafka", "orders")),
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			if attempts++; attempts < 3 {
				return nil, errors.New("down")
			}
			return nil, nil
		}}
	e := with(t, event("A-1"), "traceparent", traceA)
	d.Deliver(t.Context(), nil, &e)
	spans := col.named("process orders")
	if len(spans) != 3 {
		t.Fatalf("spans %q", col.names())
	}
	for _, s := range spans {
		if s.Parent.SpanID().String() != spanA {
			t.Errorf("the parent of an attempt is %s", s.Parent.SpanID())
		}
	}
}

// A message without an event, and an event that is taken from a queue, are counted and have no
// span. Background work is a child of the request that brought it.
func TestWithoutHandling(t *testing.T) {
	col := collect(t)
	o := col.observer(col.telemetry("http", ""))
	started, release := make(chan struct{}), make(chan struct{})
	background := &dispatch.Background{Workers: 1, Logger: quiet, Observer: o,
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			close(started)
			<-release
			return nil, nil
		}}
	receiver := &cehttp.Receiver{Handler: background.HandleEvent, Logger: quiet, Observer: cehttp.Observer{Observer: o}}
	w := httptest.NewRecorder()
	receiver.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x")))
	if w.Code != 415 || len(col.names()) != 0 {
		t.Errorf("status %d, spans %q", w.Code, col.names())
	}
	var ids []string
	for _, id := range []string{"A-1", "A-2"} {
		e := event(id)
		w := httptest.NewRecorder()
		receiver.ServeHTTP(w, request(t, &e))
		ids = append(ids, w.Header().Get(cehttp.HeaderDeferredID))
	}
	<-started
	if !background.Cancel(ids[1]) {
		t.Error("the second event does not wait")
	}
	close(release)
	if _, err := background.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := col.named("process")
	if len(spans) != 3 { // two requests, one work
		t.Fatalf("spans %q", col.names())
	}
	isChild(t, spans[2], spans[0])
	points, _ := col.metrics()
	base := "messaging.operation.name=process,messaging.operation.type=process,messaging.system=http"
	for _, want := range []string{
		"messaging.client.consumed.messages{ce.outcome=deferred," + base + "}=2",
		"messaging.client.consumed.messages{ce.outcome=done," + base + "}=1",
		"messaging.client.consumed.messages{ce.outcome=refused,error.type=415," + base + "}=1",
		"messaging.client.consumed.messages{ce.outcome=retry,error.type=503," + base + "}=1",
		"messaging.process.duration{" + base + "}=3",
	} {
		if !slices.Contains(points, want) {
			t.Errorf("there is no %s in\n%s", want, strings.Join(points, "\n"))
		}
	}
}

// What is late is seen in the age of events; clocks may differ.
func TestAge(t *testing.T) {
	col := collect(t)
	o := col.observer(col.telemetry("kafka", "orders"))
	for _, ago := range []time.Duration{2 * time.Hour, -time.Hour} {
		e := event("A-1")
		e.Time = time.Now().Add(-ago)
		o.Handled(o.Handle(t.Context(), &e), dispatch.Outcome{ID: e.ID, Type: e.Type})
	}
	e := event("A-1")
	o.Handled(o.Handle(t.Context(), &e), dispatch.Outcome{ID: e.ID, Type: e.Type})
	points, sums := col.metrics()
	if want := "ce.event.age{messaging.destination.name=orders,messaging.operation.name=process,messaging.operation.type=process,messaging.system=kafka}=2"; !slices.Contains(points, want) {
		t.Errorf("there is no %s in %q", want, points)
	}
	if age := sums["ce.event.age"]; age < 7200 || age > 7200+600 {
		t.Errorf("age %v s, want 7200 s and what the test took", age)
	}
}

// Senders choose types freely; metrics have those that are listed.
func TestTypesAreBounded(t *testing.T) {
	col := collect(t)
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.Route{Type: "com.example.order.placed", Handler: accept},
		dispatch.Route{Type: "com.example.order", Version: "v2", Handler: accept},
		dispatch.Route{Type: "com.example.invoice.*", Handler: accept},
		dispatch.Route{Type: "com.example.*", Handler: accept},
		dispatch.Route{Type: "com.example.*", Source: "/a", Handler: accept},
	); err != nil {
		t.Fatal(err)
	}
	x := col.telemetry("kafka", "")
	x.Types = ceotel.TypesOf(&mux)
	if want := []string{"com.example.*", "com.example.invoice.*", "com.example.order.placed", "com.example.order.v2"}; !slices.Equal(x.Types, want) {
		t.Errorf("types %q, want %q", x.Types, want)
	}
	o, sending := col.observer(x), col.sendObserver(x)
	for i := range 1000 {
		for _, eventType := range []string{"com.example.order.placed", "com.example.order.v2", "com.example.invoice.a%d", "com.example.x%d", "org.%d"} {
			e := event("A-1")
			if e.Type = eventType; strings.Contains(eventType, "%") {
				e.Type = fmt.Sprintf(eventType, i)
			}
			o.Handled(o.Handle(t.Context(), &e), dispatch.Outcome{ID: e.ID, Type: e.Type})
			if err := sending.Send(t.Context(), &e, func(context.Context, *cloudevents.Event) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	points, _ := col.metrics()
	for _, want := range []string{"com.example.order.placed", "com.example.order.v2", "com.example.invoice.*", "com.example.*", "_OTHER"} {
		found := 0
		for _, p := range points {
			if strings.Contains(p, "cloudevents.event_type="+want+",") {
				found++
			}
		}
		if found != 3 { // consumed, its duration, sent
			t.Errorf("%s is in %d of\n%s", want, found, strings.Join(points, "\n"))
		}
	}
	if len(points) != 16 {
		t.Errorf("%d time series of 15,000 observations", len(points))
	}
}

// What was sent is counted and timed, with the attributes that the caller adds.
func TestSentMetrics(t *testing.T) {
	col := collect(t)
	x := col.telemetry("nats", "orders")
	x.Attributes = []attribute.KeyValue{attribute.String("server.address", "nats.example.com")}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	sender := cehttp.Sender{Target: server.URL, Logger: quiet, Observer: cehttp.SendObserver{SendObserver: col.sendObserver(x)}}
	e := event("A-1")
	if sender.Send(t.Context(), &e) == nil {
		t.Fatal("404 is no error")
	}
	e.ID = ""
	if sender.Send(t.Context(), &e) == nil {
		t.Fatal("an invalid event is no error")
	}
	base := "messaging.destination.name=orders,messaging.operation.name=send,messaging.operation.type=send,messaging.system=nats,server.address=nats.example.com"
	want := []string{
		"messaging.client.operation.duration{error.type=404," + base + "}=1",
		"messaging.client.operation.duration{error.type=invalid_event," + base + "}=1",
		"messaging.client.sent.messages{ce.outcome=refused,error.type=404," + base + "}=1",
		"messaging.client.sent.messages{ce.outcome=refused,error.type=invalid_event," + base + "}=1",
	}
	if got, _ := col.metrics(); !slices.Equal(got, want) {
		t.Errorf("metrics\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A Telemetry must name its system.
func TestValidate(t *testing.T) {
	var x ceotel.Telemetry
	_, in := x.Observer()
	_, out := x.SendObserver()
	if x.Validate() == nil || in == nil || out == nil {
		t.Error("a Telemetry without a System is valid")
	}
}
