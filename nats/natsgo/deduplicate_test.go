package cenatsgo_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cenatsgo "github.com/seed763dd41b/cloudevents/nats/natsgo"
)

// openBucket returns a bucket for handled events, as a process of its own would.
func openBucket(t testing.TB, url string) (jetstream.KeyValue, *nats.Conn) {
	t.Helper()
	conn, js := connect(t, url)
	b, err := js.CreateOrUpdateKeyValue(context.Background(), jetstream.KeyValueConfig{Bucket: "handled", TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return b, conn
}

// Of two processes that get the same events at the same time, only one handles each, although some
// attempts fail.
func TestDeduplicateAcrossStores(t *testing.T) {
	url := start(t)
	const n = 200
	var calls, failures [n]atomic.Int32
	var all sync.WaitGroup
	for range 2 {
		b, _ := openBucket(t, url)
		d := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: b}}
		h := d.Wrap(handler(func(e *cloudevents.Event) error {
			var i int
			_, _ = fmt.Sscan(e.ID, &i)
			if i%10 == 0 && failures[i].Add(1) == 1 {
				return errors.New("not now")
			}
			calls[i].Add(1)
			return nil
		}))
		for from := range 4 {
			all.Go(func() {
				for i := from; i < n; i += 4 {
					e := event(i)
					for {
						r := dispatch.Call(context.Background(), h, &e)
						if r.Verdict == dispatch.VerdictDone {
							break
						}
						if i%10 != 0 {
							t.Errorf("event %d: %v", i, r.Err)
							return
						}
					}
				}
			})
		}
	}
	all.Wait()
	for i := range calls {
		if k := calls[i].Load(); k != 1 {
			t.Errorf("event %d is handled %d times", i, k)
		}
	}
}

// What a process has finished, others know, and how.
func TestDeduplicateOutcome(t *testing.T) {
	url := start(t)
	first, _ := openBucket(t, url)
	second, _ := openBucket(t, url)
	for reason, c := range map[string]struct {
		err   error
		again bool
		id    string
	}{
		"done":     {nil, false, ""},
		"deferred": {&dispatch.Deferred{ID: "job 1"}, false, "job 1"},
		"failed":   {errors.New("not now"), true, ""},
		"refused":  {dispatch.Permanent(errors.New("no")), true, ""},
	} {
		e := cloudevents.Event{ID: reason, Source: "/a", Type: "t"}
		calls := 0
		var last dispatch.Result
		for _, b := range []jetstream.KeyValue{first, second} {
			d := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: b}}
			last = dispatch.Call(context.Background(), d.Wrap(handler(func(*cloudevents.Event) error { calls++; return c.err })), &e)
		}
		if (calls == 2) != c.again || last.Duplicate == c.again || last.ID != c.id {
			t.Errorf("%s: %d calls, %+v", reason, calls, last)
		}
	}
}

// An event that is being handled is never forgotten, however long that takes: the claim is renewed.
func TestDeduplicateRenews(t *testing.T) {
	url := start(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	done := make(chan dispatch.Result, 1)
	stores := make([]dispatch.Deduplicate, 2)
	for i := range stores {
		b, _ := openBucket(t, url)
		stores[i].Store = &cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: 3 * time.Second}
	}
	e := event(1)
	go func() {
		done <- dispatch.Call(context.Background(), stores[0].Wrap(handler(func(*cloudevents.Event) error { close(begun); <-finish; return nil })), &e)
	}()
	<-begun
	other := stores[1].Wrap(handler(func(*cloudevents.Event) error { t.Error("handled twice"); return nil }))
	short, cancel := context.WithTimeout(context.Background(), 10*time.Second) // more than three times ClaimTTL
	defer cancel()
	if r := dispatch.Call(short, other, &e); !isInProgress(r) {
		t.Errorf("%+v", r)
	}
	time.AfterFunc(50*time.Millisecond, func() { close(finish) })
	if r := dispatch.Call(context.Background(), other, &e); r.Verdict != dispatch.VerdictDone || !r.Duplicate {
		t.Errorf("%+v", r)
	}
	if r := <-done; r.Verdict != dispatch.VerdictDone || r.Duplicate {
		t.Errorf("%+v", r)
	}
}

func isInProgress(r dispatch.Result) bool {
	var err *dispatch.Error
	return errors.As(r.Err, &err) && err.Type == "event_in_progress" && r.Verdict == dispatch.VerdictRetry
}

// The environment of the process that dies with a claim.
const childBucket = "CENATSGO_TEST_BUCKET"

// claimUntilKilled claims event 1, and says so.
func claimUntilKilled(url string) error {
	conn, err := nats.Connect(url)
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	b, err := js.KeyValue(context.Background(), "handled")
	if err != nil {
		return err
	}
	d := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: 3 * time.Second}}
	e := event(1)
	_, err = d.Wrap(handler(func(*cloudevents.Event) error {
		fmt.Println("claimed")
		time.Sleep(time.Hour)
		return nil
	}))(context.Background(), &e)
	return err
}

// The claim of a process that was killed ends. Its event is handled by another one, also if no
// single attempt waits for so long.
func TestDeduplicateAfterDeath(t *testing.T) {
	url := start(t)
	b, _ := openBucket(t, url)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childBucket+"="+url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var line string
	if _, err := fmt.Fscan(out, &line); err != nil || line != "claimed" {
		t.Fatalf("%q: %v", line, err)
	}
	d := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: 3 * time.Second}}
	calls := 0
	h := d.Wrap(handler(func(*cloudevents.Event) error { calls++; return nil }))
	attempt := func() dispatch.Result {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		e := event(1)
		return dispatch.Call(ctx, h, &e)
	}
	waitFor(t, func() bool { return isInProgress(attempt()) }) // a slow machine may not ask in so short a time
	if calls > 0 {
		t.Error("handled while the other process lives")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitFor(t, func() bool { return attempt().Verdict == dispatch.VerdictDone })
	e := event(1)
	if r := dispatch.Call(context.Background(), h, &e); calls != 1 || !r.Duplicate {
		t.Errorf("%d calls, %+v", calls, r)
	}
}

// A process that has lost its claim does not overwrite that of the next one, and is told.
func TestDeduplicateLostClaim(t *testing.T) {
	b, _ := openBucket(t, start(t))
	key := dispatch.NewEventKey(&cloudevents.Event{ID: "1", Source: "/a"})
	for _, end := range []func(dispatch.DeduplicateClaim) error{
		func(c dispatch.DeduplicateClaim) error { return c.Finish(context.Background(), nil) },
		func(c dispatch.DeduplicateClaim) error { return c.Release(context.Background()) },
	} {
		s := cenatsgo.DeduplicateStore{Bucket: b}
		claim, finished, err := s.Claim(context.Background(), key)
		if err != nil || finished != nil {
			t.Fatal(finished, err)
		}
		if _, err := b.Put(context.Background(), key.String(), []byte("claim somebody")); err != nil {
			t.Fatal(err)
		}
		if err := end(claim); err == nil {
			t.Error("no error")
		}
		if entry, err := b.Get(context.Background(), key.String()); err != nil || string(entry.Value()) != "claim somebody" {
			t.Errorf("%v, %v", entry, err)
		}
		if err := b.Delete(context.Background(), key.String()); err != nil {
			t.Fatal(err)
		}
	}
}

// Without the server, no event is handled.
func TestDeduplicateWithoutServer(t *testing.T) {
	b, conn := openBucket(t, start(t))
	conn.Close()
	for reason, s := range map[string]*cenatsgo.DeduplicateStore{"closed": {Bucket: b}, "no bucket": {}} {
		d := dispatch.Deduplicate{Store: s}
		e := event(1)
		r := dispatch.Call(context.Background(), d.Wrap(handler(func(*cloudevents.Event) error { t.Error("handled"); return nil })), &e)
		if r.Verdict != dispatch.VerdictRetry || r.Type != "deduplication_failed" || !strings.HasPrefix(r.Err.Error(), "cenatsgo: ") {
			t.Errorf("%s: %+v", reason, r)
		}
	}
}

// A bucket whose TTL ends before a claim does is told by its name, and so is one that is gone.
func TestDeduplicateBucket(t *testing.T) {
	_, js := connect(t, start(t))
	b, err := js.CreateOrUpdateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "short", TTL: 3 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	e := event(1)
	key := dispatch.NewEventKey(&e)
	s := cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: 3 * time.Second}
	if _, _, err := s.Claim(t.Context(), key); err == nil || err.Error() != `cenatsgo: bucket "short": its TTL is 3s, and must be longer than the ClaimTTL of 3s` {
		t.Errorf("error: %v", err)
	}
	s = cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: time.Second}
	claim, _, err := s.Claim(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteKeyValue(t.Context(), "short"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for name, err := range map[string]error{"Finish": claim.Finish(ctx, nil), "Release": claim.Release(ctx)} {
		if err == nil || !strings.HasPrefix(err.Error(), `cenatsgo: bucket "short": `) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Nothing is left of claims.
func TestDeduplicateGoroutines(t *testing.T) {
	b, _ := openBucket(t, start(t))
	d := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: b, ClaimTTL: 30 * time.Millisecond}}
	h := d.Wrap(handler(func(e *cloudevents.Event) error { time.Sleep(10 * time.Millisecond); return nil }))
	handle := func(n int) {
		for i := range n {
			e := event(i)
			_, _ = h(context.Background(), &e)
		}
	}
	handle(1)
	before := runtime.NumGoroutine()
	handle(20)
	waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
}
