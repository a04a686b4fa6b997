package listen

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// removeHopByHop removes the headers of a connection, which are not passed on: those that
// Connection names, and those that RFC 9110, 7.6.1 names. Content-Length follows from the body.
func removeHopByHop(h http.Header) {
	for name := range elements(h.Values("Connection")) {
		h.Del(name)
	}
	for _, name := range [...]string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Proxy-Authentication-Info", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"} {
		h.Del(name)
	}
}

// prepareToPass makes the header of a message that came in one that can go out.
func prepareToPass(h http.Header) {
	removeHopByHop(h)
	h.Del("Expect") // the body is here
	if len(h["User-Agent"]) == 0 {
		h["User-Agent"] = []string{""} // or net/http adds its own
	}
}

// elements returns the elements of the lists in the lines of a header. Proxies join lines
// (RFC 9110, 5.3). An element may be empty.
func elements(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range lines {
			for element := range strings.SplitSeq(line, ",") {
				if !yield(strings.Trim(element, " \t")) {
					return
				}
			}
		}
	}
}

// wasHere reports whether Via names this listener. A comment may follow the name.
func (l *listener) wasHere(h http.Header) bool {
	for element := range elements(h.Values("Via")) {
		if fields := strings.Fields(element); len(fields) > 1 && strings.EqualFold(fields[1], l.pseudonym) {
			return true
		}
	}
	return false
}

// pass passes a message on, and takes over the answer of the target.
func (l *listener) pass(m *received) {
	request, err := http.NewRequestWithContext(m.r.Context(), m.r.Method, l.target.String(), bytes.NewReader(m.body))
	if err != nil {
		l.notPassed(m, err)
		return
	}
	request.Header = m.r.Header.Clone()
	if l.wasHere(request.Header) {
		l.notPassed(m, errLoop)
		m.answer.status = http.StatusLoopDetected
		return
	}
	prepareToPass(request.Header)
	request.Header.Add("Via", "1.1 "+l.pseudonym)
	response, err := l.client.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the URL may have a password or a token
		}
		l.notPassed(m, err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode < 200 { // the body of 101 has no end
		l.notPassed(m, errors.New("the answer has status "+strconv.Itoa(response.StatusCode)))
		return
	}
	body, err := stream.ReadAtMost(response.Body, maxForwardedAnswer)
	switch {
	case err != nil:
		l.notPassed(m, err)
		return
	case response.StatusCode >= 300 && response.StatusCode < 400:
		l.notPassed(m, errors.New("the answer was a redirect, status "+strconv.Itoa(response.StatusCode)))
		return
	}
	m.answer = answer{header: response.Header, status: response.StatusCode}
	removeHopByHop(m.answer.header)
	m.answer.body.Write(body)
	if response.StatusCode >= 400 {
		m.err = &forwardError{err: errors.New("status " + strconv.Itoa(response.StatusCode)), answered: len(body) > 0}
	}
}

// maxForwardedAnswer limits the body of the answer of a target, in bytes.
const maxForwardedAnswer = cehttp.DefaultMaxBytes

var errLoop = errors.New("the message has been here before: --forward leads back to this listener")

// forwardError is an error about passing on a valid message.
type forwardError struct {
	err      error
	answered bool // the target has refused the message with a body
}

func (e *forwardError) Error() string { return "passing it on: " + e.err.Error() }
func (e *forwardError) Unwrap() error { return e.err }

func (l *listener) notPassed(m *received, err error) {
	m.err = &forwardError{err: err}
	m.answer = answer{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusBadGateway}
	fmt.Fprintf(&m.answer.body, `{"error":"the message could not be passed on","error_type":"bad_gateway","retryable":%t}`, err != errLoop)
}
