package limit_test

import (
	"math"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/limit"
)

func TestOf(t *testing.T) {
	for setting, want := range map[int]int{0: 7, 1: 1, 9: 9, -1: math.MaxInt, math.MinInt: math.MaxInt, math.MaxInt: math.MaxInt} {
		if got := limit.Of(setting, 7); got != want {
			t.Errorf("Of(%d, 7) = %d, want %d", setting, got, want)
		}
	}
	if got := limit.Of(int64(-1), 7); got != math.MaxInt64 {
		t.Errorf("no limit of 64 bits is %d", got)
	}
	if got := limit.Of(0, time.Minute); got != time.Minute {
		t.Errorf("the default is %v", got)
	}
	if got := limit.Of(-1, time.Minute); got != math.MaxInt64 {
		t.Errorf("no limit of time is %v", got)
	}
}

func TestInvalidEvents(t *testing.T) {
	for size, want := range map[int]int{0: 100, 256 * 100: 100, 256*101 - 1: 100, 256 * 101: 101, 1 << 20: 4096} {
		if got := limit.InvalidEvents(size); got != want {
			t.Errorf("%d of %d bytes, want %d", got, size, want)
		}
	}
}
