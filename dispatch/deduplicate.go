package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// Deduplicate stops an event that was already handled from being handled again. Two
// events with equal source and id are the same event (spec.md#id). The zero value is
// ready to use. A Deduplicate must not be copied after its first use. All handlers that
// it wraps share its memory.
//
// An event is remembered when its handler returns without an error, or with [Deferred].
// When it comes again the result is a [*Duplicate]: the outcome is the same, but without the
// reply, which is not kept. Logs, the Observer and the answer of a transport say so.
// An event whose handler fails or panics is forgotten, and handled when it comes again.
// An event that comes while the same event is being handled waits for that result. If its
// own context ends first, the error is an [Error] with Status 503 and the type
// "event_in_progress".
//
// Each event is thus handled successfully at most once by this process, as long as it
// comes again within Window and before MaxEvents other events were handled. A restart
// forgets everything, and other processes share nothing, unless there is a Store. A handler
// that must never run twice needs a store that it writes in one transaction with its own
// work.
//
// The source and the id of an event are what its sender says they are. A sender that may
// send with any source can spend the ids of others: their events are then taken for
// duplicates. Where senders do not trust each other, check the source of an event before
// Deduplicate, or use one Deduplicate for each sender.
//
// Work that a handler does after it has returned or deferred the event is not observed.
// With [Background], wrap the handler that does the work.
type Deduplicate struct {
	// Window is the time for which a handled event is remembered. 0 is ten minutes, -1 is
	// no limit. A Store has a limit of its own.
	Window time.Duration

	// MaxEvents is the number of events that are remembered, at about 200 bytes each. 0
	// is 100,000, -1 is no limit. The oldest events are forgotten first. A Store has a
	// limit of its own.
	MaxEvents int

	// Store remembers the events in place of the memory of this process, and may be
	// shared with other processes. nil is that memory. An event that the Store cannot
	// claim is not handled: the error is an [Error] with Status 503 and the type
	// "deduplication_failed".
	Store DeduplicateStore

	// Logger receives a record at level Warn if the Store could not be told the result of
	// a handler. That result stands, and the event may be handled again. nil is
	// slog.Default().
	Logger *slog.Logger

	memory memoryStore
}

// DeduplicateStore is the memory of a [Deduplicate] outside of the process. Package
// nats/natsgo has one. It must be safe for concurrent use.
type DeduplicateStore interface {
	// Claim returns a claim to an event that is neither finished nor claimed. The caller
	// handles the event and then calls one method of the claim, once. For a finished
	// event, Claim returns the result of the first time instead. While another caller has
	// a claim to the event, Claim waits for the result, or until ctx ends. A claim does
	// not end while the process that holds it lives. The documentation of a store says
	// when it ends after that process has died.
	Claim(ctx context.Context, key EventKey) (claim DeduplicateClaim, finished *Duplicate, err error)
}

// DeduplicateClaim is the claim of one caller to one event.
type DeduplicateClaim interface {
	// Finish remembers that the event was handled, or deferred if d is not nil.
	Finish(ctx context.Context, d *Deferred) error

	// Release forgets the event, so that others can claim it.
	Release(ctx context.Context) error
}

// EventKey identifies an event by its source and id. It is a SHA-256 of both.
type EventKey [sha256.Size]byte

// NewEventKey returns the key of e. All versions of this module make the same one.
func NewEventKey(e *cloudevents.Event) EventKey {
	var short [256]byte
	b := append(strconv.AppendInt(short[:0], int64(len(e.Source)), 10), ':')
	b = append(append(b, e.Source...), e.ID...)
	return sha256.Sum256(b)
}

// String returns the key in lower-case hexadecimal, 64 bytes.
func (k EventKey) String() string { return hex.EncodeToString(k[:]) }

// Wrap is a [Middleware].
func (d *Deduplicate) Wrap(next Handler) Handler {
	return func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
		claim, finished, err := d.claim(ctx, NewEventKey(e))
		switch {
		case err != nil:
			return nil, err
		case finished != nil:
			return nil, finished
		}
		about := Outcome{ID: e.ID, Source: e.Source, Type: e.Type} // the handler may change e
		r := Result{Verdict: VerdictRetry}                         // unless next returns
		defer func() { d.end(context.WithoutCancel(ctx), claim, &r, &about) }()
		reply, err = next(ctx, e)
		r = Judge(ctx, reply, err)
		return reply, err
	}
}

func (d *Deduplicate) claim(ctx context.Context, key EventKey) (DeduplicateClaim, *Duplicate, error) {
	store := d.Store
	if store == nil {
		store = memoryOf{d}
	}
	claim, finished, err := store.Claim(ctx, key)
	switch {
	case err == nil:
		return claim, finished, nil
	case ctx.Err() != nil:
		return nil, nil, &Error{
			Status: 503, Type: "event_in_progress", Message: "the same event is being handled",
			Retryable: true, RetryAfter: time.Second, Err: err,
		}
	}
	return nil, nil, &Error{
		Status: 503, Type: "deduplication_failed", Message: "it is not known whether the event was handled",
		Retryable: true, Err: err,
	}
}

func (d *Deduplicate) end(ctx context.Context, claim DeduplicateClaim, r *Result, about *Outcome) {
	var err error
	switch {
	case r.Verdict.Failed():
		err = claim.Release(ctx)
	case r.Verdict == VerdictDeferred:
		err = claim.Finish(ctx, &Deferred{r.ID})
	default:
		err = claim.Finish(ctx, nil)
	}
	if err != nil {
		eventlog.Default(d.Logger).LogAttrs(ctx, slog.LevelWarn, "event may be handled again",
			slog.String("outcome", r.Verdict.String()), eventlog.Error(err), eventlog.Event(about.ID, about.Source, about.Type))
	}
}
