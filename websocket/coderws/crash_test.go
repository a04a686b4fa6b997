package cecoderws_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cews "github.com/seed763dd41b/cloudevents/websocket"
	cecoderws "github.com/seed763dd41b/cloudevents/websocket/coderws"
)

// The environment of the process that TestCrash kills.
const (
	childAddr = "CECODERWS_TEST_ADDR"
	childFile = "CECODERWS_TEST_FILE"
)

func TestMain(m *testing.M) {
	if addr := os.Getenv(childAddr); addr != "" {
		if err := receiveUntilKilled(addr, os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// receiveUntilKilled appends the id of each event to a file. A third of the attempts fail at
// random, one event in a thousand is refused, and its id goes to the file with a mark.
func receiveUntilKilled(addr, file string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	line := func(text string) error {
		mu.Lock()
		defer mu.Unlock()
		_, err := fmt.Fprintln(out, text)
		return err
	}
	rc := &cecoderws.Receiver{
		Delivery: dispatch.Delivery{Wait: time.Microsecond, Attempts: -1, Logger: slog.New(slog.DiscardHandler), Handler: handler(func(e *cloudevents.Event) error {
			switch {
			case strings.HasSuffix(e.ID, "777"):
				return dispatch.Permanent(errors.New("unlucky"))
			case rand.IntN(3) == 0:
				return errors.New("not now")
			}
			return line(e.ID)
		})},
		DeadLetter: func(_ context.Context, m *cews.Message, _ error, _ int) error {
			e, err := cews.ToCloudEvent(m, cews.SubprotocolJSON, nil)
			if err != nil {
				return err
			}
			return line("dead " + e.ID)
		},
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: rc}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() { _ = server.Serve(l) }()
	<-ctx.Done()
	return errors.Join(server.Close(), rc.Shutdown(context.Background()))
}

// Of 20,000 events none is lost, although a third of the attempts fail and the process that
// receives them is killed five times.
func TestCrash(t *testing.T) {
	const n, kills, senders = 20_000, 5, 4
	addr := freeport.Address(t)
	file := filepath.Join(t.TempDir(), "handled")
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childAddr+"="+addr, childFile+"="+file)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	cmd := child()
	defer func() { _ = cmd.Process.Kill() }()
	var sending sync.WaitGroup
	for i := range senders { // two send one by one, two in batches
		s := sender(t, "ws://"+addr)
		s.Attempts = -1
		es := events(n)[i*n/senders : (i+1)*n/senders]
		sending.Go(func() {
			if i%2 == 0 {
				if err := s.SendBatch(context.Background(), es); err != nil {
					t.Error(err)
				}
				return
			}
			for j := range es {
				if err := s.Send(context.Background(), &es[j]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range kills {
		waitFor(t, func() bool { _, lines := handled(t, file); return lines > (i+1)*n/(kills+3) })
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		cmd = child()
	}
	sending.Wait()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	ids, lines := handled(t, file)
	for i := range n {
		id := fmt.Sprint(i)
		if strings.HasSuffix(id, "777") {
			id = "dead " + id
		}
		if !ids[id] {
			t.Fatalf("event %s is lost", id)
		}
	}
	t.Logf("%d handled or in the dead letter, %d came again", len(ids), lines-len(ids))
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
