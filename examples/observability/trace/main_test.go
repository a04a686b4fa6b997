package main

import (
	"strings"
	"testing"
)

// The program prints one trace, from HTTP over NATS to the last handler.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	want := `6 spans, 1 trace
place an order (internal)
  send /events (producer) cloudevents.event_type=com.example.order.placed messaging.system=http
    process /events (consumer) ce.outcome=done cloudevents.event_type=com.example.order.placed messaging.system=http
      send orders.billed (producer) cloudevents.event_type=com.example.order.billed messaging.system=nats
        process orders.billed (consumer) ce.outcome=done cloudevents.event_type=com.example.order.billed messaging.system=nats
          send a mail (internal)
`
	if out.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want)
	}
}
