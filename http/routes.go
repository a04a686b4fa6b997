package cehttp

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Routes is the usual set of addresses around a [Receiver]:
//
//	POST /             events, to Receiver
//	GET  /health/live  200 as long as the process answers
//	GET  /health/ready 200, or 503 while it should get no requests
//	POST /cancel/{id}  204 when work of Background is ended, 404 if there is none of that ID
//
// HEAD is taken where GET is. Errors have a [Problem] as their body. Redirects, which the
// webhook document forbids, are not sent: a path is one of these, or 404.
//
// Routes is a handler itself, for use as the only one, or under a prefix, with and
// without a slash at its end, for from the one to the other [http.ServeMux] redirects:
//
//	under := http.StripPrefix("/events", routes)
//	http.Handle("/events", under)
//	http.Handle("/events/", under)
//
// or its addresses can be put into a mux, beside others, with Mount. IDs of
// work cannot be guessed, but who knows one can cancel it: whatever authorizes
// requests belongs in front of all.
type Routes struct {
	Receiver   http.Handler                    // usually a *Receiver; nil is 404
	Background *Background                     // nil: nothing can be cancelled
	Ready      func(ctx context.Context) error // an error, which is logged and not shown, is 503; nil is always ready
	Logger     *slog.Logger                    // nil is slog.Default()
}

// Mount puts the four addresses into mux, for all methods.
func (rt *Routes) Mount(mux *http.ServeMux) {
	for _, pattern := range []string{"/{$}", "/health/live", "/health/ready", "/cancel/{id}"} {
		mux.Handle(pattern, rt)
	}
}

// ServeHTTP handles one request.
func (rt *Routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// A prefix that was stripped may leave nothing.
	path := strings.TrimPrefix(r.URL.Path, "/")
	id, cancel := strings.CutPrefix(path, "cancel/")
	switch {
	case path == "" && rt.Receiver != nil:
		rt.Receiver.ServeHTTP(w, r)
	case path == "health/live":
		if only(w, r, http.MethodGet, http.MethodHead) {
			answer.JSON(w, http.StatusOK, 0, &health{"live"})
		}
	case path == "health/ready":
		if only(w, r, http.MethodGet, http.MethodHead) {
			rt.ready(w, r)
		}
	case cancel && rt.Background != nil && id != "" && !strings.Contains(id, "/"):
		if !only(w, r, http.MethodPost) {
			return
		}
		if !rt.Background.Cancel(id) {
			writeProblem(w, http.StatusNotFound, "no work of that ID waits or is being done")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		writeProblem(w, http.StatusNotFound, "nothing is at that address")
	}
}

// health is the body of a health check that is well.
type health struct {
	Status string `json:"status"`
}

func (rt *Routes) ready(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if rt.Background != nil && rt.Background.draining() || serverDraining(ctx) {
		writeProblem(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	if rt.Ready != nil {
		if err := rt.Ready(ctx); err != nil {
			orDefault(rt.Logger).WarnContext(ctx, "not ready", "error", err)
			writeProblem(w, http.StatusServiceUnavailable, "not ready")
			return
		}
	}
	answer.JSON(w, http.StatusOK, 0, &health{"ready"})
}

// only answers 405 unless the method is one of those.
func only(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	writeProblem(w, http.StatusMethodNotAllowed, "the method is not for this address")
	return false
}

func writeProblem(w http.ResponseWriter, status int, message string) {
	var after time.Duration
	if status == http.StatusServiceUnavailable {
		after = answer.DefaultRetryAfter
	}
	answer.JSON(w, status, after, &Problem{Message: message, Type: answer.Type(status), Retryable: answer.Repeated(status)})
}
