package cegoamqp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// Events go through real brokers as they were sent, in both modes and with both prefixes, and a
// Consumer handles them.
func TestBrokers(t *testing.T) {
	for _, b := range []struct {
		name, prefix string
		start        func(t *testing.T) string
		settles      bool
	}{
		{"in process", "", func(t *testing.T) string { return start(t).URL() }, true},
		{"Qpid Proton", "", func(t *testing.T) string { url, _ := startProton(t); return url }, false},
		{"RabbitMQ", "/queue/", func(t *testing.T) string { url, _ := startRabbitMQ(t); return url }, true},
	} {
		t.Run(b.name, func(t *testing.T) {
			url := b.start(t)
			session := dial(t, url)
			ctx := context.Background()
			encoders := []ceamqp.Encoder{{}, {Colon: true}, {Text: true}, {Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, CopyProperties: true}}
			var sent []cloudevents.Event
			for i, encoder := range encoders {
				s := cegoamqp.Sender{Sender: newSender(t, session, b.prefix+orders), Encoder: encoder}
				plain, bare := event(2*i), cloudevents.Event{ID: fmt.Sprint(2*i + 1), Source: "/bare", Type: "bare", Time: time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 3600))}
				if err := s.SendBatch(ctx, []cloudevents.Event{plain, bare}); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, plain, bare)
			}
			var got []cloudevents.Event
			all := make(chan struct{})
			c := &cegoamqp.Consumer{
				Connect: connectPrefixed(url, b.prefix, -1), Credit: 20, Decoder: ceamqp.Decoder{Extensions: declared},
				Delivery: dispatch.Delivery{Wait: time.Millisecond, Handler: handler(func(e *cloudevents.Event) error {
					if len(got)%3 == 0 && (len(got) == 0 || got[len(got)-1].ID != e.ID) {
						got = append(got, *e)
						return errors.New("not now") // and the same event next
					}
					if len(got) == 0 || got[len(got)-1].ID != e.ID {
						got = append(got, *e)
					}
					if len(got) == len(sent) {
						close(all)
					}
					return nil
				})},
			}
			end, ended := begin(t, c)
			select {
			case <-all:
			case err := <-ended:
				t.Fatal(err)
			case <-time.After(time.Minute):
				t.Fatalf("%d of %d events", len(got), len(sent))
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			for i := range sent {
				want, have := &sent[i], &got[i]
				if have.ID != want.ID || have.Source != want.Source || have.Type != want.Type || have.Subject != want.Subject || !have.Time.Equal(want.Time) ||
					have.DataContentType != want.DataContentType || string(have.Data) != string(want.Data) || !slices.Equal(have.Extensions, want.Extensions) {
					t.Errorf("event %d: have %v, want %v", i, have, want)
				}
			}
			if !b.settles {
				return
			}
			e := event(99)
			s := cegoamqp.Sender{Sender: newSender(t, session, b.prefix+orders)}
			if err := s.Send(ctx, &e); err != nil {
				t.Fatal(err)
			}
			// What is refused is in the dead letter, and nothing is left.
			c.Delivery.Handler = handler(func(*cloudevents.Event) error { return dispatch.Permanent(errors.New("no such customer")) })
			end, _ = begin(t, c)
			letter := receive(t, newReceiver(t, session, b.prefix+letters, 1))
			if err := end(); err != nil {
				t.Fatal(err)
			}
			p := letter.ApplicationProperties
			if p["cloudEvents_id"] != "99" || p[dispatch.DeadLetterReason] != "no such customer" || p[dispatch.DeadLetterAttempts] != int64(1) || p[cegoamqp.PropertyAddress] != b.prefix+orders {
				t.Errorf("dead letter: %v", p)
			}
			if left := drain(t, url, b.prefix+orders); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestCrash with RabbitMQ, which is stopped and started, and keeps its queues on the disk.
func TestCrashRabbitMQ(t *testing.T) {
	url, restart := startRabbitMQ(t)
	crash(t, url, "/queue/", 1, 50, restart)
}

// A Sender and a Consumer find the broker of Qpid Proton again when it is another process.
func TestProtonStartsAgain(t *testing.T) {
	url, restart := startProton(t)
	seen := make(chan string, 100)
	c := &cegoamqp.Consumer{Connect: connectTo(url, 1), Delivery: dispatch.Delivery{Wait: time.Millisecond, MaxWait: 20 * time.Millisecond, Handler: handler(func(e *cloudevents.Event) error {
		seen <- e.ID
		return nil
	})}}
	end, _ := begin(t, c)
	s := &cegoamqp.Sender{Connect: linkTo(url), Attempts: -1, MaxWait: 20 * time.Millisecond, Logger: quiet}
	for i := range 3 {
		e := event(i)
		if err := s.Send(context.Background(), &e); err != nil {
			t.Fatal(err)
		}
		for id := ""; id != e.ID; id = <-seen {
		}
		restart()
	}
	if err := errors.Join(end(), s.Close()); err != nil {
		t.Error(err)
	}
}

// unavailable skips a test, or fails it if the brokers must be there.
func unavailable(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI_BROKERS") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// freePort returns a port of the loopback interface.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// startProton compiles the example broker of Qpid Proton for C and starts it. It sends settled
// messages only. restart kills it and starts another one.
func startProton(t *testing.T) (url string, restart func()) {
	t.Helper()
	const examples = "/usr/share/proton/examples/c"
	source := filepath.Join(examples, "broker.c")
	compiler, err := exec.LookPath("gcc")
	if _, missing := os.Stat(source); missing != nil || err != nil {
		unavailable(t, "needs gcc, and the packages libqpid-proton11-dev and libqpid-proton11-dev-examples")
	}
	var libraries []string
	for _, name := range []string{"libqpid-proton-core.so.*", "libqpid-proton-proactor.so.*"} {
		found, err := filepath.Glob(filepath.Join("/usr/lib/*", name))
		if err != nil || len(found) == 0 {
			unavailable(t, "needs the package libqpid-proton11-dev")
		}
		libraries = append(libraries, found[0])
	}
	program := filepath.Join(t.TempDir(), "broker")
	if out, err := exec.Command(compiler, append([]string{"-O1", "-o", program, "-I", examples, source}, append(libraries, "-lpthread")...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	port := freePort(t)
	var cmd *exec.Cmd
	begin := func() {
		cmd = exec.Command(program, "127.0.0.1", port)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitForLine(t, out, "listening on")
	}
	end := func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	begin()
	t.Cleanup(func() { end() })
	return "amqp://127.0.0.1:" + port, func() { end(); begin() }
}

// startRabbitMQ starts RabbitMQ with AMQP 1.0, which takes some 15 s, if CI_RABBITMQ is 1. restart
// stops and starts its application.
func startRabbitMQ(t *testing.T) (url string, restart func()) {
	t.Helper()
	if os.Getenv("CI_RABBITMQ") != "1" {
		t.Skip("CI_RABBITMQ is not 1")
	}
	const server, control = "/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmqctl"
	if _, err := os.Stat(server); err != nil {
		unavailable(t, "needs the package rabbitmq-server")
	}
	dir := t.TempDir()
	port, names, distribution := freePort(t), freePort(t), freePort(t)
	for name, content := range map[string]string{
		"plugins":       "[rabbitmq_amqp1_0].\n",
		"rabbitmq.conf": "listeners.tcp.default = 127.0.0.1:" + port + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "HOME="+dir, "RUNNING_UNDER_SYSTEMD=1", "ERL_EPMD_ADDRESS=127.0.0.1", "ERL_EPMD_PORT="+names,
		"RABBITMQ_NODENAME=ce"+port+"@localhost", "RABBITMQ_DIST_PORT="+distribution, "RABBITMQ_MNESIA_BASE="+dir+"/data", "RABBITMQ_LOG_BASE="+dir+"/log",
		"RABBITMQ_ENABLED_PLUGINS_FILE="+dir+"/plugins", "RABBITMQ_CONFIG_FILE="+dir+"/rabbitmq.conf", "RABBITMQ_LOGS=-",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}")
	// With an epmd of its own, none is left behind.
	for _, args := range [][]string{{"epmd", "-address", "127.0.0.1", "-port", names}, {server}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = env
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() })
		if args[0] == server {
			waitForLine(t, out, "Server startup complete")
		}
	}
	return "amqp://guest:guest@127.0.0.1:" + port, func() {
		for _, verb := range []string{"stop_app", "start_app"} {
			cmd := exec.Command(control, verb)
			cmd.Env = env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", verb, err, out)
			}
		}
	}
}

// waitForLine reads until a line has a text. What follows is read and dropped.
func waitForLine(t *testing.T, out io.Reader, text string) {
	t.Helper()
	found := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				found <- true
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
		found <- false
	}()
	select {
	case ok := <-found:
		if !ok {
			t.Fatal("the broker has ended")
		}
	case <-time.After(4 * time.Minute):
		t.Fatal("the broker does not start")
	}
}
