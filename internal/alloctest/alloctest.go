// Package alloctest measures what a function allocates. Only tests import it. Nothing is
// measured with -race, which allocates itself; see [RaceDetector].
package alloctest

import (
	"runtime"
	"testing"
)

// AtMost fails the test if f makes more than max allocations, on average of 100 calls.
// name says in the message what f does.
func AtMost(t testing.TB, name string, max float64, f func()) {
	t.Helper()
	if RaceDetector {
		f()
		return
	}
	got := testing.AllocsPerRun(100, f)
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

// Bytes returns how many bytes f allocates, whether or not they are still in use at the
// end. It counts all goroutines. With -race it returns 0.
func Bytes(f func()) uint64 {
	if RaceDetector {
		f()
		return 0
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Least returns the least that [Bytes] measures in ten calls of f, which must do the same
// each time. A single call may find a [sync.Pool] empty, because it runs on another
// processor than the call before or after a garbage collection.
func Least(f func()) uint64 {
	least := Bytes(f)
	for range 9 {
		least = min(least, Bytes(f))
	}
	return least
}
