package cekgo_test

import (
	"bufio"
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

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// The environment of the process that TestCrash kills.
const (
	childAddrs = "CEKGO_TEST_ADDRS"
	childFile  = "CEKGO_TEST_FILE"
)

func TestMain(m *testing.M) {
	if addrs := os.Getenv(childAddrs); addrs != "" {
		if err := consumeUntilKilled(strings.Split(addrs, ","), os.Getenv(childFile)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// consumeUntilKilled appends the id of each event to a file before it is settled. A third of
// the attempts fail at random, one event in a thousand is refused.
func consumeUntilKilled(addrs []string, file string) error {
	out, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	c := &cekgo.Consumer{DeadLetter: letters, Delivery: dispatch.Delivery{Wait: time.Microsecond, MaxWait: time.Millisecond, Attempts: -1, Handler: handler(func(e *cloudevents.Event) error {
		switch {
		case strings.HasSuffix(e.ID, "777"):
			return dispatch.Permanent(errors.New("unlucky"))
		case rand.IntN(3) == 0:
			return errors.New("not now")
		}
		mu.Lock()
		defer mu.Unlock()
		key, _ := e.Get("partitionkey")
		_, err := fmt.Fprintf(out, "%s %s\n", key, e.ID)
		return err
	})}}
	c.Delivery.Logger = slog.New(slog.DiscardHandler)
	client, err := newGroupClient(addrs, c)
	if err != nil {
		return err
	}
	defer client.CloseAllowingRebalance()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return c.Run(ctx)
}

// Of 20,000 events none is lost, although a third of the attempts fail, the process of the
// consumer is killed five times, and the broker is started again in the middle. The order of each
// key holds, but for what comes again.
func TestCrash(t *testing.T) {
	const n, kills = 20_000, 5
	options := []kfake.Opt{kfake.NumBrokers(1), kfake.Ports(port(t, freeport.Address(t))), kfake.GroupMinSessionTimeout(time.Second), kfake.DataDir(t.TempDir())}
	boot := func(more ...kfake.Opt) *kfake.Cluster {
		cluster, err := kfake.NewCluster(append(more, options...)...)
		if err != nil {
			t.Fatal(err)
		}
		return cluster
	}
	cluster := boot(kfake.SeedTopics(4, topic), kfake.SeedTopics(1, letters))
	defer func() { cluster.Close() }()
	addrs := cluster.ListenAddrs()
	send(t, addrs, 0, n)
	file := filepath.Join(t.TempDir(), "handled")
	child := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childAddrs+"="+strings.Join(addrs, ","), childFile+"="+file)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for i := range kills {
		cmd := child()
		waitFor(t, func() bool { return lines(t, file) > (i+1)*n/(kills+3) })
		if i == kills/2 {
			cluster.Close()
			cluster = boot()
			before := lines(t, file)
			waitFor(t, func() bool { return lines(t, file) > before+n/(kills+3) })
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if at, _ := committed(t, addrs); at > int64(distinct(t, file))+n/1000 {
			t.Fatalf("committed %d, handled %d", at, distinct(t, file))
		}
	}
	cmd := child()
	waitFor(t, func() bool { at, end := committed(t, addrs); return at == end })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}

	dead := map[string]bool{}
	for _, r := range read(t, addrs, letters, n/1000) {
		m := cekgo.FromRecord(r)
		for _, h := range m.Headers {
			if h.Name == "ce_id" {
				dead[string(h.Value)] = true
			}
		}
	}
	next := map[string]int{} // by key, the least number that was not there yet
	handled, repeated := 0, 0
	each(t, file, func(key string, number int) {
		want, ok := next[key]
		if !ok {
			want = number % 10
		}
		if dead[fmt.Sprint(want)] {
			want += 10
		}
		switch {
		case number == want:
			next[key] = number + 10
			handled++
		case number > want:
			t.Fatalf("event %d of key %s comes before %d", number, key, want)
		default:
			repeated++
		}
	})
	if handled+len(dead) < n {
		t.Errorf("%d handled and %d in the dead letter, of %d", handled, len(dead), n)
	}
	t.Logf("%d handled, %d in the dead letter, %d came again", handled, len(dead), repeated)
}

func port(t *testing.T, addr string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(addr[strings.LastIndexByte(addr, ':')+1:], &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// each calls f for each line of the file. Keys are the last digits of the numbers, so that
// the first of each is the key.
func each(t *testing.T, file string, f func(key string, number int)) {
	t.Helper()
	in, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return
	} else if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for s := bufio.NewScanner(in); s.Scan(); {
		var key string
		var number int
		if _, err := fmt.Sscan(s.Text(), &key, &number); err != nil {
			continue // the last line, when the process was killed
		}
		f(key, number)
	}
}

func lines(t *testing.T, file string) (n int) {
	each(t, file, func(string, int) { n++ })
	return n
}

func distinct(t *testing.T, file string) int {
	seen := map[int]bool{}
	each(t, file, func(_ string, number int) { seen[number] = true })
	return len(seen)
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come to pass")
		}
	}
}
