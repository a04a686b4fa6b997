package cehttp

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Authorization is an [http.Handler] that lets requests with an access token through
// to Next (http-webhook.md#3-authorization). The token comes in one of two ways,
// and not in both (RFC 6750, section 2):
//
//	Authorization: Bearer mF_9.B5f-4.1JqM
//	POST /events?access_token=mF_9.B5f-4.1JqM
//
// It is never read from a body. In the query a plus sign is a plus sign, as RFC 3986
// has it. The query that Next sees is without the token, and a 2xx answer to such a
// request gets Cache-Control: private. Servers and proxies in front may still log
// it: prefer the header.
//
//	401  no token, or one that is not good, with WWW-Authenticate: Bearer
//	400  two tokens, or one that is malformed
//
// or what the error of Check says. The body is a [Problem]. Tokens are not logged.
//
// Authorization belongs in front of a [Webhook], with Handshake set. The zero
// value lets nobody through.
type Authorization struct {
	Next http.Handler

	// Tokens are those that are good. They are compared in a time that does not
	// depend on how much of them, or which of them, fits. An empty one fits nothing.
	Tokens []string

	// Check is asked about a token that is none of Tokens, if it is not nil. Any error
	// is 401, but for a [*HandlerError] and others with a method StatusCode() int, which
	// say another status: 403, or 503 if a token cannot be checked now. It must not
	// log the token.
	Check func(ctx context.Context, token string) error

	// Handshake lets OPTIONS through without a token, for the Webhook behind: a
	// sender asks for permission before it is trusted with anything.
	Handshake bool

	Logger *slog.Logger // nil is slog.Default(); refusals are for debugging
}

const (
	sectionAuthorization = "http-webhook.md#3-authorization"

	typeUnauthorized   = "unauthorized"
	typeInvalidToken   = "invalid_token"   // of RFC 6750
	typeInvalidRequest = "invalid_request" // of RFC 6750
)

var errNotGood = errors.New("token is not good")

// ServeHTTP checks a request and hands it to Next.
func (a *Authorization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.Handshake && r.Method == http.MethodOptions {
		a.next(w, r)
		return
	}
	t, err := readToken(r)
	if err != nil {
		challenge, status, typ := "Bearer", http.StatusUnauthorized, typeUnauthorized
		if err != errNoToken {
			challenge, status, typ = `Bearer error="invalid_request"`, http.StatusBadRequest, typeInvalidRequest
		}
		a.refuse(w, r, challenge, status, &Problem{Type: typ, Message: err.Error()})
		return
	}
	if err := a.check(r.Context(), t.value); err != nil {
		a.refuseToken(w, r, err)
		return
	}
	if !t.inQuery {
		a.next(w, r)
		return
	}
	aw := &answerWriter{ResponseWriter: w, before: private}
	a.next(aw, withQuery(r, t.otherQuery))
	aw.end()
}

func (a *Authorization) next(w http.ResponseWriter, r *http.Request) {
	if a.Next == nil {
		writeProblem(w, http.StatusNotFound, "nothing is at that address")
		return
	}
	a.Next.ServeHTTP(w, r)
}

// check compares hashes, so that lengths do not show either.
func (a *Authorization) check(ctx context.Context, token string) error {
	got := sha256.Sum256([]byte(token))
	good := 0
	for _, known := range a.Tokens {
		want := sha256.Sum256([]byte(known))
		same := subtle.ConstantTimeCompare(got[:], want[:])
		if known != "" {
			good |= same
		}
	}
	switch {
	case good == 1:
		return nil
	case a.Check != nil:
		return a.Check(ctx, token)
	}
	return errNotGood
}

// refuseToken answers for the error of check.
func (a *Authorization) refuseToken(w http.ResponseWriter, r *http.Request, err error) {
	var own interface{ StatusCode() int }
	if !errors.As(err, &own) || own.StatusCode() == http.StatusUnauthorized || !answer.IsError(own.StatusCode()) {
		a.refuse(w, r, `Bearer error="invalid_token"`, http.StatusUnauthorized, &Problem{Type: typeInvalidToken, Message: errNotGood.Error()})
		return
	}
	f := failureOf(err)
	p := &Problem{Message: cut(f.Message), Type: f.Type, Retryable: f.Retryable || answer.Repeated(f.Status)}
	if p.Message == "" {
		p.Message = answer.Text(f.Status)
	}
	if p.Type == "" {
		p.Type = answer.Type(f.Status)
	}
	orDefault(a.Logger).LogAttrs(r.Context(), slog.LevelDebug, "token refused", slog.Int("status", f.Status))
	answer.JSON(w, f.Status, answer.RetryAfter(f.Status, f.RetryAfter), p)
}

func (a *Authorization) refuse(w http.ResponseWriter, r *http.Request, challenge string, status int, p *Problem) {
	orDefault(a.Logger).LogAttrs(r.Context(), slog.LevelDebug, "token refused",
		slog.Int("status", status), slog.String("reason", p.Message))
	w.Header().Set("WWW-Authenticate", challenge)
	p.Section = sectionAuthorization
	answer.JSON(w, status, 0, p)
}

// private marks a success as not for shared caches
// (http-webhook.md#32-uri-query-parameter).
func private(h http.Header, status int) int {
	if status >= 200 && status <= 299 {
		values := append([]string{"private"}, h.Values("Cache-Control")...)
		h.Set("Cache-Control", strings.Join(values, ", "))
	}
	return status
}
