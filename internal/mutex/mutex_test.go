package mutex_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mutex"
)

// One caller at a time holds it.
func TestLock(t *testing.T) {
	var m mutex.Mutex
	var callers sync.WaitGroup
	n := 0
	for range 100 {
		callers.Go(func() {
			if err := m.Lock(t.Context()); err != nil {
				t.Error(err)
				return
			}
			defer m.Unlock()
			n++
		})
	}
	callers.Wait()
	if n != 100 {
		t.Errorf("%d callers have held it", n)
	}
}

// A caller whose context ends does not get it, and others do.
func TestLockCanceled(t *testing.T) {
	var m mutex.Mutex
	if err := m.Lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Lock(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Lock: %v", err)
	}
	m.Unlock()
	if err := m.Lock(t.Context()); err != nil {
		t.Error(err)
	}
}
