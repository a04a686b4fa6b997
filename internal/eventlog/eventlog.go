// Package eventlog is the one schema of what this module logs about an event: a group
// "event" with id, source and type, and a record for each failure.
package eventlog

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Limits in bytes, so that hostile events do not fill a log.
const (
	maxText  = 256
	maxError = 1 << 10
)

// Event returns the group about an event, with each text cut at 256 bytes.
func Event(id, source, eventType string) slog.Attr {
	return slog.Group("event",
		slog.String("id", Cut(id)), slog.String("source", Cut(source)), slog.String("type", Cut(eventType)))
}

// Cut cuts a text that comes from a stranger at 256 bytes.
func Cut(text string) string { return excerpt.Cut(text, maxText) }

// Default returns the logger that nil stands for.
func Default(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.Default()
	}
	return l
}

// Failure is the record of an event that was not handled.
type Failure struct {
	ID, Source, Type string // of the event

	Outcome  string
	Status   int // 0 is left out
	Duration time.Duration
	Err      error // its text is cut at 1 KiB

	IllegalStatus int    // the status that the handler chose, if no error has it; 0 is left out
	Stack         []byte // of a panic; nil is left out
}

// Log writes the record, unless the error is [Marked]. A nil logger is [slog.Default].
func (f *Failure) Log(ctx context.Context, l *slog.Logger, level slog.Level) {
	if l = Default(l); !l.Enabled(ctx, level) || Marked(f.Err) {
		return
	}
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs, slog.String("outcome", f.Outcome))
	if f.Status != 0 {
		attrs = append(attrs, slog.Int("status", f.Status))
	}
	attrs = append(attrs, slog.String("error", excerpt.Cut(f.Err.Error(), maxError)),
		slog.Duration("duration", f.Duration), Event(f.ID, f.Source, f.Type))
	if f.IllegalStatus != 0 {
		attrs = append(attrs, slog.Int("illegal_status", f.IllegalStatus))
	}
	if f.Stack != nil {
		attrs = append(attrs, slog.String("stack", string(f.Stack)))
	}
	l.LogAttrs(ctx, level, "event handler failed", attrs...)
}

// Mark returns err as an error that was logged.
func Mark(err error) error { return &marked{err} }

// Marked reports whether some error in the tree of err was logged.
func Marked(err error) bool {
	var m *marked
	return errors.As(err, &m)
}

// marked is an error that was logged. It has the text of the error in it.
type marked struct{ err error }

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }
