package listen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// received is a message that came in, with its events and its answer.
type received struct {
	at     time.Time
	r      *http.Request
	body   []byte
	events []cloudevents.Event
	err    error // the reason why it was refused or not passed on
	answer answer
}

// answer is a response that is not sent yet.
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
	w.Write(a.body.Bytes()) // the client may have disconnected
}

// receivedKey is the key of a *received in the context of its request.
type receivedKey struct{}

func accept(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }

func observeEvent(ctx context.Context, e *cloudevents.Event) {
	if m, ok := ctx.Value(receivedKey{}).(*received); ok {
		m.events = append(m.events, *e)
	}
}

func observeFailure(ctx context.Context, o dispatch.Outcome) {
	if m, ok := ctx.Value(receivedKey{}).(*received); ok {
		m.err = o.Err
	}
}

// ServeHTTP decodes a message, passes it on, shows it, and answers.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m := &received{at: l.process.Now(), r: r, answer: answer{header: http.Header{}}}
	if l.hosts != nil && !l.hosts.has(r.Host) {
		l.refuseHost(m)
		l.show(m)
		m.answer.copyTo(w)
		return
	}
	var err error
	// The body is read first, because it is shown even if the receiver refuses the header.
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
	if l.record.dir != "" && err == nil {
		if err = l.record.keep(m); errors.Is(err, errRecordFull) {
			l.process.Report(err)
			err = nil
		}
	}
	if err != nil && l.failed == nil {
		l.failed = err
		l.stop()
	}
}
