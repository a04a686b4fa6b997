// Package mutex has a lock for which a caller waits no longer than its context lasts.
package mutex

import (
	"context"
	"sync"
)

// Mutex is a [sync.Mutex] whose Lock ends with a context. The zero value is unlocked. It must
// not be copied after its first use.
type Mutex struct {
	once sync.Once
	held chan struct{} // has room for one, which is there while the Mutex is locked
}

// Lock locks m. If ctx ends first, it returns the error of ctx, and m is not locked.
func (m *Mutex) Lock(ctx context.Context) error {
	m.once.Do(func() { m.held = make(chan struct{}, 1) })
	select {
	case m.held <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock unlocks m, which must be locked.
func (m *Mutex) Unlock() { <-m.held }
