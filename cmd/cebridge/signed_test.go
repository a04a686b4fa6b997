package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/brokertest"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// An event that its sender signs is verified, with its signed extension, after HTTP, Kafka,
// JetStream, AMQP and MQTT; each bridge decodes it and encodes it anew. An event that is signed
// with another key is found at the end, and so is one that is not signed.
func TestSignedChain(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	verifier := ceverify.Verifier{Keys: []ceverify.Key{{ID: "shop", Public: public}}}
	var mu sync.Mutex
	verified, refused := map[string]ceverify.Coverage{}, map[string]error{}
	last := httptest.NewServer(&cehttp.Receiver{Logger: slog.New(slog.DiscardHandler), Handler: func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		mu.Lock()
		defer mu.Unlock()
		if r, err := verifier.Verify(e); err != nil {
			refused[e.ID] = err
		} else {
			verified[e.ID] = r.Coverage
		}
		return nil, nil
	}})
	defer last.Close()

	amqp := startAMQP(t).URL() + "/orders"
	kafka, js, mqtt := startKafka(t, "orders"), startNATS(t, "ORDERS"), brokertest.Mosquitto(t)
	makeSession(t, mqtt, "cebridge", "shop/#")
	door := "http://" + freeport.Address(t) + "/in"
	for _, ends := range [][2]string{
		{door, "kafka://" + kafka + "/orders"},
		{"kafka://" + kafka + "/orders", "nats://" + js + "/ORDERS/orders.placed"},
		{"nats://" + js + "/ORDERS/orders.>", amqp},
		{amqp, "mqtt://" + mqtt + "/shop/orders"},
		{"mqtt://" + mqtt + "/shop/#", last.URL},
	} {
		p := start(t, ends[0], ends[1])
		defer p.stop()
	}

	send := func(mode cloudevents.Mode, id string, key ed25519.PrivateKey) {
		e := cloudevents.Event{
			ID: id, Source: "/shop", Type: "com.example.order.placed", Subject: "Zürich €", Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)),
			DataContentType: "application/json", Data: []byte(`{"text": "naïve 😀", "number": 1e400}`),
			Extensions: []cloudevents.Extension{{Name: "priority", Value: cloudevents.IntegerValue(7)}},
		}
		sender := cehttp.Sender{Target: door, Mode: mode}
		if key != nil {
			signer := ceverify.Signer{Key: key, KeyID: "shop", Extensions: []spec.Attribute{{Name: "priority", Type: spec.Integer}}}
			sender.Observer.Sending = signer.Sending
		}
		if err := sender.Send(t.Context(), &e); err != nil {
			t.Fatal(err)
		}
	}
	for mode, name := range map[cloudevents.Mode]string{cloudevents.BinaryMode: "binary", cloudevents.StructuredMode: "structured"} {
		send(mode, name, private)
		send(mode, name+", signed by a stranger", stranger)
		send(mode, name+", not signed", nil)
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		mu.Lock()
		n := len(verified) + len(refused)
		mu.Unlock()
		if n == 6 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("verified %v, refused %v", verified, refused)
		}
	}
	for _, name := range []string{"binary", "structured"} {
		if verified[name] != ceverify.CoreAndExtensions {
			t.Errorf("%s: %v, %v", name, verified[name], refused[name])
		}
		if err := refused[name+", signed by a stranger"]; !errors.Is(err, ceverify.ErrSignature) {
			t.Errorf("%s, signed by a stranger: %v", name, err)
		}
		if err := refused[name+", not signed"]; !errors.Is(err, ceverify.ErrUnsigned) {
			t.Errorf("%s, not signed: %v", name, err)
		}
	}
}
