package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// deadPlaces start a broker for the place of dead letters and that of events in a document, and
// return its address.
var deadPlaces = map[string]func(t *testing.T, letters, events endpoint) string{
	"kafka": func(t *testing.T, letters, events endpoint) string { return startKafka(t, events.path, letters.path) },
	"nats": func(t *testing.T, letters, events endpoint) string {
		stream, _, _ := strings.Cut(events.path, "/")
		host := startNATS(t, stream)
		conn, err := nats.Connect("nats://" + host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		name, subject, _ := strings.Cut(letters.path, "/")
		if _, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: name, Subjects: []string{subject}}); err != nil {
			t.Fatal(err)
		}
		return host
	},
	"amqp": func(t *testing.T, _, _ endpoint) string { return strings.TrimPrefix(startAMQP(t).URL(), "amqp://") },
	"mqtt": func(t *testing.T, letters, events endpoint) string {
		host := brokertest.Mosquitto(t)
		makeSession(t, host, "again", letters.path)
		makeSession(t, host, "cebridge", events.path)
		return host
	},
}

// The commands of docs/brokers.md bring dead letters back to where they were.
func TestReprocess(t *testing.T) {
	text, err := os.ReadFile(filepath.FromSlash("../../docs/brokers.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, line := range examplesIn(string(text)) {
		if !strings.Contains(line, "-group again ") {
			continue
		}
		args, err := words(line)
		if err != nil {
			t.Fatal(err)
		}
		documented, err := parse(args[1:], t.Output())
		if err != nil {
			t.Fatal(err)
		}
		letters, events := documented.source, documented.target
		seen[letters.scheme] = true
		t.Run(letters.scheme, func(t *testing.T) {
			host := deadPlaces[letters.scheme](t, letters, events)
			orders := events.scheme + "://" + host + "/" + events.path
			dead := letters.path
			if letters.scheme == "nats" {
				_, dead, _ = strings.Cut(dead, "/")
			}
			last := newSink(t)
			last.fail = func(*cloudevents.Event) error { return dispatch.Permanent(errors.New("no such customer")) }
			door := "http://" + freeport.Address(t) + "/"
			defer start(t, door, orders).stop()
			const n = 8
			send(t, door, 0, n).Wait()
			refusing := start(t, "-dead-letter", dead, orders, last.URL)
			waitFor(t, func() bool { return refusing.metric("refused_total") == n && refusing.metric("in_flight") == 0 })
			refusing.stop()
			if strings.Count(refusing.log.String(), "message written to the dead letter") != n {
				t.Error("not each dead letter is in the log")
			}

			last.mu.Lock()
			last.fail = nil // what has refused them is mended
			last.mu.Unlock()
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], letters.host, host)
			}
			again := start(t, args[1:]...)
			defer start(t, orders, last.URL).stop()
			last.has(t, n)
			last.check(t, n)
			again.stop()
		})
	}
	for scheme := range deadPlaces {
		if !seen[scheme] {
			t.Errorf("docs/brokers.md has no command for the dead letters of %s", scheme)
		}
	}
}
