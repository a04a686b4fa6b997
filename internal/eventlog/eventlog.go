// Package eventlog says what a log record has about an event, in every package of this
// module: a group "event" with id, source and type.
package eventlog

import (
	"log/slog"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// maxText bounds each text, so that hostile attributes do not fill a log.
const maxText = 256

// Event returns the group about an event, with each text cut at 256 bytes.
func Event(id, source, eventType string) slog.Attr {
	return slog.Group("event",
		slog.String("id", Cut(id)), slog.String("source", Cut(source)), slog.String("type", Cut(eventType)))
}

// Cut bounds a text that comes from a stranger.
func Cut(text string) string { return excerpt.Cut(text, maxText) }

// Default returns the logger that nil stands for.
func Default(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.Default()
	}
	return l
}
