// Package grace waits for the handlers of a consumer that is to end.
package grace

import "time"

// Default is the time of grace that 0 stands for.
const Default = 20 * time.Second

// obedience is the time that handlers have after their contexts have ended.
const obedience = time.Second

// Wait waits until idle is closed, and reports whether it was. After the time of grace it calls
// cancel, which ends the contexts of the handlers, and waits for another second. A grace of 0
// is Default, -1 is no time.
func Wait(idle <-chan struct{}, grace time.Duration, cancel func()) bool {
	if grace == 0 {
		grace = Default
	}
	if closed(idle, max(grace, 0)) {
		return true
	}
	cancel()
	return closed(idle, obedience)
}

// closed waits for so long, and reports whether c was closed.
func closed(c <-chan struct{}, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-c:
		return true
	case <-timer.C:
		return false
	}
}
