// Package alloctest measures what a function allocates. Only tests import it. Nothing is
// measured with -race, which allocates itself; see [RaceDetector].
//
// A call may allocate more than the call before: it finds a [sync.Pool] empty, because it runs
// on another processor or after a garbage collection, or the runtime allocates meanwhile.
// So a ceiling near the cost is compared with the least of several calls.
package alloctest

import (
	"runtime"
	"testing"
)

// attempts is the number of measurements, of which the least counts.
const attempts = 10

// AtMost fails the test if f makes more than max allocations, on average of 100 calls. The
// least of ten averages counts. name says in the message what f does.
func AtMost(t testing.TB, name string, max float64, f func()) {
	t.Helper()
	if RaceDetector {
		f()
		return
	}
	got := testing.AllocsPerRun(100, f)
	for i := 1; i < attempts && got > max; i++ {
		got = min(got, testing.AllocsPerRun(100, f))
	}
	if got > max {
		t.Errorf("%s: %v allocations, at most %v are allowed", name, got, max)
	}
	t.Logf("%s: %v allocations", name, got)
}

// Succeeding is [AtMost] for a function that can fail, which ends the test.
func Succeeding(t testing.TB, max float64, f func() error) {
	t.Helper()
	if err := f(); err != nil {
		t.Fatal(err)
	}
	AtMost(t, "a call", max, func() {
		if f() != nil {
			panic("the same call failed once")
		}
	})
}

// SkipWithRace skips a test, with -race, that does a lot of work only to measure it.
func SkipWithRace(t testing.TB) {
	t.Helper()
	if RaceDetector {
		t.Skip("costs are not measured with the race detector")
	}
}

// Bytes returns how many bytes a single call of f allocates, whether or not they are still in
// use at the end. It counts all goroutines. With -race it returns 0. [Least] is for a function
// that can be called again.
func Bytes(f func()) uint64 {
	_, bytes := once(f)
	return bytes
}

// Least returns the least that [Bytes] measures in ten calls of f, which must do the same
// each time.
func Least(f func()) uint64 {
	_, bytes := Cost(f)
	return bytes
}

// Cost is [Least] that returns the least number of allocations, too.
func Cost(f func()) (allocations, bytes uint64) {
	allocations, bytes = once(f)
	if RaceDetector {
		return 0, 0
	}
	for range attempts - 1 {
		a, b := once(f)
		allocations, bytes = min(allocations, a), min(bytes, b)
	}
	return allocations, bytes
}

func once(f func()) (allocations, bytes uint64) {
	if RaceDetector {
		f()
		return 0, 0
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
}
