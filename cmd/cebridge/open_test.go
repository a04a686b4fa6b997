package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// What is wrong with a place, and only its broker knows, is told when the bridge opens.
func TestPlaces(t *testing.T) {
	js := "nats://" + startNATS(t, "ORDERS")
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"a target that another stream may have", []string{"http://127.0.0.1:0", js + "/ORDERS/bills.paid"}, `the stream ORDERS has no subject bills.paid: its subjects are ["orders.>"]`},
		{"a stream that is not there", []string{"http://127.0.0.1:0", js + "/ORDER/orders.paid"}, "stream not found"},
		{"a dead letter that no stream takes", []string{"-dead-letter", "dead", js + "/ORDERS/orders.>", "http://127.0.0.1:1"}, "-dead-letter: no stream has the subject dead"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			err := run(t.Context(), append([]string{"-admin", ""}, c.args...), noEnv, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A place that may come to be later is a warning, and no more.
func TestPlacesToCome(t *testing.T) {
	js, kafka := "nats://"+startNATS(t, "ORDERS"), "kafka://"+startKafka(t, "orders", "letters")
	for _, c := range []struct {
		reason string
		args   []string
		want   []string
	}{
		{"topics of a source", []string{"-dead-letter", "dead", kafka + "/order", "http://127.0.0.1:1"}, []string{"topic=order\n", "topic=dead\n"}},
		{"the topic of a target", []string{"http://" + freeport.Address(t), kafka + "/bills"}, []string{"topic=bills\n"}},
		{"topics that are there", []string{"-dead-letter", "letters", kafka + "/orders", kafka + "/orders"}, nil},
		{"a subject of a source", []string{js + "/ORDERS/bills.*", "http://127.0.0.1:1"}, []string{"has no subject bills.*"}},
		{"a subject that is there", []string{"-group", "other", js + "/ORDERS/*.paid", "http://127.0.0.1:1"}, nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			p := start(t, c.args...)
			log := p.log.String()
			for _, want := range c.want {
				if !strings.Contains(log, want) {
					t.Errorf("the log has no %q:\n%s", want, log)
				}
			}
			if n := strings.Count(log, "level=WARN"); n != len(c.want) {
				t.Errorf("%d warnings, want %d:\n%s", n, len(c.want), log)
			}
			p.stop()
		})
	}
}

// Two subjects meet if a message can have both.
func TestSubjectsMeet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"orders.paid", "orders.paid", true},
		{"orders.paid", "orders.placed", false},
		{"orders.paid", "orders", false},
		{"orders.*", "orders.paid", true},
		{"orders.*", "orders.paid.late", false},
		{"orders.>", "orders.paid.late", true},
		{"orders.>", "orders", false},
		{"*.paid", "orders.*", true},
		{"*.paid", "orders.>", true},
		{"*", "orders", true},
		{">", "orders.paid", true},
	} {
		if subjectsMeet(c.a, c.b) != c.want || subjectsMeet(c.b, c.a) != c.want {
			t.Errorf("%s and %s: want %t", c.a, c.b, c.want)
		}
	}
}

// A request that is not let in is told why, with the challenge that fits the secret, and is in
// the log without what it brings.
func TestDoorRefuses(t *testing.T) {
	for _, c := range []struct {
		reason    string
		env       []string
		path      string
		status    int
		challenge string
	}{
		{"no token", []string{"CEBRIDGE_SOURCE_TOKEN=" + hush}, "/in", http.StatusUnauthorized, "Bearer"},
		{"no password", []string{"CEBRIDGE_SOURCE_USER=me", "CEBRIDGE_SOURCE_PASSWORD=" + hush}, "/in", http.StatusUnauthorized, `Basic realm="cebridge", charset="UTF-8"`},
		{"another path", nil, "/" + hush, http.StatusNotFound, ""},
	} {
		t.Run(c.reason, func(t *testing.T) {
			door := "http://" + freeport.Address(t)
			target := httptest.NewServer(http.NotFoundHandler())
			defer target.Close()
			p := startWith(t, c.env, door+"/in", target.URL)
			r, err := http.Post(door+c.path, "application/json", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			body, _ := io.ReadAll(r.Body)
			if r.StatusCode != c.status || r.Header.Get("WWW-Authenticate") != c.challenge || !strings.Contains(string(body), `"error_type"`) {
				t.Errorf("%d %v %s", r.StatusCode, r.Header, body)
			}
			p.stop() // the log has all then
			if log := p.log.String(); !strings.Contains(log, `msg="request refused"`) || strings.Contains(log, hush) {
				t.Error(log)
			}
		})
	}
}

// What stops a bridge, or keeps it from starting, comes with what to do about it.
func TestAdvice(t *testing.T) {
	env := func(values map[string]string) func(string) string {
		return func(name string) string { return values[name] }
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	host := startNATS(t, "ORDERS")
	conn, err := nats.Connect("nats://" + host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := errors.Join(conn.Publish("orders.paid", []byte("no event")), conn.Flush()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		reason string
		env    map[string]string
		args   []string
		want   string
	}{
		{"an -admin that is taken", nil, []string{"-admin", taken.Addr().String(), "http://127.0.0.1:0", "http://127.0.0.1:1"}, "each bridge on a machine needs an address of its own"},
		{"a user whose name is wrong", map[string]string{"CEBRIDGE_TARGET_PASSWORD": hush}, []string{"-admin", "", "http://127.0.0.1:0", "mqtt://127.0.0.1:1/t"}, "CEBRIDGE_TARGET_USER"},
		{"a message that is no event", nil, []string{"-admin", "", "nats://" + host + "/ORDERS/orders.paid", "http://127.0.0.1:1"}, "-invalid skip passes over"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			err := run(t.Context(), c.args, env(c.env), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), hush) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
