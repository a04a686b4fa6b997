package measure

import "time"

// clock returns the time since some moment.
type clock func() time.Duration

// elapsed is the clock on the wall.
func elapsed() clock {
	begin := time.Now()
	return func() time.Duration { return time.Since(begin) }
}
