package webhook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Authorization is an [http.Handler] that passes requests with a valid access token on to
// Next (http-webhook.md#3-authorization). A request has its token in one of two places
// (RFC 6750, section 2), and not in both:
//
//	Authorization: Bearer mF_9.B5f-4.1JqM
//	POST /events?access_token=mF_9.B5f-4.1JqM
//
// A token is never read from a body. A plus sign in the query is a plus sign, as in RFC
// 3986. Next sees the query without the token, and a 2xx response to such a request gets
// Cache-Control: private. Prefer the header: servers and proxies in front may log the
// query.
//
// Requests are refused with
//
//	400  two tokens, or a malformed one: type invalid_request
//	401  no token: type unauthorized
//	401  an invalid token: type invalid_token
//
// or with the status that the error of Check names. 400 and 401 have WWW-Authenticate:
// Bearer. The body is a [cehttp.Problem]. Tokens are not logged. A refusal does not wait for
// the body of the request; over HTTP/1 it closes the connection.
//
// Put Authorization in front of a [Target], with Handshake set. The zero value refuses
// every request.
type Authorization struct {
	// Next handles authorized requests. Without it they are answered with 404.
	Next http.Handler

	// Tokens are the valid tokens. They are compared in a time that does not depend on
	// their content. An empty one is not valid.
	Tokens []string

	// Check is called for a token that is not in Tokens, unless it is nil. It returns nil
	// if the token is valid. An error is answered with 401, unless it has a method
	// StatusCode() int with another error status: 403 if the token is not for this
	// resource, 503 if it cannot be checked now. Check must not log the token.
	Check func(ctx context.Context, token string) error

	// Handshake passes OPTIONS on without a token, for a Target in Next: a sender asks
	// for permission before it has a token.
	Handshake bool

	// Logger gets a record about each refusal, "token refused", at warning level, or as an
	// error if the status is 5xx other than 503. nil is slog.Default().
	Logger *slog.Logger
}

const (
	sectionAuthorization = "http-webhook.md#3-authorization"

	maxMessage = 1 << 10 // bytes of a Message of Check

	typeUnauthorized   = "unauthorized"
	typeInvalidToken   = "invalid_token"   // of RFC 6750
	typeInvalidRequest = "invalid_request" // of RFC 6750
)

var (
	errNoToken        = errors.New("there is no access token")
	errSeveralTokens  = errors.New("there is more than one access token")
	errMalformedToken = errors.New("the access token is malformed")
	errInvalidToken   = errors.New("invalid token")
)

// ServeHTTP checks a request and passes it on to Next.
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
		a.refuse(w, r, challenge, status, cehttp.Problem{Type: typ, Message: err.Error()})
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
	rw := &responseEditor{ResponseWriter: w, edit: private}
	a.next(rw, withQuery(r, t.otherQuery))
	rw.end()
}

func (a *Authorization) next(w http.ResponseWriter, r *http.Request) {
	if a.Next == nil {
		answer.Early(w, r)
		problem(w, http.StatusNotFound, "not found")
		return
	}
	a.Next.ServeHTTP(w, r)
}

// check compares hashes, so that lengths do not show either.
func (a *Authorization) check(ctx context.Context, token string) error {
	got := sha256.Sum256([]byte(token))
	valid := 0
	for _, known := range a.Tokens {
		want := sha256.Sum256([]byte(known))
		same := subtle.ConstantTimeCompare(got[:], want[:])
		if known != "" {
			valid |= same
		}
	}
	switch {
	case valid == 1:
		return nil
	case a.Check != nil:
		return a.Check(ctx, token)
	}
	return errInvalidToken
}

// refuseToken answers for an error of check, whose text is not shown.
func (a *Authorization) refuseToken(w http.ResponseWriter, r *http.Request, err error) {
	var own interface{ StatusCode() int }
	if !errors.As(err, &own) || own.StatusCode() == http.StatusUnauthorized || !answer.IsError(own.StatusCode()) {
		a.refuse(w, r, `Bearer error="invalid_token"`, http.StatusUnauthorized, cehttp.Problem{Type: typeInvalidToken, Message: errInvalidToken.Error()})
		return
	}
	answer.Early(w, r)
	result := dispatch.Judge(r.Context(), nil, err)
	eventlog.Default(a.Logger).LogAttrs(r.Context(), refusalLevel(result.Status), "token refused",
		slog.Int("status", result.Status))
	cehttp.WriteProblem(w, result.Status, result.RetryAfter, &cehttp.Problem{
		Message:   excerpt.Cut(cmp.Or(result.Message, answer.Text(result.Status)), maxMessage),
		Type:      cmp.Or(result.Type, answer.Type(result.Status)),
		Retryable: result.Verdict == dispatch.VerdictRetry,
	})
}

func (a *Authorization) refuse(w http.ResponseWriter, r *http.Request, challenge string, status int, p cehttp.Problem) {
	eventlog.Default(a.Logger).LogAttrs(r.Context(), refusalLevel(status), "token refused",
		slog.Int("status", status), slog.String("error", p.Message))
	answer.Early(w, r)
	w.Header().Set("WWW-Authenticate", challenge)
	p.Section = sectionAuthorization
	cehttp.WriteProblem(w, status, 0, &p)
}

// private keeps a success out of shared caches (http-webhook.md#32-uri-query-parameter).
func private(h http.Header, status int) int {
	if status >= 200 && status <= 299 {
		values := append([]string{"private"}, h.Values("Cache-Control")...)
		h.Set("Cache-Control", strings.Join(values, ", "))
	}
	return status
}

// token is the access token of a request.
type token struct {
	value      string
	inQuery    bool
	otherQuery string // the query without the token
}

// accessToken is the name of the token in a query.
const accessToken = "access_token"

// readToken returns the one token of a request.
func readToken(r *http.Request) (token, error) {
	header, inHeader, err := headerToken(r.Header)
	if err != nil {
		return token{}, err
	}
	query, other, inQuery, err := queryToken(r.URL.RawQuery)
	switch {
	case err != nil:
		return token{}, err
	case inHeader && inQuery:
		return token{}, errSeveralTokens
	case inHeader:
		return token{value: header}, nil
	case inQuery:
		return token{query, true, other}, nil
	}
	return token{}, errNoToken
}

// headerToken returns the token of the Authorization header. A header of another scheme
// is ignored.
func headerToken(h http.Header) (value string, found bool, err error) {
	values := h.Values("Authorization")
	switch {
	case len(values) == 0:
		return "", false, nil
	case len(values) > 1:
		return "", false, errSeveralTokens
	}
	scheme, value, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false, nil
	}
	value = strings.TrimLeft(value, " ")
	if !isToken(value) {
		return "", false, errMalformedToken
	}
	return value, true, nil
}

// queryToken returns the token of a query, and the query without it. A query without a token
// allocates nothing: it comes from a stranger.
func queryToken(query string) (value, other string, found bool, err error) {
	var escaped string
	var begin, end int // of the parameter
	for i := 0; i < len(query); {
		stop := len(query)
		if n := strings.IndexByte(query[i:], '&'); n >= 0 {
			stop = i + n
		}
		name, text, _ := strings.Cut(query[i:stop], "=")
		if isAccessToken(name) {
			if found {
				return "", "", false, errSeveralTokens
			}
			found, escaped, begin, end = true, text, i, stop
		}
		i = stop + 1
	}
	if !found {
		return "", query, false, nil
	}
	if value, err = url.PathUnescape(escaped); err != nil || !isToken(value) {
		return "", "", false, errMalformedToken
	}
	if begin == 0 {
		return value, query[min(end+1, len(query)):], true, nil
	}
	return value, query[:begin-1] + query[end:], true, nil
}

// isAccessToken reports whether name is access_token, with or without escapes.
func isAccessToken(name string) bool {
	if len(name) > len("%00")*len(accessToken) {
		return false
	}
	n := 0
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '%' {
			if i+2 >= len(name) {
				return false
			}
			high, low := ascii.Unhex[name[i+1]], ascii.Unhex[name[i+2]]
			if high|low > 15 {
				return false
			}
			c = high<<4 | low
			i += 2
		}
		if n == len(accessToken) || c != accessToken[n] {
			return false
		}
		n++
	}
	return n == len(accessToken)
}

// isToken reports whether s is visible ASCII without spaces, which any token is.
func isToken(s string) bool { return s != "" && ascii.Printable(s) && !strings.Contains(s, " ") }

// withQuery returns r with another query.
func withQuery(r *http.Request, query string) *http.Request {
	copied, u := *r, *r.URL
	u.RawQuery = query
	copied.URL = &u
	copied.RequestURI = u.RequestURI()
	return &copied
}
