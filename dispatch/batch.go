package dispatch

import (
	"context"
	"runtime/debug"
	"sync/atomic"
)

// What is made for people about the events of one batch. A sender can make every event of a
// batch fail, and the search for near types and the stack of a panic cost far more than
// the event.
const (
	maxHints  = 8
	maxStacks = 8
)

// WithBatch returns a context for the events of one batch. A transport calls it once for a
// message with several events, and calls the handler of each with that context, one after
// the other or at once. Of all events of the batch together, the first 8 that no route of a
// [Mux] takes are told the nearest types, and the first 8 panics have a stack. The others
// fail with less text. That includes the events that a [Background] handles later.
//
// Without WithBatch, each event has its hint and its stack.
func WithBatch(ctx context.Context) context.Context {
	return context.WithValue(ctx, batchKey{}, new(batch))
}

// batch counts what was made for people about the events of a batch.
type batch struct{ hints, stacks atomic.Int64 }

// batchKey is the key of the batch in a context.
type batchKey struct{}

// hints reports whether one more event may be told the nearest types.
func hints(ctx context.Context) bool {
	b, ok := ctx.Value(batchKey{}).(*batch)
	return !ok || b.hints.Add(1) <= maxHints
}

// stack returns the stack of a panic that was just recovered, or nil after too many.
func stack(ctx context.Context) []byte {
	if b, ok := ctx.Value(batchKey{}).(*batch); ok && b.stacks.Add(1) > maxStacks {
		return nil
	}
	return debug.Stack()
}

// stackText is what is logged of a stack.
func stackText(stack []byte) string {
	if stack == nil {
		return "left out, after 8 of the same batch"
	}
	return string(stack)
}
