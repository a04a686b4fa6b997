package ceotel_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A span has at most 1 KiB of an attribute, however long that is: many spans wait for their export.
func TestLongAttributes(t *testing.T) {
	c := collect(t)
	long := strings.Repeat("é", 1<<20)
	e := event(long)
	e.Source, e.Type, e.Subject = "/"+strings.Repeat("s", 1<<20), long, long
	delivery := dispatch.Delivery{
		Logger: quiet, Observer: c.observer(c.telemetry("kafka", "orders")),
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil },
	}
	if out := delivery.Deliver(t.Context(), nil, &e); out.Err != nil {
		t.Fatal(out.Err)
	}
	sent := c.sendObserver(c.telemetry("kafka", "orders"))
	if err := sent.SendBatch(t.Context(), []cloudevents.Event{e, e}, func(context.Context, []cloudevents.Event) ([]error, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	checked := 0
	check := func(span string, attrs []string) {
		for _, a := range attrs {
			if len(a) > 1100 || !utf8.ValidString(a) {
				t.Errorf("%s: %d bytes: %.50q", span, len(a), a)
			}
			checked++
		}
	}
	for _, s := range c.spans.GetSpans() {
		check(s.Name, attributes(s.Attributes))
		for _, l := range s.Links {
			check(s.Name, attributes(l.Attributes))
		}
	}
	if checked < 20 {
		t.Errorf("%d attributes", checked)
	}
}
