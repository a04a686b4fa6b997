package lanes_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/mqtt/internal/lanes"
)

// record is what a test has seen of a Queue. Only one lane writes to it at a time.
type record struct{ handled, settled []int }

func (r *record) handle(m int) bool { r.handled = append(r.handled, m); return true }
func (r *record) settle(m int)      { r.settled = append(r.settled, m) }

func (r *record) check(t *testing.T, handled, settled []int) {
	t.Helper()
	if !slices.Equal(r.handled, handled) || !slices.Equal(r.settled, settled) {
		t.Errorf("handled %v, settled %v; want %v and %v", r.handled, r.settled, handled, settled)
	}
}

// Messages of a topic are handled in their order, whatever the number of lanes, and each is
// settled once.
func TestOrder(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			var q lanes.Queue[[2]int]
			q.Init(n, 0)
			var of [4]record // topics
			for i := range 100 {
				if topic := i % len(of); !q.Add(strconv.Itoa(topic), 1, [2]int{topic, i}) {
					t.Errorf("message %d was dropped", i)
				}
			}
			quit := make(chan struct{})
			q.Run(t.Context(), quit, func(m [2]int) bool { return of[m[0]].handle(m[1]) }, func(m [2]int) { of[m[0]].settle(m[1]) })
			synctest.Wait()
			q.Add("0", 1, [2]int{0, 100}) // one that comes later
			synctest.Wait()
			close(quit)
			if left := q.End(0, func() {}); left != 0 {
				t.Errorf("%d are left", left)
			}
			for topic := range of {
				var want []int
				for i := topic; i < 100; i += len(of) {
					want = append(want, i)
				}
				if topic == 0 {
					want = append(want, 100)
				}
				of[topic].check(t, want, want)
			}
		})
	}
}

// A lane ends with a message that is not settled.
func TestNotSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q lanes.Queue[int]
		q.Init(1, 0)
		var r record
		for i := range 3 {
			q.Add("a", 1, i)
		}
		quit := make(chan struct{})
		q.Run(t.Context(), quit, func(m int) bool { return r.handle(m) && m != 1 }, r.settle)
		synctest.Wait()
		r.check(t, []int{0, 1}, []int{0})
		close(quit)
		if left := q.End(0, func() {}); left != 0 {
			t.Errorf("%d are left", left)
		}
	})
}

// What waits is not handled after the end of quit or of the context.
func TestEnds(t *testing.T) {
	for _, byQuit := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var q lanes.Queue[int]
			q.Init(1, 0)
			var r record
			q.Add("a", 1, 0)
			q.Add("a", 1, 1)
			ctx, cancel := context.WithCancel(t.Context())
			quit := make(chan struct{})
			q.Run(ctx, quit, func(m int) bool {
				if byQuit {
					close(quit)
				} else {
					cancel()
				}
				return r.handle(m)
			}, r.settle)
			if left := q.End(0, func() {}); left != 0 {
				t.Errorf("%d are left", left)
			}
			r.check(t, []int{0}, []int{0})
			q.Add("a", 0, 2) // which nobody takes any more
			cancel()
		})
	}
}

// A handler that does not finish in time is counted, and its message is not settled later.
func TestEndDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q lanes.Queue[int]
		q.Init(2, 0)
		var r record
		q.Add("a", 1, 0)
		release, quit := make(chan struct{}), make(chan struct{})
		q.Run(t.Context(), quit, func(m int) bool { <-release; return r.handle(m) }, r.settle)
		synctest.Wait()
		close(quit)
		canceled := false
		begin := time.Now()
		if left := q.End(time.Minute, func() { canceled = true }); left != 1 || !canceled {
			t.Errorf("%d are left, canceled %v", left, canceled)
		}
		if waited := time.Since(begin); waited < time.Minute || waited > 2*time.Minute {
			t.Errorf("waited %v", waited)
		}
		close(release)
		synctest.Wait()
		r.check(t, []int{0}, nil)
	})
}

// Only so many messages of QoS 0 wait; those of others are never dropped.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q lanes.Queue[int]
		q.Init(1, 2)
		for i, c := range []struct {
			qos  byte
			want bool
		}{{0, true}, {1, true}, {0, true}, {0, false}, {2, true}} {
			if got := q.Add("a", c.qos, i); got != c.want {
				t.Errorf("message %d: %v", i, got)
			}
		}
		var r record
		quit := make(chan struct{})
		q.Run(t.Context(), quit, r.handle, r.settle)
		synctest.Wait()
		if !q.Add("a", 0, 5) || !q.Add("a", 0, 6) {
			t.Error("there is no room after the first were handled")
		}
		synctest.Wait()
		close(quit)
		q.End(0, func() {})
		want := []int{0, 1, 2, 4, 5, 6}
		r.check(t, want, want)
	})
}

// Messages of a connection that is lost are handled only if they do not come again. Those of
// QoS 0 never do.
func TestHold(t *testing.T) {
	for _, again := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var q lanes.Queue[int]
			q.Init(1, 0)
			if q.Resume(true) {
				t.Error("there was no connection before the first")
			}
			q.Add("a", 0, 0)
			q.Add("a", 1, 1)
			q.Add("a", 0, 2)
			q.Hold()
			var r record
			quit := make(chan struct{})
			q.Run(t.Context(), quit, r.handle, r.settle)
			synctest.Wait()
			r.check(t, []int{0}, []int{0}) // the order is kept: what is behind waits
			if !q.Resume(again) {
				t.Error("there was a connection before")
			}
			q.Add("a", 1, 3)
			synctest.Wait()
			close(quit)
			q.End(0, func() {})
			want := []int{0, 2, 3}
			if !again {
				want = []int{0, 1, 2, 3}
			}
			r.check(t, want, want)
		})
	}
}

func TestBegin(t *testing.T) {
	var q lanes.Queue[int]
	if !q.Begin() || q.Begin() {
		t.Error("it begins once")
	}
}
