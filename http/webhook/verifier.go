package cehttp

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/body"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Verifier is an [http.Handler] that lets requests through to Next that are signed, as
// Standard Webhooks 1.0 has it, with HMAC-SHA256 and one of Secrets. It reads the body
// and checks it before anything of it is decoded; Next gets the same bytes.
//
//	http.Handle("/events", &cehttp.Verifier{Next: receiver, Secrets: []cehttp.Secret{secret}})
//
// # Attributes in headers
//
// A signature covers webhook-id, webhook-timestamp and the body, not the ce- headers
// of binary mode, nor Content-Type. Who could alter a request on its way could make
// another event of a body that is signed. So an event in binary mode is refused,
// unless its webhook-id is the hash of its headers that [WebhookID] makes, or
// AllowUnsignedHeaders is set. Structured and batch mode have all in the body.
//
// # Replays
//
// A request whose time is further from now than Tolerance is refused. Within that
// time it can be sent again by who has seen it. With Remember, the ids of requests
// that Next has answered with 2xx are kept as long as they could be used, and
// answered with 204 without another call of Next: that also does for a sender whose
// answer got lost. One that is being handled is answered 503. The memory is that of
// this process, and Remember ids long; after that the oldest are forgotten.
//
// # Answers
//
//	403  no signature, or none that is good: type invalid_signature
//	413  a body over the limit
//	400  a body that could not be read; 408 if it did not come in time
//
// with a [Problem] as the body. The zero value lets nothing through. A Verifier must
// not be changed or copied after its first request.
type Verifier struct {
	Next                 http.Handler
	Secrets              []Secret      // all that are valid, in any order
	Tolerance            time.Duration // 0 is 5 minutes, -1 is any time
	MaxBytes             int64         // of a body; 0 is DefaultMaxBytes, -1 is no limit
	Remember             int           // ids; 0 is none
	AllowUnsignedHeaders bool          // take ce- headers that nobody vouches for: of senders that are not of this package
	Logger               *slog.Logger  // nil is slog.Default(); refusals are for debugging

	memory seenIDs
}

const typeInvalidSignature = "invalid_signature"

// ServeHTTP checks a request and hands it to Next.
func (v *Verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := v.readSignature(r.Header)
	if err != nil {
		v.refuse(w, r, err)
		return
	}
	limit := v.MaxBytes
	if limit == 0 {
		limit = DefaultMaxBytes
	}
	body, err := body.Read(orNoBody(r.Body), r.ContentLength, limit)
	if err == nil {
		err = v.verify(&s, body)
	}
	if err != nil {
		v.refuse(w, r, err)
		return
	}
	if v.Next == nil {
		writeProblem(w, http.StatusNotFound, "nothing is at that address")
		return
	}
	copied := *r // net/http looks at the body of the original
	copied.Body = io.NopCloser(bytes.NewReader(body))
	copied.ContentLength, copied.TransferEncoding = int64(len(body)), nil
	if v.Remember <= 0 {
		v.Next.ServeHTTP(w, &copied)
		return
	}
	v.once(w, &copied, &s)
}

func orNoBody(body io.Reader) io.Reader {
	if body == nil {
		return http.NoBody
	}
	return body
}

// once hands a message to Next that was not handled before.
func (v *Verifier) once(w http.ResponseWriter, r *http.Request, s *signature) {
	forget := s.time.Add(v.tolerance())
	if v.Tolerance < 0 {
		forget = time.Time{}
	}
	switch v.memory.begin(s.id, forget, v.Remember) {
	case idHandled:
		w.WriteHeader(http.StatusNoContent)
		return
	case idUnderWay:
		writeProblem(w, http.StatusServiceUnavailable, "the same message is being handled")
		return
	case idTooLate:
		v.refuse(w, r, unsigned("webhook-timestamp is too old"))
		return
	}
	handled := false
	defer func() { v.memory.end(s.id, handled) }()
	aw := &answerWriter{ResponseWriter: w, before: func(_ http.Header, status int) int { return status }}
	v.Next.ServeHTTP(aw, r)
	handled = aw.status == 0 || aw.status >= 200 && aw.status <= 299
}

func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, typ := StatusCode(err), messageProblemType(err, StatusCode(err))
	if errors.Is(err, ErrSignature) {
		status, typ = http.StatusForbidden, typeInvalidSignature
	}
	orDefault(v.Logger).LogAttrs(r.Context(), slog.LevelDebug, "signature refused", slog.Int("status", status), slog.Any("error", err))
	if status == http.StatusRequestTimeout && r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close") // the rest of the body is not waited for
	}
	var unread *body.Error
	answer.JSON(w, status, 0, &Problem{Message: clientText(err), Type: typ, Retryable: errors.As(err, &unread)})
}
