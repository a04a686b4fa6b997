package cehttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// Routes is the usual set of addresses around a [Receiver]:
//
//	POST /             events, to Receiver
//	GET  /health/live  200 as long as the process answers
//	GET  /health/ready 200, or 503 while it should get no requests
//	POST /cancel/{id}  204 if work of Background was ended, 404 if there is none with that ID
//
// HEAD is accepted where GET is, and [Receiver] answers it too. OPTIONS is 204 with Allow.
// The body of an error is a [Problem]. Any other path is
// 404. Routes never redirects, because the webhook document forbids it.
//
// Routes can be the only handler, or be mounted under a prefix. Register the prefix with
// and without a trailing slash; [http.ServeMux] redirects from one to the other otherwise:
//
//	under := http.StripPrefix("/events", routes)
//	http.Handle("/events", under)
//	http.Handle("/events/", under)
//
// Other routers need http.StripPrefix, too: the Mount of chi leaves the prefix in the path,
// and each request below it is 404.
//
// Mount registers the four addresses in a mux beside others. IDs of work cannot be
// guessed, but anyone who knows an ID can cancel that work: put authorization in front of
// all four.
type Routes struct {
	// Receiver handles events, and is usually a *Receiver. If it is nil, / is 404.
	Receiver http.Handler

	// Background is the work that can be canceled. If it is nil, there is none.
	Background *dispatch.Background

	// Ready returns an error while the service should get no requests: /health/ready is
	// 503 then. The error is logged and not shown. If Ready is nil, the service is always
	// ready. During a shutdown of Background, or of the server of [Serve], it is not.
	Ready func(ctx context.Context) error

	// Logger receives the errors of Ready. nil is slog.Default().
	Logger *slog.Logger
}

// Mount registers the four addresses in mux, for all methods.
func (rt *Routes) Mount(mux *http.ServeMux) {
	for _, pattern := range []string{"/{$}", "/health/live", "/health/ready", "/cancel/{id}"} {
		mux.Handle(pattern, rt)
	}
}

// Validate returns the errors of the Validate methods of Receiver and Background. [Serve]
// calls it before the first request.
func (rt *Routes) Validate() error {
	var errs []error
	if v, ok := rt.Receiver.(validator); ok {
		errs = append(errs, v.Validate())
	}
	if rt.Background != nil {
		errs = append(errs, rt.Background.Validate())
	}
	return errors.Join(errs...)
}

// ServeHTTP handles one request.
func (rt *Routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Stripping a prefix may leave an empty path.
	path := strings.TrimPrefix(r.URL.Path, "/")
	id, cancel := strings.CutPrefix(path, "cancel/")
	if path == "" && rt.Receiver != nil {
		rt.Receiver.ServeHTTP(w, r)
		return
	}
	answer.Early(w, r) // nothing else reads a body
	switch {
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
			writeProblem(w, http.StatusNotFound, "there is no work with that ID")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		writeProblem(w, http.StatusNotFound, "not found")
	}
}

// health is the body of a health check that succeeds.
type health struct {
	Status string `json:"status"`
}

func (rt *Routes) ready(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if rt.Background != nil && rt.Background.Draining() || serverDraining(ctx) {
		writeProblem(w, http.StatusServiceUnavailable, "shutting down")
		return
	}
	if rt.Ready != nil {
		if err := rt.Ready(ctx); err != nil {
			eventlog.Default(rt.Logger).WarnContext(ctx, "not ready", "error", err)
			writeProblem(w, http.StatusServiceUnavailable, "not ready")
			return
		}
	}
	answer.JSON(w, http.StatusOK, 0, &health{"ready"})
}

// only returns whether the method is one of those. It answers any other with 405, and
// OPTIONS with 204, both with Allow.
func only(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	for _, m := range methods {
		if r.Method == m {
			return true
		}
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return false
	}
	writeProblem(w, http.StatusMethodNotAllowed, "method not allowed")
	return false
}

func writeProblem(w http.ResponseWriter, status int, message string) {
	var after time.Duration
	if status == http.StatusServiceUnavailable {
		after = answer.DefaultRetryAfter
	}
	answer.JSON(w, status, after, &Problem{Message: message, Type: answer.Type(status), Retryable: answer.Repeated(status)})
}
