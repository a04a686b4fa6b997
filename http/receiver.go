package cehttp

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
)

// Receiver is an [http.Handler] that gives each event of a request to a [Handler]
// and answers so that a sender can act on it (http-webhook.md#22-delivery-response).
// Binary, structured and batched requests are taken, by POST. Only Handler has to
// be set; it is called on the goroutine of the request.
//
//	http.Handle("/", &cehttp.Receiver{Handler: handle})
//
// The answer is
//
//	200  with the reply of the handler, in the mode of the request
//	202  with {"status":"accepted"} and an id, if the handler's error is a *Deferred
//	204  the event was handled
//	400  malformed or invalid, or the body could not be read
//	405  another method, with Allow
//	408  the body did not come in time
//	413  a body, a batch or an event over a limit
//	415  no CloudEvent, an unknown format, a coded body
//	422  the handler's error is Permanent
//	500  the handler failed or panicked, or its reply is not valid
//	503  the handler's error is Retryable, with Retry-After
//
// or what the handler says with a [*HandlerError]: 429 and 410, for example. It is
// never 3xx.
//
// Errors have a [Problem] as their body. Its Type is one of not_a_cloudevent,
// unknown_format, unsupported_content_encoding, too_large, unreadable_body,
// invalid_event, malformed, panic, invalid_reply, batch_failed, what the
// HandlerError says, or else the text of the status, as in too_many_requests.
//
// # Batches
//
// The events of a batch are handled one after the other. One that fails does not
// keep the others from being handled, but a batch in which one is malformed or
// invalid is refused before any is. If all events fare alike, the status of the
// answer is theirs: 204 has no body. Else it is 503 if an event failed that may be
// sent again, 422 if others failed, 202 if some are accepted only, and 200. The
// body is a [BatchAnswer], with a result for each event, in which its reply is
// found too. A sender that looks at nothing but the status, and repeats a batch after
// 503, has some of it handled twice.
//
// # Senders that go away
//
// The context of a handler ends when its sender goes away. The rest of a batch is
// not handled then. Whatever the handler returns, the status is still set, because
// a server takes no answer for 200, but it is not logged as an error, and
// [Observer] counts it as status 0.
//
// # Logging
//
// What a handler failed with is logged with id, source and type of the event: 5xx as an
// error, but 503 as a warning, and 4xx as information. What the sender did wrong is
// for debugging.
//
// A Receiver must not be changed while it serves.
type Receiver struct {
	Handler    Handler
	Decoder    Decoder      // formats, limits, types of extensions; its Format also writes replies
	MaxEvents  int          // of a batch; 0 is cloudevents.DefaultMaxEvents, -1 is none but that of the format
	AllowPUT   bool         // take PUT like POST
	ShowErrors bool         // tell senders the texts of all errors: for development
	Logger     *slog.Logger // nil is slog.Default()
	Observer   Observer
}

// ServeHTTP handles one request.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begin := rc.Observer.now()
	ctx := r.Context()
	status := 0 // of a handler that aborts
	rc.Observer.started(ctx)
	defer func() { rc.Observer.answered(ctx, status, begin) }()

	x := exchange{Receiver: rc, w: w, r: r, begin: begin}
	switch m := inRequest(r); {
	case r.Method != http.MethodPost && !(rc.AllowPUT && r.Method == http.MethodPut):
		status = x.otherMethod()
	case m.mode == cloudevents.BatchMode:
		status = x.batch(&m)
	default:
		status = x.event(&m)
	}
	if ctx.Err() != nil {
		status = 0
	}
}

// exchange is one request and its answer. Its methods return the status.
type exchange struct {
	*Receiver
	w     http.ResponseWriter
	r     *http.Request
	begin time.Time
}

// otherMethod answers a request that carries no events.
func (x *exchange) otherMethod() int {
	allow := http.MethodPost
	if x.AllowPUT {
		allow += ", " + http.MethodPut
	}
	x.w.Header().Set("Allow", allow)
	return x.refuse(errMethod, http.StatusMethodNotAllowed)
}

// refuse answers a request in which there is nothing to handle.
func (x *exchange) refuse(err error, status int) int {
	ctx := x.r.Context()
	level := slog.LevelDebug
	if status >= 500 {
		level = slog.LevelError
	}
	x.logger().LogAttrs(ctx, level, "request refused", slog.Int("status", status), slog.Any("error", err))
	x.Observer.done(ctx, Outcome{Status: status, Err: err}, x.begin)
	if status == http.StatusRequestTimeout && x.r.ProtoMajor == 1 {
		x.w.Header().Set("Connection", "close") // the rest of the body is not waited for
	}
	p := messageProblem(err, status, x.ShowErrors)
	answer.JSON(x.w, status, answer.RetryAfter(status, 0), &p)
	return status
}

func (rc *Receiver) logger() *slog.Logger { return orDefault(rc.Logger) }

// orDefault returns the logger that nil stands for.
func orDefault(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.Default()
	}
	return l
}
