package cegoamqp_test

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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// The environment of the process that TestCrash kills.
const (
	childURL         = "CEGOAMQP_TEST_URL"
	childPrefix      = "CEGOAMQP_TEST_PREFIX"
	childFile        = "CEGOAMQP_TEST_FILE"
	childConcurrency = "CEGOAMQP_TEST_CONCURRENCY"
	childCredit      = "CEGOAMQP_TEST_CREDIT"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := consumeUntilKilled(url, os.Getenv(childPrefix), os.Getenv(childFile), os.Getenv(childConcurrency), os.Getenv(childCredit)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// consumeUntilKilled appends the id of each event to a file before it is settled. A third of
// the attempts fail at random, one event in a thousand is refused.
func consumeUntilKilled(url, prefix, file, concurrency, credit string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	workers, err := strconv.Atoi(concurrency)
	if err != nil {
		return err
	}
	most, err := strconv.Atoi(credit)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var mu sync.Mutex
	c := &cegoamqp.Consumer{
		Connect: connectPrefixed(url, prefix, -1), Credit: uint32(most), Concurrency: workers,
		Delivery: dispatch.Delivery{Wait: 100 * time.Microsecond, MaxWait: 50 * time.Millisecond, Attempts: -1, Logger: slog.New(slog.DiscardHandler), Handler: handler(func(e *cloudevents.Event) error {
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
// consumer is killed five times, and the broker is started again in the middle. One at a time
// keeps their order.
func TestCrash(t *testing.T) {
	for _, concurrency := range []int{1, 8} {
		t.Run(fmt.Sprintf("%d at a time", concurrency), func(t *testing.T) {
			b := start(t)
			crash(t, b.URL(), "", concurrency, 50, func() {
				b.Stop()
				if err := b.Start(); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// crash is TestCrash with a broker whose addresses have a prefix.
func crash(t *testing.T, url, prefix string, concurrency, credit int, restart func()) {
	t.Helper()
	const n, kills = 20_000, 5
	sendPrefixed(t, url, prefix, n)
	file := filepath.Join(t.TempDir(), "handled")
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childURL+"="+url, childPrefix+"="+prefix, childFile+"="+file, childConcurrency+"="+strconv.Itoa(concurrency), childCredit+"="+strconv.Itoa(credit))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test fails
		return cmd
	}
	for i := range kills {
		cmd := child()
		waitFor(t, func() bool { return len(handled(t, file)) > (i+1)*n/(kills+3) })
		if i == kills/2 {
			restart()
			waitFor(t, func() bool { return len(handled(t, file)) > (i+1)*n/(kills+3)+100 })
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
	cmd := child()
	waitFor(t, func() bool { return distinct(handled(t, file)) >= n-n/1000 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	lines := handled(t, file)
	found := map[string]bool{}
	last := -1
	for _, id := range lines {
		if found[id] {
			continue
		}
		found[id] = true
		number, err := strconv.Atoi(id)
		if err != nil {
			t.Fatal(err)
		}
		if concurrency == 1 && number < last {
			t.Fatalf("event %d comes after %d", number, last)
		}
		last = number
	}
	finished := len(found)
	dead, kept := drain(t, url, prefix+letters), drain(t, url, prefix+orders)
	for _, id := range append(dead, kept...) {
		found[id] = true
	}
	for i := range n {
		if !found[strconv.Itoa(i)] {
			t.Fatalf("event %d is lost", i)
		}
	}
	if got := distinct(dead); got < n/1000-len(kept) {
		t.Errorf("%d in the dead letter, want %d", got, n/1000)
	}
	t.Logf("%d handled, %d in the dead letter, %d still with the broker, %d came again", finished, len(dead), len(kept), len(lines)-finished)
}

// handled returns the lines of the file.
func handled(t *testing.T, file string) (ids []string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		if id, ok := strings.CutSuffix(line, "\n"); ok { // the last one may be cut
			ids = append(ids, id)
		}
	}
	return ids
}

func distinct(ids []string) int {
	set := map[string]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return len(set)
}

// drain empties a queue, and returns the ids of its events.
func drain(t *testing.T, url, address string) (ids []string) {
	t.Helper()
	link := newReceiver(t, dial(t, url), address, 1)
	defer closeLink(link)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		m, err := link.Receive(ctx, nil)
		cancel()
		if err != nil {
			return ids
		}
		if err := link.AcceptMessage(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, fmt.Sprint(m.ApplicationProperties["cloudEvents_id"]))
	}
}
