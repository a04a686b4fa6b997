package ceotel_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/seed763dd41b/cloudevents"
	ceotel "github.com/seed763dd41b/cloudevents/otel"
)

// What a Sender does to the trace context of its event.
func TestSendContext(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for name, c := range map[string]struct {
		extensions []string
		change     func(*ceotel.Telemetry)
		own        bool   // the event carries the context of the span
		state      string // tracestate
		kind       trace.SpanKind
		links      []string
	}{
		"none":                 {own: true, kind: trace.SpanKindProducer},
		"that of the start":    {extensions: []string{"traceparent", traceA, "tracestate", "a=1"}, state: "a=1", kind: trace.SpanKindClient, links: []string{spanA}},
		"malformed":            {extensions: []string{"traceparent", "00-abc", "tracestate", "a=1"}, own: true, kind: trace.SpanKindProducer},
		"of a future version":  {extensions: []string{"traceparent", "cc" + traceA[2:] + "-more"}, state: "", kind: trace.SpanKindClient, links: []string{spanA}},
		"too long":             {extensions: []string{"traceparent", long}, own: true, kind: trace.SpanKindProducer},
		"no extension, please": {change: func(x *ceotel.Telemetry) { x.NoExtension = true }, kind: trace.SpanKindClient},
	} {
		t.Run(name, func(t *testing.T) {
			col := collect(t)
			x := col.telemetry("kafka", "orders")
			if c.change != nil {
				c.change(&x)
			}
			o := col.sendObserver(x)
			e := with(t, event("A-1"), c.extensions...)
			before := e.Clone()
			var sent cloudevents.Event
			err := o.Send(t.Context(), &e, func(_ context.Context, e *cloudevents.Event) error {
				sent = e.Clone()
				return nil
			})
			if err != nil || !slices.Equal(e.Extensions, before.Extensions) {
				t.Errorf("error %v, the caller's event has now %v", err, e.Extensions)
			}
			s := col.span("send orders")
			if own := ceotel.ContextOf(&sent).SpanID() == s.SpanContext.SpanID(); own != c.own {
				t.Errorf("the event carries %v", sent.Extensions)
			}
			if state, _ := sent.Get("tracestate"); state.String() != c.state {
				t.Errorf("tracestate %q, want %q", state, c.state)
			}
			if s.SpanKind != c.kind || !slices.Equal(linked(s), c.links) {
				t.Errorf("kind %v, links %q", s.SpanKind, linked(s))
			}
			if err := sent.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Each event of a batch has a span of its creation, which the span of the batch links to.
func TestSendBatchCreates(t *testing.T) {
	c := collect(t)
	o := c.sendObserver(c.telemetry("kafka", "orders"))
	es := []cloudevents.Event{event("A-1"), with(t, event("A-2"), "traceparent", traceA), event("A-3")}
	var sent []cloudevents.Event
	tooLarge := errors.New("too large")
	err := o.SendBatch(t.Context(), es, func(_ context.Context, es []cloudevents.Event) ([]error, error) {
		sent = es
		return []error{nil, nil, tooLarge}, nil
	})
	if !errors.Is(err, tooLarge) {
		t.Fatal(err)
	}
	s := c.span("send orders")
	checkSpan(t, s, trace.SpanKindClient, "error.type=refused", "messaging.batch.message_count=3", "messaging.destination.name=orders",
		"messaging.operation.name=send", "messaging.operation.type=send", "messaging.system=kafka")
	if s.Status.Code != codes.Error || s.Status.Description != "too large" {
		t.Errorf("status %v", s.Status)
	}
	created := c.named("create orders")
	if len(created) != 2 {
		t.Fatalf("spans %q", c.names())
	}
	checkSpan(t, created[0], trace.SpanKindProducer, "cloudevents.event_id=A-1", "cloudevents.event_source=/orders",
		"cloudevents.event_spec_version=1.0", "cloudevents.event_type=com.example.order.placed", "messaging.destination.name=orders",
		"messaging.operation.name=create", "messaging.operation.type=create", "messaging.system=kafka")
	ids := []string{spanA, created[0].SpanContext.SpanID().String(), created[1].SpanContext.SpanID().String()}
	if got := linked(s); !slices.Equal(got, ids) {
		t.Errorf("links %q, want %q", got, ids)
	}
	for i, want := range []string{ids[1], spanA, ids[2]} {
		if got := ceotel.ContextOf(&sent[i]).SpanID().String(); got != want {
			t.Errorf("event %d carries %s, want %s", i, got, want)
		}
	}
}

// Without the spans of creation, all events have the context of the span of the batch.
func TestSendBatchWithoutCreateSpans(t *testing.T) {
	c := collect(t)
	x := c.telemetry("kafka", "orders")
	x.NoCreateSpans = true
	o := c.sendObserver(x)
	var sent []cloudevents.Event
	err := o.SendBatch(t.Context(), []cloudevents.Event{event("A-1"), event("A-2")}, func(_ context.Context, es []cloudevents.Event) ([]error, error) {
		sent = es
		return nil, nil
	})
	s := c.span("send orders")
	if err != nil || len(c.names()) != 1 || s.SpanKind != trace.SpanKindProducer {
		t.Errorf("error %v, spans %q, kind %v", err, c.names(), s.SpanKind)
	}
	for i := range sent {
		if ceotel.ContextOf(&sent[i]).SpanID() != s.SpanContext.SpanID() {
			t.Errorf("event %d carries %v", i, sent[i].Extensions)
		}
	}
	if err := o.SendBatch(t.Context(), nil, func(context.Context, []cloudevents.Event) ([]error, error) { return nil, nil }); err != nil || len(c.names()) != 1 {
		t.Errorf("an empty batch: error %v, spans %q", err, c.names())
	}
}

// Without an SDK nothing is made up: a trace context passes through as it is.
func TestWithoutSDK(t *testing.T) {
	x := ceotel.Telemetry{System: "kafka", SetHeader: true}
	in, err := x.Observer()
	if err != nil {
		t.Fatal(err)
	}
	out, err := x.SendObserver()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ in, out string }{{traceA, traceA}, {"", ""}, {"x", ""}} {
		e := event("A-1")
		if c.in != "" {
			e = with(t, e, "traceparent", c.in)
		}
		ctx := in.Handle(t.Context(), &e)
		answer := event("B-1")
		err := out.Send(ctx, &answer, func(ctx context.Context, e *cloudevents.Event) error {
			if got, _ := e.Get("traceparent"); got.String() != c.out {
				t.Errorf("%q becomes %q", c.in, got)
			}
			header := ""
			out.Header(ctx, func(name, value string) { header = name + ": " + value })
			if want := "traceparent: " + c.out; header != "" && header != want {
				t.Errorf("%q becomes the header %q", c.in, header)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// No extension, whatever is in it, fails an event or changes it in place.
func FuzzContext(f *testing.F) {
	for _, parent := range []string{traceA, traceB, "", "00-", "ff" + traceA[2:], traceA + "-x", strings.Repeat("0", 55)} {
		for _, state := range []string{"", "a=1", "=", "a=1,a=2", strings.Repeat("k=v,", 40)} {
			f.Add(parent, state)
		}
	}
	col := collect(f)
	out := col.sendObserver(col.telemetry("kafka", "orders"))
	in := col.observer(col.telemetry("kafka", "orders"))
	f.Fuzz(func(t *testing.T, parent, state string) {
		e := event("A-1")
		_ = e.Set("traceparent", cloudevents.StringValue(parent))
		_ = e.Set("tracestate", cloudevents.StringValue(state))
		if e.Validate() != nil {
			return
		}
		before := e.Clone()
		in.Handle(t.Context(), &e)
		valid := ceotel.ContextOf(&e).IsValid()
		err := out.Send(t.Context(), &e, func(_ context.Context, sent *cloudevents.Event) error {
			if !ceotel.ContextOf(sent).IsValid() {
				t.Errorf("the event is sent with %v", sent.Extensions)
			}
			if got, _ := sent.Get("traceparent"); valid && got.String() != parent {
				t.Errorf("%q has become %q", parent, got)
			}
			return sent.Validate()
		})
		if err != nil || !slices.Equal(e.Extensions, before.Extensions) {
			t.Errorf("error %v, extensions %v", err, e.Extensions)
		}
	})
}
