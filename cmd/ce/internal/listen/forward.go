package listen

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// hopByHop returns the headers of a connection, which are not passed on.
func hopByHop() []string {
	return []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}
}

// pass passes a message on, and takes over the answer of the target.
func (l *listener) pass(m *received) {
	request, err := http.NewRequestWithContext(m.r.Context(), m.r.Method, l.target.String(), bytes.NewReader(m.body))
	if err != nil {
		l.notPassed(m, err)
		return
	}
	request.Header = m.r.Header.Clone()
	if slices.Contains(request.Header["Via"], l.via) {
		l.notPassed(m, errLoop)
		m.answer.status = http.StatusLoopDetected
		return
	}
	request.Header.Add("Via", l.via)
	for _, name := range hopByHop() {
		request.Header.Del(name)
	}
	response, err := l.client.Do(request)
	if err != nil {
		l.notPassed(m, err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode < 200 { // the body of 101 has no end
		l.notPassed(m, errors.New("the answer has status "+strconv.Itoa(response.StatusCode)))
		return
	}
	body, err := stream.ReadAtMost(response.Body, int(cehttp.DefaultMaxBytes))
	switch {
	case err != nil:
		l.notPassed(m, err)
		return
	case response.StatusCode >= 300 && response.StatusCode < 400:
		l.notPassed(m, errors.New("the answer was a redirect, status "+strconv.Itoa(response.StatusCode)))
		return
	}
	m.answer = answer{header: response.Header, status: response.StatusCode}
	for _, name := range hopByHop() {
		m.answer.header.Del(name)
	}
	m.answer.body.Write(body)
	if response.StatusCode >= 400 {
		m.err = &forwardError{errors.New("status " + strconv.Itoa(response.StatusCode))}
	}
}

var errLoop = errors.New("the message has been here before: --forward leads back to this listener")

// forwardError is an error about passing on a valid message.
type forwardError struct{ err error }

func (e *forwardError) Error() string { return "passing it on: " + e.err.Error() }
func (e *forwardError) Unwrap() error { return e.err }

func (l *listener) notPassed(m *received, err error) {
	m.err = &forwardError{err}
	m.answer = answer{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusBadGateway}
	fmt.Fprintf(&m.answer.body, `{"error":"the message could not be passed on","error_type":"bad_gateway","retryable":%t}`, err != errLoop)
}
