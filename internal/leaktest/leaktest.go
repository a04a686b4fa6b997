// Package leaktest checks in tests that nothing is left of what a function has done: no
// goroutine, no connection, no memory.
package leaktest

import (
	"os"
	"runtime"
	"testing"
	"time"
)

const (
	runs     = 3
	slack    = 4 << 20          // bytes of memory that pools and the like may keep
	deadline = 20 * time.Second // until what ends by itself has ended
)

// Check runs f as a subtest: once so that all is there that stays, and then three times more. It
// fails if there are more goroutines, open files or live memory then. Files, and so connections,
// are counted where there is /proc/self/fd.
func Check(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Run("first", f)
	before := settled(state{})
	for range runs {
		t.Run("again", f)
	}
	if after := settled(before); after.exceeds(before) {
		buffer := make([]byte, 1<<16)
		t.Errorf("left: %d goroutines, %d files, %d bytes; before: %d, %d, %d\n%s", after.goroutines, after.files, after.bytes,
			before.goroutines, before.files, before.bytes, buffer[:runtime.Stack(buffer, true)])
	}
}

type state struct {
	goroutines, files int
	bytes             uint64
}

func (s state) exceeds(other state) bool {
	return s.goroutines > other.goroutines || s.files > other.files || s.bytes > other.bytes+slack
}

func now() (s state) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, _ := os.ReadDir("/proc/self/fd")
	return state{runtime.NumGoroutine(), len(files), m.HeapAlloc}
}

// settled waits until there is no more than in goal. Without a goal it waits until there are no
// fewer goroutines and files for a while.
func settled(goal state) state {
	s := now()
	const calm = 20
	for still, end := 0, time.Now().Add(deadline); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if goal != (state{}) && !s.exceeds(goal) || still == calm {
			return s
		}
		next := now()
		if still++; goal != (state{}) || next.goroutines < s.goroutines || next.files < s.files {
			still = 0
		}
		s = next
	}
	return s
}
