package send

import (
	"fmt"
	"math"
	"time"
)

// latencies is a histogram of durations from 1 µs to 11 minutes. Each class is 2 % wider than
// the one before.
type latencies struct {
	count   [1024]int
	total   int
	longest time.Duration
}

const latencyStep = 1.02

func (l *latencies) add(d time.Duration) {
	class := 0
	if us := float64(d) / float64(time.Microsecond); us > 1 {
		class = min(int(math.Log(us)/math.Log(latencyStep)), len(l.count)-1)
	}
	l.count[class]++
	l.total++
	l.longest = max(l.longest, d)
}

// percentile returns the duration that p percent of all do not exceed. It is at most 2 % too
// large.
func (l *latencies) percentile(p float64) time.Duration {
	rank := int(math.Ceil(float64(l.total) * p / 100))
	for class, n := range l.count {
		if rank -= n; rank <= 0 {
			d := time.Duration(math.Pow(latencyStep, float64(class+1)) * float64(time.Microsecond))
			return min(d, l.longest)
		}
	}
	return l.longest
}

func (l *latencies) String() string {
	return fmt.Sprintf("p50 %s  p90 %s  p99 %s  max %s",
		round(l.percentile(50)), round(l.percentile(90)), round(l.percentile(99)), round(l.longest))
}

// round returns d rounded to three digits.
func round(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit)
}
