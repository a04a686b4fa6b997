package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// script is a handler that counts its calls and has an answer for each.
type script struct {
	calls   atomic.Int32
	takes   time.Duration
	answers []func() (*cloudevents.Event, error) // the last one is repeated
}

func (s *script) handle(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
	n := int(s.calls.Add(1))
	if s.takes > 0 {
		select {
		case <-time.After(s.takes):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if len(s.answers) == 0 {
		return nil, nil
	}
	return s.answers[min(n, len(s.answers))-1]()
}

func (s *script) wantCalls(t *testing.T, want int) {
	t.Helper()
	if got := int(s.calls.Load()); got != want {
		t.Errorf("handled %d times, want %d", got, want)
	}
}

func fails(err error) func() (*cloudevents.Event, error) {
	return func() (*cloudevents.Event, error) { return nil, err }
}

func replies() (*cloudevents.Event, error) { return &cloudevents.Event{ID: "reply"}, nil }

// isTold reports whether err is nil, or that of a duplicate that is done.
func isTold(err error, duplicate bool) bool {
	r := dispatch.Judge(context.Background(), nil, err)
	return r.Verdict == dispatch.VerdictDone && r.Duplicate == duplicate && (err == nil) == !duplicate
}

func TestDeduplicate(t *testing.T) {
	var d dispatch.Deduplicate
	s := script{answers: []func() (*cloudevents.Event, error){replies}}
	h := d.Wrap(s.handle)
	for i, c := range []struct {
		reason string
		e      *cloudevents.Event
		calls  int
	}{
		{"new", identified("/a", "1"), 1},
		{"the same", identified("/a", "1"), 1},
		{"another id", identified("/a", "2"), 2},
		{"another source", identified("/b", "1"), 3},
		{"same text, cut elsewhere", identified("/a1", ""), 4},
		{"same text, cut before", identified("/", "a1"), 5},
		{"another type is the same event", &cloudevents.Event{Source: "/a", ID: "1", Type: "u"}, 5},
	} {
		before := s.calls.Load()
		reply, err := h(t.Context(), c.e)
		if !isTold(err, s.calls.Load() == before) || (reply != nil) != (s.calls.Load() > before) {
			t.Errorf("%d %s: %v, %v", i, c.reason, reply, err)
		}
		if int(s.calls.Load()) != c.calls {
			t.Errorf("%s: %d calls, want %d", c.reason, s.calls.Load(), c.calls)
		}
	}
}

func TestDeduplicateForgetsWhatFailed(t *testing.T) {
	for reason, first := range map[string]func() (*cloudevents.Event, error){
		"error":     fails(errors.New("database is away")),
		"permanent": fails(dispatch.Permanent(errors.New("no such item"))),
		"panic":     func() (*cloudevents.Event, error) { panic("bug") },
	} {
		var d dispatch.Deduplicate
		s := script{answers: []func() (*cloudevents.Event, error){first, replies}}
		h := d.Wrap(s.handle)
		func() {
			defer func() { _ = recover() }()
			if _, err := h(t.Context(), identified("/a", "1")); err == nil {
				t.Errorf("%s: no error", reason)
			}
		}()
		if reply, err := h(t.Context(), identified("/a", "1")); reply == nil || err != nil {
			t.Errorf("%s: the second attempt is not handled: %v", reason, err)
		}
		if reply, err := h(t.Context(), identified("/a", "1")); reply != nil || !isTold(err, true) {
			t.Errorf("%s: the third attempt is answered %v, %v", reason, reply, err)
		}
		s.wantCalls(t, 2)
	}
}

func TestDeduplicateRemembersDeferred(t *testing.T) {
	var d dispatch.Deduplicate
	s := script{answers: []func() (*cloudevents.Event, error){fails(fmt.Errorf("later: %w", &dispatch.Deferred{ID: "job-1"}))}}
	h := d.Wrap(s.handle)
	for range 2 {
		_, err := h(t.Context(), identified("/a", "1"))
		var deferred *dispatch.Deferred
		if !errors.As(err, &deferred) || deferred.ID != "job-1" {
			t.Errorf("answered %v", err)
		}
	}
	s.wantCalls(t, 1)
}

// A memory of one event forgets each event for the next one.
func TestDeduplicateOneEvent(t *testing.T) {
	d := dispatch.Deduplicate{MaxEvents: 1}
	var s script
	h := d.Wrap(s.handle)
	for i, c := range []struct {
		id    string
		calls int
	}{{"1", 1}, {"1", 1}, {"2", 2}, {"2", 2}, {"1", 3}, {"3", 4}, {"2", 5}, {"3", 6}, {"3", 6}} {
		_, err := h(t.Context(), identified("/a", c.id))
		if int(s.calls.Load()) != c.calls || dispatch.Judge(t.Context(), nil, err).Err != nil {
			t.Errorf("%d: %d calls, want %d, %v", i, s.calls.Load(), c.calls, err)
		}
	}
}

// A memory that was emptied by time forgets the next events in their time too.
func TestDeduplicateForgetsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dispatch.Deduplicate{Window: time.Second}
		var s script
		h := d.Wrap(s.handle)
		for round := range 5 {
			for range 2 {
				for _, id := range []string{"1", "2"} {
					_, _ = h(t.Context(), identified("/a", id))
				}
			}
			s.wantCalls(t, 2*(round+1))
			time.Sleep(time.Minute)
		}
	})
}

// A duplicate is in the log once, whether Log is in the chain or not, and the Observer is
// told of it. It counts as handled.
func TestDuplicatesAreSeen(t *testing.T) {
	for _, c := range []struct {
		name  string
		first dispatch.Handler
		want  dispatch.Verdict
	}{
		{"done", ok, dispatch.VerdictDone},
		{"deferred", answering(nil, &dispatch.Deferred{ID: "job"}), dispatch.VerdictDeferred},
	} {
		for _, chain := range []string{"alone", "Log", "Timeout"} {
			var d dispatch.Deduplicate
			var log logged
			h := d.Wrap(c.first)
			switch chain {
			case "Log":
				h = dispatch.Log(log.logger())(h)
			case "Timeout":
				h = dispatch.Timeout(time.Minute)(h)
			}
			for i := range 2 {
				r := dispatch.Call(t.Context(), h, identified("/a", "1"))
				out := dispatch.Outcome{ID: "1", Source: "/a", Type: "t"}
				out.Set(r)
				out.LogFailure(t.Context(), log.logger())
				if r.Verdict != c.want || r.Duplicate != (i == 1) || out.Duplicate != r.Duplicate || out.Verdict != r.Verdict ||
					r.Err != nil || (r.ID == "job") != (c.want == dispatch.VerdictDeferred) {
					t.Errorf("%s, %s, %d: %+v", c.name, chain, i, r)
				}
			}
			line := "level=INFO msg=\"duplicate event\" outcome=" + c.want.String() + " event.id=1 event.source=/a event.type=t\n"
			if got := log.String(); strings.Count(got, line) != 1 || strings.Count(got, "duplicate") != 1 {
				t.Errorf("%s, %s: logged %s", c.name, chain, got)
			}
		}
	}
}

// A Background logs the duplicates that its handler has found.
func TestDuplicatesInBackground(t *testing.T) {
	var d dispatch.Deduplicate
	var log logged
	var seen []bool
	b := &dispatch.Background{Workers: 1, Handler: d.Wrap(ok), Logger: log.logger()}
	b.Observer.Handled = func(_ context.Context, o dispatch.Outcome) { seen = append(seen, o.Duplicate) }
	b.Observer.Failed = func(_ context.Context, o dispatch.Outcome) { t.Error(o.Err) }
	for range 2 {
		take(t, b, "1")
	}
	if _, err := b.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if fmt.Sprint(seen) != "[false true]" || strings.Count(log.String(), "msg=\"duplicate event\"") != 1 {
		t.Errorf("%v, logged %s", seen, log.String())
	}
}

func TestDeduplicateWindow(t *testing.T) {
	for _, c := range []struct {
		reason string
		d      *dispatch.Deduplicate
		after  time.Duration
		calls  int
	}{
		{"default, inside", &dispatch.Deduplicate{}, 10*time.Minute - time.Second, 1},
		{"default, outside", &dispatch.Deduplicate{}, 10 * time.Minute, 2},
		{"own, outside", &dispatch.Deduplicate{Window: time.Second}, time.Second, 2},
		{"none", &dispatch.Deduplicate{Window: -1}, 1000 * time.Hour, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := script{takes: time.Minute} // the window begins when it is handled
			h := c.d.Wrap(s.handle)
			for i := range 2 {
				if _, err := h(t.Context(), identified("/a", "1")); !isTold(err, i == 1 && c.calls == 1) {
					t.Error(err)
				}
				if i == 0 {
					time.Sleep(c.after)
				}
			}
			if int(s.calls.Load()) != c.calls {
				t.Errorf("%s: handled %d times", c.reason, s.calls.Load())
			}
		})
	}
}

func TestDeduplicateIsBounded(t *testing.T) {
	d := dispatch.Deduplicate{MaxEvents: 3}
	var s script
	h := d.Wrap(s.handle)
	for _, id := range []string{"1", "2", "3", "4"} {
		_, _ = h(t.Context(), identified("/a", id))
	}
	_, _ = h(t.Context(), identified("/a", "4"))
	_, _ = h(t.Context(), identified("/a", "2"))
	s.wantCalls(t, 4)
	_, _ = h(t.Context(), identified("/a", "1")) // the oldest was forgotten
	s.wantCalls(t, 5)
}

// The length of source and id does not count.
func TestDeduplicateMemory(t *testing.T) {
	var d dispatch.Deduplicate
	h := d.Wrap(ok)
	long := strings.Repeat("x", 1<<20)
	for i := range 20 {
		_, _ = h(t.Context(), identified(long, strconv.Itoa(i)))
	}
	retained := heap(t, func() {
		for i := range 20_000 {
			_, _ = h(t.Context(), identified("/a", strconv.Itoa(i)))
		}
	})
	if each := retained / 20_000; each > 400 {
		t.Errorf("%d bytes an event", each)
	}
	_, _ = h(t.Context(), identified("/a", "1"))
}

func TestDeduplicateConcurrently(t *testing.T) {
	for _, c := range []struct {
		reason  string
		answers []func() (*cloudevents.Event, error)
		calls   int
		failed  int32
	}{
		{"success", nil, 1, 0},
		{"two failures", []func() (*cloudevents.Event, error){fails(errors.New("x")), fails(errors.New("x")), replies}, 3, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			var d dispatch.Deduplicate
			s := script{takes: time.Second, answers: c.answers}
			h := d.Wrap(s.handle)
			var wg sync.WaitGroup
			var failed, duplicates atomic.Int32
			for range 10 {
				wg.Go(func() {
					_, err := h(t.Context(), identified("/a", "1"))
					switch r := dispatch.Judge(t.Context(), nil, err); {
					case r.Err != nil:
						failed.Add(1)
					case r.Duplicate:
						duplicates.Add(1)
					}
				})
			}
			wg.Wait()
			if int(s.calls.Load()) != c.calls || failed.Load() != c.failed || int(duplicates.Load()) != 10-c.calls {
				t.Errorf("%s: handled %d times, %d failed", c.reason, s.calls.Load(), failed.Load())
			}
		})
	}
}

func TestDeduplicateWaitsNoLongerThanItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d dispatch.Deduplicate
		s := script{takes: time.Hour}
		h := d.Wrap(s.handle)
		go func() { _, _ = h(t.Context(), identified("/a", "1")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := h(ctx, identified("/a", "1"))
		var busy *dispatch.Error
		if !errors.As(err, &busy) || busy.StatusCode() != 503 || !busy.Retryable || busy.RetryAfter == 0 {
			t.Errorf("%v", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v has not the cause", err)
		}
		time.Sleep(2 * time.Hour)
		s.wantCalls(t, 1)
	})
}
