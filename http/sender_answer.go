package cehttp

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/body"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

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
func passes(err error) bool { return !errors.Is(err, ErrGone) && answer.MayPass(err) }

// untilTurn returns how long a transport asks to wait that has not sent: an error of
// http/webhook says so with a method RetryIn.
func untilTurn(err error) time.Duration {
	var own interface{ RetryIn() time.Duration }
	if errors.As(err, &own) {
		return own.RetryIn()
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
