package cehttp

import (
	"math"
	"strconv"
	"sync"
	"time"
)

const anyRate = "*"

// parseRate reads a number of requests per minute, greater than zero.
func parseRate(s string) (perMinute int, ok bool) {
	if s == "" || s[0] == '0' || len(s) > 64 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return math.MaxInt, true
	}
	return n, true
}

// formatRate writes a rate, in which what is not greater than zero is no limit.
func formatRate(perMinute int) string {
	if perMinute <= 0 {
		return anyRate
	}
	return strconv.Itoa(perMinute)
}

// interval is the time from one request to the next at a rate; 0 is no limit.
func interval(perMinute int) time.Duration {
	if perMinute <= 0 {
		return 0
	}
	return time.Minute / time.Duration(perMinute)
}

// sweepEvery bounds how often a full limiter looks for buckets that are full.
const sweepEvery = time.Second

// limiter has a token bucket for each of a bounded number of names. A bucket
// holds a minute's worth, so that who keeps to the rate in each minute is never
// refused, whether the requests come evenly or in a burst. Names that find no room
// share one bucket.
type limiter struct {
	mutex   sync.Mutex
	buckets map[string]time.Time // when each is full
	shared  time.Time
	swept   time.Time
}

// take takes a token, and returns 0, or how long it takes until there is one.
func (l *limiter) take(name string, perMinute, max int) time.Duration {
	step := interval(perMinute)
	if step == 0 {
		return 0
	}
	now := time.Now()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	full, own := l.buckets[name]
	if !own && len(l.buckets) >= max {
		l.sweep(now)
	}
	own = own || len(l.buckets) < max
	if !own {
		full = l.shared
	}
	if full.Before(now) {
		full = now
	}
	if wait := full.Sub(now) - step*time.Duration(perMinute-1); wait > 0 {
		return wait
	}
	full = full.Add(step)
	switch {
	case !own:
		l.shared = full
	case l.buckets == nil:
		l.buckets = map[string]time.Time{name: full}
	default:
		l.buckets[name] = full
	}
	return 0
}

// sweep removes full buckets: they are as good as new ones.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for name, full := range l.buckets {
		if !full.After(now) {
			delete(l.buckets, name)
		}
	}
}
