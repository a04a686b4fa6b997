package main

import (
	"context"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
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

// A broker that refuses the user is not asked a second time, and the error says what it refuses.
func TestMQTTRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var connections atomic.Int32
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte{0x20, 3, 0, 0x87, 0}) // CONNACK: not authorized
			_ = conn.Close()
		}
	}()
	err = run(t.Context(), []string{"-admin", "", "http://127.0.0.1:0", "mqtt://" + l.Addr().String() + "/orders"}, noEnv, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "does not accept the user and the password, or their absence (reason code 0x87)") {
		t.Error(err)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// The port of MQTT may be left out, as those of the other brokers may.
func TestMQTTAddress(t *testing.T) {
	for text, want := range map[string]string{
		"mqtt://h/t":       "h:1883",
		"mqtts://h/t":      "h:8883",
		"mqtt://h:1/t":     "h:1",
		"mqtt://[::1]/t":   "[::1]:1883",
		"mqtt://[::1]:7/t": "[::1]:7",
	} {
		e, err := parseEndpoint(text)
		if got := mqttAddress(e); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
}
