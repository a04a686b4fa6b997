package main

import (
	"context"

	"net/url"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

// makeSession makes the session of a client with a subscription, so that the broker keeps what
// comes before a bridge reads it.
func makeSession(t *testing.T, address, id, filter string) {
	t.Helper()
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: "mqtt", Host: address}}, KeepAlive: 30, SessionExpiryInterval: 3600,
		ClientConfig: paho.ClientConfig{ClientID: id},
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	manager, err := autopaho.NewConnection(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := manager.AwaitConnection(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := manager.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	if err := manager.Disconnect(ctx); err != nil {
		t.Fatal(err)
	}
}
