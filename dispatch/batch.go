package dispatch

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// These limit what is made for people about the events of one batch. A sender can make
// every event of a batch fail, and the search for near types and the stack of a panic
// cost far more than the event.
const (
	maxHints   = 8
	maxStacks  = 8
	maxDetails = 32
)

// WithBatch returns a context for the events of one batch, which limits the cost of their
// failures. A transport calls it once for a message with several events, and passes the
// context to the handler of each. Within the batch, only the first 8 events without a
// route in a [Mux] are told the nearest types, and only the first 8 panics have a stack,
// cut at 4 KiB. The others fail with less text. Events that a [Background] handles later
// count too.
//
// Without WithBatch, there is no such limit.
func WithBatch(ctx context.Context) context.Context {
	return context.WithValue(ctx, batchKey{}, new(batch))
}

// batch counts what was made for people about the events of a batch.
type batch struct{ hints, stacks, details atomic.Int64 }

// batchKey is the key of the batch in a context.
type batchKey struct{}

// hints reports whether one more event may be told the nearest types.
func hints(ctx context.Context) bool {
	b, ok := ctx.Value(batchKey{}).(*batch)
	return !ok || b.hints.Add(1) <= maxHints
}

// briefly reports whether the reasons why data was refused are told no longer.
func briefly(ctx context.Context) bool {
	b, ok := ctx.Value(batchKey{}).(*batch)
	return ok && b.details.Load() >= maxDetails
}

// detailed counts data whose refusal was told with its reason.
func detailed(ctx context.Context) {
	if b, ok := ctx.Value(batchKey{}).(*batch); ok {
		b.details.Add(1)
	}
}

// stackSize is the most of a stack that is kept, in bytes. A panic of a batch keeps half.
const stackSize = 8 << 10

// stackTexts holds arrays that stacks are written into: debug.Stack allocates four times
// the text.
var stackTexts = sync.Pool{New: func() any { return new([stackSize]byte) }}

// stack returns the stack of a panic that was just recovered, or "" after too many.
func stack(ctx context.Context) string {
	size := stackSize
	if b, ok := ctx.Value(batchKey{}).(*batch); ok {
		if b.stacks.Add(1) > maxStacks {
			return ""
		}
		size /= 2
	}
	text := stackTexts.Get().(*[stackSize]byte)
	defer stackTexts.Put(text)
	return string(text[:runtime.Stack(text[:size], false)])
}

// stackText is what is logged of a stack.
func stackText(stack string) string {
	return cmp.Or(stack, "left out, after 8 of the same batch")
}
