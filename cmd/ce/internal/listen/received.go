package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// received is a message that came in, and what became of it.
type received struct {
	at     time.Time
	r      *http.Request
	body   []byte
	events []cloudevents.Event
	err    error // why it was refused
	answer answer
}

// answer is a response that is held back.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) copyTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	w.Write(a.body.Bytes()) // the client may be gone
}

// receivedKey is the key of a *received in the context of its request.
type receivedKey struct{}

func accept(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func observeEvent(ctx context.Context, e *cloudevents.Event) {
	if m, ok := ctx.Value(receivedKey{}).(*received); ok {
		m.events = append(m.events, *e)
	}
}

func observeFailure(ctx context.Context, o cehttp.Outcome) {
	if m, ok := ctx.Value(receivedKey{}).(*received); ok {
		m.err = o.Err
	}
}

// ServeHTTP takes a message.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := &received{at: l.now(), r: r, answer: answer{header: http.Header{}}}
	var err error
	// The body is read before a receiver may refuse it by its header, to be shown.
	m.body, err = io.ReadAll(io.LimitReader(r.Body, min(l.maxBytes, math.MaxInt64-1)+1))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = failingReader{err}
	}
	copied := r.WithContext(context.WithValue(r.Context(), receivedKey{}, m))
	copied.Body = io.NopCloser(io.MultiReader(bytes.NewReader(m.body), rest))
	l.receiver.ServeHTTP(&m.answer, copied)
	if l.target != nil && m.err == nil {
		l.pass(m)
	}
	l.show(m)
	m.answer.copyTo(w)
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// show prints and records a message.
func (l *listener) show(m *received) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.err != nil {
		l.refused++
	} else {
		l.accepted += len(m.events)
	}
	err := l.print(m)
	if l.record != "" && err == nil {
		err = l.keep(m)
	}
	if err != nil && l.failed == nil {
		l.failed = err
		l.stop()
	}
}

// hopByHop are headers of a connection, which are not passed on.
func hopByHop() []string {
	return []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Content-Length"}
}

// pass passes a message on, and makes the answer that of the other side.
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
	if response.StatusCode < 200 { // 101 has a body without end
		l.notPassed(m, errors.New("the answer has status "+strconv.Itoa(response.StatusCode)))
		return
	}
	body, err := readAtMost(response.Body, int(cehttp.DefaultMaxBytes))
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

// forwardError is about a message that was valid.
type forwardError struct{ err error }

func (e *forwardError) Error() string { return "passing it on: " + e.err.Error() }
func (e *forwardError) Unwrap() error { return e.err }

func (l *listener) notPassed(m *received, err error) {
	m.err = &forwardError{err}
	m.answer = answer{header: http.Header{"Content-Type": {"application/json"}}, status: http.StatusBadGateway}
	fmt.Fprintf(&m.answer.body, `{"error":"the message could not be passed on","error_type":"bad_gateway","retryable":%t}`, err != errLoop)
}
