package cepaho_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cepaho "github.com/seed763dd41b/cloudevents/mqtt/paho"
)

const (
	topic   = "orders/placed"
	letters = "dead/orders"
)

// newServer starts a broker in this process.
func newServer(address string, rules *auth.Ledger) (*mqtt.Server, string, error) {
	s := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	s.Options.Capabilities.Compatibilities.ObscureNotAuthorized = false
	var err error
	if rules == nil {
		err = s.AddHook(new(auth.AllowHook), nil)
	} else {
		err = s.AddHook(new(auth.Hook), &auth.Options{Ledger: rules})
	}
	l := listeners.NewTCP(listeners.Config{ID: "tcp", Address: address})
	err = errors.Join(err, s.AddListener(l))
	if err != nil {
		return nil, "", err
	}
	return s, l.Address(), s.Serve()
}

// start starts a broker in this process and returns its address.
func start(t testing.TB) string {
	t.Helper()
	s, address, err := newServer("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return address
}

// mosquitto starts Mosquitto and returns its address.
func mosquitto(t testing.TB) string {
	t.Helper()
	address, _ := restartable(t)
	return address
}

// restartable starts Mosquitto, and returns its address and a function that stops it and starts it
// again. It keeps its sessions on disk. more are lines of its configuration.
func restartable(t testing.TB, more ...string) (address string, restart func()) {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		program = "/usr/sbin/mosquitto"
		if _, err := os.Stat(program); err != nil {
			if os.Getenv("CI_BROKERS") == "1" {
				t.Fatal("there is no mosquitto: apt-get install mosquitto")
			}
			t.Skip("there is no mosquitto: apt-get install mosquitto")
		}
	}
	address = freeport.Address(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "mosquitto.conf")
	settings := "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location " + dir + "/\nmax_queued_messages 0\n"
	for _, line := range more {
		settings += line + "\n"
	}
	if os.Getuid() == 0 {
		settings += "user root\n"
	}
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	var cmd *exec.Cmd
	boot := func() {
		t.Helper()
		cmd = exec.Command(program, "-c", file)
		cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool {
			conn, err := net.Dial("tcp", address)
			if err == nil {
				conn.Close()
			}
			return err == nil
		})
	}
	boot()
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return address, func() {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		boot()
	}
}

var brokers = map[string]func(testing.TB) string{"mochi": start, "mosquitto": mosquitto}

// config returns the configuration of a connection with a session that lasts.
func config(address, id string) autopaho.ClientConfig {
	return autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: "mqtt", Host: address}}, KeepAlive: 30, SessionExpiryInterval: 3600,
		ReconnectBackoff: autopaho.NewConstantBackoff(20 * time.Millisecond),
		ClientConfig:     paho.ClientConfig{ClientID: id},
	}
}

// connect makes a connection.
func connect(t testing.TB, cfg autopaho.ClientConfig) *autopaho.ConnectionManager {
	t.Helper()
	m, err := autopaho.NewConnection(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disconnect(t, m) })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := m.AwaitConnection(ctx); err != nil {
		t.Fatal(err)
	}
	return m
}

func disconnect(t testing.TB, m *autopaho.ConnectionManager) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := m.Disconnect(ctx); err != nil {
		t.Error(err)
	}
}

// session makes the session of a client, with a subscription to orders/#.
func session(t testing.TB, address, id string) {
	t.Helper()
	m := connect(t, config(address, id))
	_, err := m.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "orders/#", QoS: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	disconnect(t, m)
}

func event(i int) cloudevents.Event {
	return cloudevents.Event{ID: fmt.Sprint(i), Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße", DataContentType: "application/json", Data: fmt.Appendf(nil, `{"n":%d}`, i)}
}

// send publishes n events.
func send(t testing.TB, address string, n int) {
	t.Helper()
	sendFrom(t, address, 0, n)
}

// sendFrom publishes n events, the first of which has a number.
func sendFrom(t testing.TB, address string, first, n int) {
	t.Helper()
	m := connect(t, autopaho.ClientConfig{ServerUrls: []*url.URL{{Scheme: "mqtt", Host: address}}, KeepAlive: 30})
	s := cepaho.Sender{Client: m, Topic: topic}
	for i := range n {
		e := event(first + i)
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
	}
	disconnect(t, m)
	time.Sleep(50 * time.Millisecond) // mochi acknowledges a message before its subscribers have it
}

// inbox has the messages that came on some topics.
type inbox struct {
	mu       sync.Mutex
	messages []*paho.Publish
}

// watch subscribes to a topic, in a session that survives the broker.
func watch(t testing.TB, address, filter string) *inbox {
	t.Helper()
	var in inbox
	cfg := config(address, "watch-"+strings.NewReplacer("/", "-", "#", "all").Replace(filter))
	cfg.ConnectPacketBuilder = func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) {
		p.Properties.RequestProblemInfo = true // or mochi leaves out the user properties
		return p, nil
	}
	cfg.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.messages = append(in.messages, r.Packet)
		return true, nil
	}}
	m := connect(t, cfg)
	if _, err := m.Subscribe(context.Background(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	return &in
}

func (in *inbox) all() []*paho.Publish {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]*paho.Publish(nil), in.messages...)
}

func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}

// begin connects and runs a consumer of the session billing, and returns a function that ends
// both and returns the error of Run.
func begin(t testing.TB, address string, c *cepaho.Consumer) (end func() error, ended <-chan error) {
	t.Helper()
	return beginWith(t, config(address, "billing"), c)
}

func beginWith(t testing.TB, cfg autopaho.ClientConfig, c *cepaho.Consumer) (end func() error, ended <-chan error) {
	t.Helper()
	if c.Delivery.Logger == nil {
		c.Delivery.Logger = slog.New(slog.DiscardHandler)
	}
	c.Configure(&cfg)
	c.Client = connect(t, cfg)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() {
		err := c.Run(ctx)
		if err != nil {
			t.Log("Run: ", err)
		}
		disconnect(t, c.Client)
		done <- err
	}()
	return func() error { cancel(); return <-done }, done
}

func handler(f func(e *cloudevents.Event) error) dispatch.Handler {
	return func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return nil, f(e) }
}

// handled has the events that a handler has seen.
type handled struct {
	mu  sync.Mutex
	ids []string
}

func (h *handled) add(e *cloudevents.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids = append(h.ids, e.ID)
	return nil
}

// first returns the events in the order in which they came first.
func (h *handled) first() (ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	seen := map[string]bool{}
	for _, id := range h.ids {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

func (h *handled) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.ids)
}
