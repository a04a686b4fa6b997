package listen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// received is a message that came in, with its events and its answer.
type received struct {
	at     time.Time
	r      *http.Request
	body   []byte
	events []cloudevents.Event
	err    error  // the reason why it was refused or not passed on
	note   string // what else is printed: of a handshake, of --status and --delay
	answer answer

	scripted bool // the answer is that of --status
	cut      bool // the rest of the body did not come in time
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

func observeEvent(ctx context.Context, e *cloudevents.Event) context.Context {
	if m, ok := ctx.Value(receivedKey{}).(*received); ok {
		m.events = append(m.events, *e)
	}
	return ctx
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
	copied := r.WithContext(context.WithValue(r.Context(), receivedKey{}, m))
	body := &keptBody{ReadCloser: r.Body, kept: &m.body, most: min(l.maxBytes, math.MaxInt64-1) + 1}
	copied.Body = body
	asks := r.Method == http.MethodOptions && r.Header.Get("WebHook-Request-Origin") != ""
	switch {
	case asks && l.webhook != nil:
		l.webhook.ServeHTTP(&m.answer, copied)
	default:
		l.receiver.ServeHTTP(&m.answer, copied)
		if m.err != nil && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
			m.cut = !body.readRest(w)
		}
		if m.err == nil && len(m.events) > 0 {
			if m.events = l.filter.Passing(m.events); len(m.events) == 0 {
				m.answer.copyTo(w)
				return
			}
		}
		if m.err == nil && !asks {
			l.rehearse(m)
		}
		if l.target != nil && m.err == nil {
			l.pass(m)
		}
	}
	if asks {
		m.note = handshakeNote(r.Header.Get("WebHook-Request-Origin"), &m.answer)
	}
	l.wait(m)
	l.show(m)
	m.answer.copyTo(w)
}

// handshakeNote returns what became of a request for permission to deliver.
func handshakeNote(origin string, a *answer) string {
	if origin = excerpt.Cut(origin, excerpt.Size); a.header.Get("WebHook-Allowed-Origin") != "" {
		return fmt.Sprintf("a webhook's handshake: %q may deliver", origin)
	}
	return fmt.Sprintf("a webhook's handshake: %q asks whether it may deliver; --allow-origin %s grants it", origin, origin)
}

// keptBody is a body whose beginning is kept, to be shown.
type keptBody struct {
	io.ReadCloser
	kept  *[]byte
	most  int64 // that are kept
	ended bool
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	*b.kept = append(*b.kept, p[:min(int64(n), b.most-int64(len(*b.kept)))]...)
	b.ended = b.ended || err != nil
	return n, err
}

// patience is how long a refusal waits for the rest of the body, which is shown.
const patience = 250 * time.Millisecond

// readRest reads what is to be shown of a body that the receiver did not want. It reports
// whether that has come in time.
func (b *keptBody) readRest(w http.ResponseWriter) bool {
	if b.ended {
		return true
	}
	// Not every server can do it; that of ce listen does.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	_, err := io.CopyN(io.Discard, b, b.most-int64(len(*b.kept)))
	return err == nil || err == io.EOF
}

// show prints and records a message, and gives it to the page.
func (l *listener) show(m *received) {
	var shown *page.Message
	if l.page != nil {
		shown = m.forPage(l.maxBytes)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.err != nil || m.scripted && m.answer.status >= 300 {
		l.refused++
	} else {
		l.accepted += len(m.events)
	}
	err := l.print(m)
	if shown != nil {
		l.page.Add(shown) // here, so that the page has the order of the terminal
	}
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
