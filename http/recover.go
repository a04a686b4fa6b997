package cehttp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/seed763dd41b/cloudevents"
)

// Recover returns a Middleware that answers a panic of a handler with 500,
// retryable, with the error type "panic", and logs it with id, source and type of
// the event and the stack. The text of the panic is logged too, cut at 256 bytes,
// and never sent. [http.ErrAbortHandler] goes on as a panic: it asks net/http to
// break the connection. A nil logger is [slog.Default].
func Recover(l *slog.Logger) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
			who := identify(e) // which the handler may change
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler {
					panic(p)
				}
				text := fmt.Sprintf("%.256s", fmt.Sprint(p))
				orDefault(l).LogAttrs(ctx, slog.LevelError, "event handler panicked",
					who, slog.String("panic", text), slog.String("stack", string(debug.Stack())))
				reply, err = nil, &HandlerError{
					Status: http.StatusInternalServerError, Type: typePanic,
					Retryable: true, Err: fmt.Errorf("panic: %s", text),
				}
			}()
			return next(ctx, e)
		}
	}
}

// identify returns what a log line says about an event. Hostile attributes must not
// fill the log.
func identify(e *cloudevents.Event) slog.Attr {
	cut := func(s string) string { return s[:min(len(s), 256)] }
	return slog.Group("event",
		slog.String("id", cut(e.ID)), slog.String("source", cut(e.Source)), slog.String("type", cut(e.Type)))
}
