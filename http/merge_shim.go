package cehttp

// TEMPORARY, to be deleted: old names that files use which are changed elsewhere (sender*,
// webhook*, authorization*, sign*, verif*).

import (
	"context"
	"errors"
	"log/slog"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

type (
	HandlerError = dispatch.Error
	Handler      = dispatch.Handler
	Outcome      = dispatch.Outcome
	Accepted     = acceptance
)

var ErrCancelled = dispatch.ErrCanceled

func orDefault(l *slog.Logger) *slog.Logger { return eventlog.Default(l) }

func logFailure(ctx context.Context, l *slog.Logger, level slog.Level, message string, out *Outcome) {
	l.LogAttrs(ctx, level, message, slog.Int("status", out.Status), slog.String("error", out.Err.Error()), eventlog.Event(out.ID, out.Source, out.Type))
}

func failureOf(err error) HandlerError {
	r := dispatch.Judge(context.Background(), nil, err)
	return HandlerError{Status: r.Status, Type: r.Type, Message: r.Message, Retryable: r.Verdict == dispatch.VerdictRetry, RetryAfter: r.RetryAfter, Err: err}
}

var errShuttingDown = errors.New("the service is shutting down")
