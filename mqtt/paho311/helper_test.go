package cepaho311_test

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

	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cepaho311 "github.com/seed763dd41b/cloudevents/mqtt/paho311"
)

const (
	topic   = "orders/placed"
	letters = "dead/orders"
)

// newServer starts a broker in this process.
func newServer(address string, rules *auth.Ledger) (*mochi.Server, string, error) {
	s := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
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
// again. It keeps its sessions on disk.
func restartable(t testing.TB) (address string, restart func()) {
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

// options returns the options of a client with a session that lasts, and a function that breaks
// its connection.
func options(address, id string) (o *mqtt.ClientOptions, breakIt func()) {
	var mu sync.Mutex
	var last *net.TCPConn
	o = mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetCleanSession(false).SetProtocolVersion(4).SetConnectTimeout(10 * time.Second)
	o.SetCustomOpenConnectionFn(func(uri *url.URL, _ mqtt.ClientOptions) (net.Conn, error) {
		conn, err := net.Dial("tcp", uri.Host)
		mu.Lock()
		defer mu.Unlock()
		last, _ = conn.(*net.TCPConn)
		return conn, err
	})
	return o, func() {
		mu.Lock()
		defer mu.Unlock()
		last.CloseRead() // the client takes no notice of Close
	}
}

// connect makes a connection.
func connect(t testing.TB, o *mqtt.ClientOptions) mqtt.Client {
	t.Helper()
	client := mqtt.NewClient(o)
	if token := client.Connect(); !token.WaitTimeout(time.Minute) || token.Error() != nil {
		t.Fatal("no connection: ", token.Error())
	}
	t.Cleanup(func() { client.Disconnect(100) })
	return client
}

func subscribe(t testing.TB, client mqtt.Client, filter string, f mqtt.MessageHandler) {
	t.Helper()
	if token := client.Subscribe(filter, 1, f); !token.WaitTimeout(time.Minute) || token.Error() != nil {
		t.Fatal("no subscription: ", token.Error())
	}
}

// session makes the session of a client, with a subscription to orders/#.
func session(t testing.TB, address, id string) {
	t.Helper()
	o, _ := options(address, id)
	client := connect(t, o)
	subscribe(t, client, "orders/#", nil)
	client.Disconnect(100)
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
	o, _ := options(address, "sender")
	client := connect(t, o)
	s := cepaho311.Sender{Client: client, Topic: topic}
	es := make([]cloudevents.Event, n)
	for i := range es {
		es[i] = event(first + i)
	}
	for len(es) > 0 {
		k := min(len(es), 100)
		if err := s.SendBatch(context.Background(), es[:k]); err != nil {
			t.Fatal(err)
		}
		es = es[k:]
	}
	client.Disconnect(100)
	time.Sleep(50 * time.Millisecond) // mochi acknowledges a message before its subscribers have it
}

// inbox has the messages that came on some topics.
type inbox struct {
	mu       sync.Mutex
	messages []mqtt.Message
}

// watch subscribes to a topic.
func watch(t testing.TB, address, filter string) *inbox {
	t.Helper()
	var in inbox
	o, _ := options(address, "watch-"+strings.NewReplacer("/", "-", "#", "all").Replace(filter))
	subscribe(t, connect(t, o), filter, func(_ mqtt.Client, m mqtt.Message) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.messages = append(in.messages, m)
	})
	return &in
}

func (in *inbox) all() []mqtt.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]mqtt.Message(nil), in.messages...)
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
// both and returns the error of Run, and one that breaks the connection.
func begin(t testing.TB, address string, c *cepaho311.Consumer) (end func() error, ended <-chan error, breakIt func()) {
	t.Helper()
	if c.Delivery.Logger == nil {
		c.Delivery.Logger = slog.New(slog.DiscardHandler)
	}
	o, breakIt := options(address, "billing")
	c.Configure(o)
	c.Client = connect(t, o)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() {
		err := c.Run(ctx)
		if err != nil {
			t.Log("Run: ", err)
		}
		c.Client.Disconnect(100)
		done <- err
	}()
	return func() error { cancel(); return <-done }, done, breakIt
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
