package webhook

import (
	"strconv"
	"strings"
	"sync"
	"time"
)

// anyRate is how headers write that there is no limit.
const anyRate = "*"

const maxRateText = 64

// parseRate reads a number of requests per minute, which is greater than zero.
func parseRate(s string) (perMinute int, ok bool) {
	if len(s) > maxRateText || !isDigits(s) || s[0] == '0' {
		return 0, false
	}
	perMinute, _ = strconv.Atoi(s) // the largest int if s is larger than that
	return perMinute, true
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// formatRate writes a rate. One that is not greater than zero is no limit.
func formatRate(perMinute int) string {
	if perMinute <= 0 {
		return anyRate
	}
	return strconv.Itoa(perMinute)
}

// interval returns the time from one request to the next; 0 is no limit.
func interval(perMinute int) time.Duration {
	if perMinute <= 0 {
		return 0
	}
	return time.Minute / time.Duration(perMinute)
}

// sweepEvery is the least time between two searches of a limiter without room.
const sweepEvery = time.Second

// limiter has a token bucket for each name, up to a number of names. A bucket holds a
// minute's worth, so that a sender that keeps to the rate in each minute is never refused,
// whether its requests come evenly or in a burst. Names that find no room share one
// bucket. The zero value is ready to use.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]time.Time // when each is full
	shared  time.Time
	swept   time.Time
}

// take takes a token and returns 0, or returns how long it takes until there is one. It
// keeps buckets for at most maxNames names, or for all of them if that is negative.
func (l *limiter) take(name string, perMinute, maxNames int) time.Duration {
	step := interval(perMinute)
	if step == 0 {
		return 0
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	full, own := l.buckets[name]
	if !own && !l.hasRoom(maxNames) {
		l.sweep(now)
	}
	own = own || l.hasRoom(maxNames)
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

func (l *limiter) hasRoom(maxNames int) bool { return maxNames < 0 || len(l.buckets) < maxNames }

// sweep removes full buckets, which are as good as new ones.
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
