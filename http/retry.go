package cehttp

import (
	"math/rand/v2"
	"time"
)

// Retry says how often a [Sender] sends a message, and how long it waits in
// between. The zero value is three attempts, after waits of up to 1 s and 2 s.
// Retry{Attempts: 1} is a single one.
//
// The wait before the second attempt is a random part of Wait, that before the
// third one of twice as much, and so on up to MaxWait; or it is Retry-After, if that
// is longer. Nobody waits for an attempt that would be later than MaxTime or the
// deadline of the context: the call ends at once.
type Retry struct {
	Attempts int           // in all; 0 is 3, -1 is no limit
	Wait     time.Duration // the longest first wait; 0 is 1 s, -1 is none
	MaxWait  time.Duration // the longest wait, but for Retry-After; 0 is 30 s, or Wait if that is more
	MaxTime  time.Duration // from the first attempt to the beginning of the last; 0 is 5 min, -1 is no limit
	NoJitter bool          // wait all of the time, and not a random part
}

const (
	defaultAttempts = 3
	defaultWait     = time.Second
	defaultMaxWait  = 30 * time.Second
	defaultMaxTime  = 5 * time.Minute
)

// next returns how long to wait after so many attempts and so much time, if there
// is another attempt.
func (r *Retry) next(attempts int, elapsed, least time.Duration) (wait time.Duration, ok bool) {
	most := r.Attempts
	if most == 0 {
		most = defaultAttempts
	}
	if most > 0 && attempts >= most {
		return 0, false
	}
	wait = r.backoff(attempts)
	if wait > 0 && !r.NoJitter {
		wait = rand.N(wait)
	}
	wait = max(wait, least)
	end := r.MaxTime
	if end == 0 {
		end = defaultMaxTime
	}
	return wait, end < 0 || wait <= end-elapsed
}

// backoff returns the longest wait after so many attempts.
func (r *Retry) backoff(attempts int) time.Duration {
	wait, limit := r.Wait, r.MaxWait
	if wait == 0 {
		wait = defaultWait
	}
	if wait < 0 {
		return 0
	}
	if limit <= 0 {
		limit = max(wait, defaultMaxWait)
	}
	for range attempts - 1 {
		if wait >= limit/2 {
			return limit
		}
		wait *= 2
	}
	return min(wait, limit)
}
