// Package pause waits for a time that something may end.
package pause

import (
	"context"
	"time"
)

// For waits, and reports whether nothing has ended the wait: neither ctx, nor that quit was
// closed. A nil quit is never closed. A wait of 0 or less only looks whether either has
// ended.
func For(ctx context.Context, quit <-chan struct{}, wait time.Duration) bool {
	if wait <= 0 {
		return !IsClosed(quit) && ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-quit:
	case <-ctx.Done():
	}
	return false
}

// IsClosed reports whether quit was closed. A nil quit is never closed.
func IsClosed(quit <-chan struct{}) bool {
	select {
	case <-quit:
		return true
	default:
		return false
	}
}
