package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// place is where events are in a broker.
type place struct {
	url        string
	deadLetter string // for -dead-letter
	dead       string // and for a bridge that reads it, as the group dead
}

// places start a broker each.
var places = map[string]func(t *testing.T) place{
	"Kafka": func(t *testing.T) place {
		host := "kafka://" + startKafka(t, "orders", "orders-dead")
		return place{host + "/orders", "orders-dead", host + "/orders-dead"}
	},
	"JetStream": func(t *testing.T) place {
		host := "nats://" + startNATS(t, "ORDERS")
		return place{host + "/ORDERS/orders.placed", "orders.dead", host + "/ORDERS/orders.dead"}
	},
	"AMQP": func(t *testing.T) place {
		host := startAMQP(t).URL()
		return place{host + "/orders", "orders-dead", host + "/orders-dead"}
	},
	"AMQP Qpid Proton": func(t *testing.T) place {
		host, _ := brokertest.Proton(t)
		return place{host + "/orders", "orders-dead", host + "/orders-dead"}
	},
	"MQTT": func(t *testing.T) place {
		host := brokertest.Mosquitto(t)
		makeSession(t, host, "cebridge", "shop/orders")
		makeSession(t, host, "dead", "dead/orders")
		return place{"mqtt://" + host + "/shop/orders", "dead/orders", "mqtt://" + host + "/dead/orders"}
	},
}

// Events go from HTTP into each broker and out again, as they were, and in the mode in which
// they were.
func TestDirections(t *testing.T) {
	for name, begin := range places {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			last := newSink(t)
			door := "http://" + freeport.Address(t) + "/"
			in := start(t, door, p.url)
			const n = 4 * dataKinds
			send(t, door, 0, n).Wait()
			out := start(t, p.url, last.URL)
			last.has(t, n)
			last.check(t, n)
			if got := in.metric("sent_total"); got != n {
				t.Errorf("%v events sent", got)
			}
			waitFor(t, func() bool { return out.metric("sent_total") >= n }) // counted after the answer
			in.stop()
			out.stop()
		})
	}
}

// Of the events of each broker the flags let some pass, and set the mode. What the target refuses
// goes to the dead letter, as it was, and can be read from there.
func TestFilterAndDeadLetter(t *testing.T) {
	for name, begin := range places {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			door := "http://" + freeport.Address(t) + "/"
			start(t, door, p.url)
			send(t, door, 0, 14).Wait()

			last, dead := newSink(t), newSink(t)
			last.fail = func(e *cloudevents.Event) error {
				if e.ID == "3" {
					return dispatch.Permanent(fmt.Errorf("no such customer"))
				}
				return nil
			}
			out := start(t, "-type", "com.example.type1", "-type", "com.example.type3*", "-filter", "boolean = FALSE OR integer < -9",
				"-dead-letter", p.deadLetter, "-mode", "structured", p.url, last.URL)
			last.has(t, 2)
			start(t, "-group", "dead", p.dead, dead.URL)
			dead.has(t, 1)
			waitFor(t, func() bool { return out.metric("filtered_total") == 11 })
			waitFor(t, func() bool { return out.metric("refused_total") == 1 })
			out.stop()
			for _, id := range []string{"1", "10"} {
				if last.layouts[id].mode != cloudevents.StructuredMode {
					t.Errorf("event %s came in %s mode", id, last.layouts[id].mode)
				}
			}
			got, want := dead.events["3"], generated(3)
			if d := difference(&got, &want, modeOf(3)); len(last.events) != 2 || d != "" || dead.layouts["3"].mode != modeOf(3) {
				t.Errorf("%d events; the dead letter differs in its %s: %v", len(last.events), d, got)
			}
		})
	}
}

// A durable consumer of JetStream that reads something else is not changed.
func TestGroupOfAnother(t *testing.T) {
	host := "nats://" + startNATS(t, "ORDERS")
	last := newSink(t)
	start(t, host+"/ORDERS/orders.a", last.URL)
	err := run(t.Context(), []string{"-admin", "", host + "/ORDERS/orders.b", last.URL}, noEnv, t.Output(), t.Output())
	if err == nil || !strings.Contains(err.Error(), "-group") {
		t.Errorf("error: %v", err)
	}
}

// The bridges find a broker again that was away.
func TestBrokerStartsAgain(t *testing.T) {
	b := startAMQP(t)
	last := newSink(t)
	door := "http://" + freeport.Address(t) + "/"
	in, out := start(t, door, b.URL()+"/orders"), start(t, b.URL()+"/orders", last.URL)
	const n = 400
	running := send(t, door, 0, n)
	for i := range 3 {
		last.has(t, n*(i+1)/4)
		b.Stop()
		if err := b.Start(); err != nil {
			t.Fatal(err)
		}
	}
	running.Wait()
	last.has(t, n)
	last.check(t, n)
	in.stop()
	out.stop()
}
