package alloctest_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// recorder is a test that is told of failures.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Logf(string, ...any)   {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

var kept []byte

func TestAtMost(t *testing.T) {
	if alloctest.RaceDetector {
		t.Skip("nothing is measured")
	}
	twice := func() {
		kept = make([]byte, 8)
		kept = make([]byte, 16)
	}
	for max, fails := range map[float64]bool{0: true, 1: true, 2: false, 3: false} {
		r := &recorder{TB: t}
		alloctest.AtMost(r, "twice", max, twice)
		if r.failed != fails {
			t.Errorf("at most %v: failed is %v", max, r.failed)
		}
	}
}

// A pool that is found empty now and then makes no test fail, and what each call does is seen.
func TestLeastCounts(t *testing.T) {
	if alloctest.RaceDetector {
		t.Skip("nothing is measured")
	}
	const size = 1 << 20
	calls := 0
	sometimes := func() {
		if calls++; calls <= 300 || calls%3 == 0 {
			kept = make([]byte, size)
			kept = make([]byte, size)
		}
	}
	r := &recorder{TB: t}
	if alloctest.AtMost(r, "sometimes", 1, sometimes); r.failed {
		t.Error("the least of the averages does not count")
	}
	calls = 300
	if allocations, bytes := alloctest.Cost(sometimes); allocations >= 2 || bytes >= size {
		t.Errorf("%d allocations of %d bytes, sometimes", allocations, bytes)
	}
	always := func() { kept = make([]byte, size) }
	if allocations, bytes := alloctest.Cost(always); allocations != 1 || bytes < size || bytes > 2*size || alloctest.Least(always) < size {
		t.Errorf("%d allocations of %d bytes, always", allocations, bytes)
	}
}

func TestBytes(t *testing.T) {
	if alloctest.RaceDetector {
		t.Skip("nothing is measured")
	}
	const size = 1 << 20
	if n := alloctest.Bytes(func() { kept = make([]byte, size) }); n < size || n > 2*size {
		t.Errorf("%d bytes, want about %d", n, size)
	}
}
