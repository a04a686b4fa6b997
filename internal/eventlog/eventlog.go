// Package eventlog says what a log record has about an event, in every package of this
// module: a group "event" with id, source and type.
package eventlog

import (
	"log/slog"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Limits in bytes, so that hostile events do not fill a log.
const (
	maxText  = 256
	maxError = 1 << 10
)

// Event returns the group about an event, with each text cut at 256 bytes.
func Event(id, source, eventType string) slog.Attr {
	return slog.GroupAttrs("event",
		slog.String("id", Cut(id)), slog.String("source", Cut(source)), slog.String("type", Cut(eventType)))
}

// Error returns the attribute about an error, with its text cut at 1 KiB.
func Error(err error) slog.Attr {
	return slog.String("error", excerpt.Shorten(err.Error(), maxError))
}

// Cut cuts a text that comes from a stranger at 256 bytes.
func Cut(text string) string { return excerpt.Shorten(text, maxText) }

// Default returns the logger that nil stands for.
func Default(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.Default()
	}
	return l
}
