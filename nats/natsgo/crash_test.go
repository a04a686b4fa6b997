package cenatsgo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// The environment of the process that TestCrash kills.
const (
	childURL  = "CENATSGO_TEST_URL"
	childFile = "CENATSGO_TEST_FILE"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := consumeUntilKilled(url, os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if url := os.Getenv(childBucket); url != "" {
		if err := claimUntilKilled(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// consumeUntilKilled appends the id of each event to a file before it is settled. A third of
// the attempts fail at random, one event in a thousand is refused.
func consumeUntilKilled(url, file string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	durable, err := js.Consumer(ctx, "ORDERS", "billing")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	c := &cenatsgo.Consumer{
		Consumer: durable, JetStream: js, DeadLetter: letters, Concurrency: 4,
		Delivery: dispatch.Delivery{Wait: time.Millisecond, MaxWait: 10 * time.Millisecond, Attempts: -1, Logger: slog.New(slog.DiscardHandler), Handler: handler(func(e *cloudevents.Event) error {
			switch {
			case strings.HasSuffix(e.ID, "777"):
				return dispatch.Permanent(errors.New("unlucky"))
			case rand.IntN(3) == 0:
				return errors.New("not now")
			}
			mu.Lock()
			defer mu.Unlock()
			_, err := fmt.Fprintln(out, e.ID)
			return err
		})},
	}
	return c.Run(ctx)
}

// Of 20,000 events none is lost, although a third of the attempts fail, the process of the
// consumer is killed five times, and the server is started again in the middle.
func TestCrash(t *testing.T) {
	const n, kills = 20_000, 5
	options := &server.Options{Host: "127.0.0.1", Port: port(t, freeport.Address(t)), JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true}
	boot := func() *server.Server {
		s, err := server.NewServer(options)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		if !s.ReadyForConnections(time.Minute) {
			t.Fatal("the server does not start")
		}
		return s
	}
	s := boot()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	url := s.ClientURL()
	_, js := connect(t, url)
	durable := streams(t, js)
	send(t, js, n)
	file := filepath.Join(t.TempDir(), "handled")
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childURL+"="+url, childFile+"="+file)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for i := range kills {
		cmd := child()
		waitFor(t, func() bool { _, lines := handled(t, file); return lines > (i+1)*n/(kills+3) })
		if i == kills/2 {
			s.Shutdown()
			s.WaitForShutdown()
			s = boot()
			waitFor(t, func() bool { _, lines := handled(t, file); return lines > (i+1)*n/(kills+3)+100 })
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	cmd := child()
	waitFor(t, func() bool { return pending(t, js, durable) == 0 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	ids, lines := handled(t, file)
	dead := count(t, js, "DEAD")
	for i := range n {
		if id := fmt.Sprint(i); !ids[id] && !strings.HasSuffix(id, "777") {
			t.Fatalf("event %s is lost", id)
		}
	}
	if dead < n/1000 {
		t.Errorf("%d in the dead letter, want %d", dead, n/1000)
	}
	t.Logf("%d handled, %d in the dead letter, %d came again", len(ids), dead, lines-len(ids))
}

func port(t *testing.T, address string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(address[strings.LastIndexByte(address, ':')+1:], &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// handled returns the events in the file, and how many lines it has.
func handled(t *testing.T, file string) (ids map[string]bool, lines int) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	ids = map[string]bool{}
	for line := range strings.Lines(string(content)) {
		if id, ok := strings.CutSuffix(line, "\n"); ok { // the last one may be cut
			ids[id] = true
			lines++
		}
	}
	return ids, lines
}
