package cegoamqp_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A Sender adds application properties beside those of the event, and the handler of a Consumer
// finds them. The properties of the event cannot be replaced.
func TestHeaders(t *testing.T) {
	b := start(t)
	session := dial(t, b.URL())
	outcomes := 0
	sender := &cegoamqp.Sender{Sender: newSender(t, session, orders), Observer: dispatch.SendObserver{
		Header: func(_ context.Context, set func(name, value string)) {
			set("traceparent", "hop")
			set("cloudEvents_id", "another")
		},
		Sent: func(context.Context, dispatch.Outcome) { outcomes++ },
	}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	receiver := newReceiver(t, session, orders, 1)
	consumer := &cegoamqp.Consumer{
		Links: cegoamqp.Links{Receiver: receiver, DeadLetter: newSender(t, session, letters)},
		Delivery: dispatch.Delivery{Logger: slog.New(slog.DiscardHandler),
			Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				own, _ := e.Get("traceparent")
				if hop := cegoamqp.HeaderFrom(ctx, "traceparent"); hop != "hop" || own.String() != "start" || e.ID == "another" {
					t.Errorf("header %q, extension %q, id %q", hop, own, e.ID)
				}
				if cegoamqp.HeaderFrom(ctx, "absent") != "" {
					t.Error("an absent property has a value")
				}
				if seen++; seen == 3 {
					cancel()
				}
				return nil, nil
			}},
	}
	es := make([]cloudevents.Event, 3)
	for i := range es {
		es[i] = cloudevents.New("/orders", "com.example.order.placed")
		if err := es[i].Set("traceparent", cloudevents.StringValue("start")); err != nil {
			t.Fatal(err)
		}
	}
	if err := sender.Send(ctx, &es[0]); err != nil {
		t.Fatal(err)
	}
	if err := sender.SendBatch(ctx, es[1:]); err != nil {
		t.Fatal(err)
	}
	if err := consumer.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if outcomes != 3 || seen != 3 {
		t.Errorf("%d outcomes, %d events", outcomes, seen)
	}
	if cegoamqp.HeaderFrom(context.Background(), "traceparent") != "" {
		t.Error("there is a header without a message")
	}
}
