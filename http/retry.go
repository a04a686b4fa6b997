package cehttp

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Retry says how often a [Sender] sends a message, and how long it waits in
// between. The zero value is three attempts, after waits of up to 1 s and 2 s.
// Retry{Attempts: 1} is a single one.
//
// The wait before the second attempt is a random part of Wait, that before the
// third one of twice as much, and so on up to MaxWait; or it is Retry-After, if that
// is longer. Nobody waits for an attempt that would be later than MaxTime or the
// deadline of the context: the call ends at once.
type Retry struct {
	Attempts int           // in all; 0 is 3, -1 is no limit
	Wait     time.Duration // the longest first wait; 0 is 1 s, -1 is none
	MaxWait  time.Duration // the longest wait, but for Retry-After; 0 is 30 s, or Wait if that is more
	MaxTime  time.Duration // from the first attempt to the beginning of the last; 0 is 5 min, -1 is no limit
	NoJitter bool          // wait all of the time, and not a random part
}

const (
	defaultAttempts = 3
	defaultWait     = time.Second
	defaultMaxWait  = 30 * time.Second
	defaultMaxTime  = 5 * time.Minute
)

// next returns how long to wait after so many attempts and so much time, if there
// is another attempt.
func (r *Retry) next(attempts int, elapsed, least time.Duration) (wait time.Duration, ok bool) {
	most := r.Attempts
	if most == 0 {
		most = defaultAttempts
	}
	if most > 0 && attempts >= most {
		return 0, false
	}
	wait = r.backoff(attempts)
	if wait > 0 && !r.NoJitter {
		wait = rand.N(wait)
	}
	wait = max(wait, least)
	end := r.MaxTime
	if end == 0 {
		end = defaultMaxTime
	}
	return wait, end < 0 || wait <= end-elapsed
}

// backoff returns the longest wait after so many attempts.
func (r *Retry) backoff(attempts int) time.Duration {
	wait, limit := r.Wait, r.MaxWait
	if wait == 0 {
		wait = defaultWait
	}
	if wait < 0 {
		return 0
	}
	if limit <= 0 {
		limit = max(wait, defaultMaxWait)
	}
	for range attempts - 1 {
		if wait >= limit/2 {
			return limit
		}
		wait *= 2
	}
	return min(wait, limit)
}

// judge decides whether the message is sent again.
func (a *attemptResult) judge() {
	switch {
	case a.status/100 == 2:
		var body *body.Error
		a.retryable = errors.As(a.err, &body) // what was said is not known
		return
	case a.status < 400:
		return
	}
	var said *bool
	a.problem, said = readProblem(a.body)
	a.retryable = a.status < 600 && answer.Repeated(a.status)
	if said != nil && a.status != http.StatusGone {
		a.retryable = *said
	}
}

// readProblem returns what a body says about an error: nothing, if it is no JSON
// object with the members of a Problem.
func readProblem(body []byte) (p *Problem, retryable *bool) {
	if !strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 64)]), " \t\r\n"), "{") || !json.Valid(body) {
		return nil, nil
	}
	var said struct {
		Retryable json.RawMessage `json:"retryable"` // encoding/json sets a bool that is another value too
		Type      string          `json:"error_type"`
	}
	_ = json.Unmarshal(body, &said) // a member of another type is as if it were not there
	switch string(said.Retryable) {
	case "true", "false":
		yes := said.Retryable[0] == 't'
		retryable = &yes
	default:
		if said.Type == "" {
			return nil, nil
		}
	}
	p = new(Problem)
	if json.Unmarshal(body, p) != nil {
		p = nil
	}
	return p, retryable
}

func isJSON(h http.Header) bool { return mediatype.IsJSON(h.Get("Content-Type")) }

// passes reports whether an attempt without an answer may fare better later.
func passes(err error) bool {
	var (
		own         interface{ Retryable() bool }
		handshake   *HandshakeError
		certificate *tls.CertificateVerificationError
		plain       tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, ErrGone):
		return false
	case errors.As(err, &handshake):
		return handshake.Retryable
	case errors.As(err, &own):
		return own.Retryable()
	case errors.As(err, &certificate), errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return false
	}
	return true
}

// untilTurn returns how long a [WebhookTransport] asks to wait that has not sent.
func untilTurn(err error) time.Duration {
	var handshake *HandshakeError
	var rate *RateError
	switch {
	case errors.As(err, &handshake):
		return handshake.RetryAfter
	case errors.As(err, &rate):
		return rate.RetryAfter
	}
	return 0
}

// readStart reads a body, but not more than so much of it, and returns what it
// read if keep is set. It does not matter how the reading ends.
func readStart(body io.Reader, limit int64, keep bool) []byte {
	body = io.LimitReader(body, limit)
	if !keep {
		_, _ = io.Copy(io.Discard, body)
		return nil
	}
	b, _ := io.ReadAll(body)
	return b
}
