package cehttp

import (
	"context"
	"log/slog"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// Log returns a Middleware that logs each event when its handler has returned: id,
// source and type, cut at 256 bytes each, the duration, the status of the answer, the
// type of a reply, and an error. Data and other attributes are not logged; the text
// of an error is the handler's. The level is Info for success, Warn for a status
// below 500, and Error for others. A nil logger is [slog.Default].
func Log(l *slog.Logger) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			who, begin := identify(e), time.Now()
			reply, err := next(ctx, e)
			status := answerStatus(reply, err)
			level, message := slog.LevelInfo, "event handled"
			switch {
			case status >= 500:
				level, message = slog.LevelError, "event handler failed"
			case status >= 400:
				level, message = slog.LevelWarn, "event refused"
			}
			attrs := []slog.Attr{who, slog.Int("status", status), slog.Duration("duration", time.Since(begin))}
			if reply != nil && err == nil {
				attrs = append(attrs, slog.String("reply", reply.Type))
			}
			if status >= 400 {
				attrs = append(attrs, slog.String("error", err.Error()))
			}
			orDefault(l).LogAttrs(ctx, level, message, attrs...)
			return reply, err
		}
	}
}
