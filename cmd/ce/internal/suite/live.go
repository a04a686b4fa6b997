package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// maxReceiverAnswer limits the body of an answer, in bytes.
const maxReceiverAnswer = 16 << 20

// receiver makes a subject of the receiver at a URL. It sends an event and a batch first, to
// see whether the receiver answers and whether it takes batches.
func (t *trial) receiver(ctx context.Context) (*subject, error) {
	u, err := stream.ParseTarget(t.url)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = stream.MaxHead
	s := &caseSender{ctx: ctx, url: u.String(), client: &http.Client{
		Transport:     transport,
		Timeout:       t.timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	e := cloudevents.Event{ID: "ce-conformance", Source: "/ce/conformance", Type: "com.example.conformance"}
	single := conformance.Message{Header: http.Header{}}
	if single.Body, err = cehttp.EncodeMessage(single.Header, &e, cloudevents.StructuredMode, nil); err != nil {
		return nil, err
	}
	alone, _, err := s.send(single)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer: %w", u.Redacted(), errors.Unwrap(err))
	}
	batch := conformance.Message{Header: http.Header{}}
	if batch.Body, err = cehttp.EncodeMessageBatch(batch.Header, []cloudevents.Event{e}, nil); err != nil {
		return nil, err
	}
	status, _, err := s.send(batch)
	receiver := conformance.Receiver{Send: s.send, Reference: library.Reference(), NoEcho: t.noEcho}
	isAccepted := func(status int) bool { return status >= 200 && status <= 299 }
	if !isAccepted(alone) {
		fmt.Fprintf(t.process.Err, "ce: the receiver refuses a valid event of the type %s with status %d: it has to take events of every type\n", e.Type, alone)
	}
	// A batch that is refused like its event says nothing about batches.
	if receiver.NoBatch = err != nil || !isAccepted(status) && status != alone; receiver.NoBatch {
		fmt.Fprintln(t.process.Err, "ce: the receiver takes no batches; they are skipped")
	}
	return &subject{
		name: u.Redacted(), url: u.Redacted(), strict: t.strict, run: receiver.Run,
		broken: s.death(single), end: transport.CloseIdleConnections,
	}, nil
}

// death returns a function that says whether the receiver still answers a message that it has
// answered before. It asks only if the receiver has not answered the last one, and several
// times, because somebody may start the receiver again.
func (s *caseSender) death(known conformance.Message) func(place string) error {
	return func(place string) error {
		if s.failed == nil || s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		var err error
		for range reviveAttempts {
			s.failed = nil
			if _, _, err = s.send(known); err == nil {
				return nil
			}
			select {
			case <-time.After(reviveWait):
			case <-s.ctx.Done():
				return s.ctx.Err()
			}
		}
		return fmt.Errorf("the receiver died at %s: %w", place, errors.Unwrap(err))
	}
}

// A receiver that has not answered is asked so often, with so much time in between.
const (
	reviveAttempts = 3
	reviveWait     = 300 * time.Millisecond
)

// caseSender sends the messages of the suite unchanged.
type caseSender struct {
	ctx    context.Context
	url    string
	client *http.Client
	failed error // of the last message that was not answered, since it was last reset
}

// send sends m. An error wraps ErrNoAnswer and the cause.
func (s *caseSender) send(m conformance.Message) (status int, answer conformance.Message, err error) {
	status, answer, err = s.exchange(m)
	if errors.Is(err, conformance.ErrNoAnswer) {
		s.failed = err
	}
	return status, answer, err
}

func (s *caseSender) exchange(m conformance.Message) (status int, answer conformance.Message, err error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.url, bytes.NewReader(m.Body))
	if err != nil {
		return 0, answer, err
	}
	req.Header = carried(m.Header)
	for key, values := range req.Header {
		for _, value := range values {
			if !carries(key, value) {
				return 0, answer, fmt.Errorf("HTTP cannot carry the header %.64q: %w", key, conformance.ErrSkipped)
			}
		}
	}
	res, err := s.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the URL may have a password
		}
		return 0, answer, &noAnswer{err}
	}
	defer res.Body.Close()
	answer = conformance.Message{Protocol: conformance.Response, Header: res.Header}
	if answer.Body, err = io.ReadAll(io.LimitReader(res.Body, maxReceiverAnswer+1)); err != nil {
		return 0, answer, &noAnswer{err}
	}
	if len(answer.Body) > maxReceiverAnswer {
		return 0, answer, &noAnswer{fmt.Errorf("answer of more than %d bytes", maxReceiverAnswer)}
	}
	return res.StatusCode, answer, nil
}

// carried returns the lines of a header that belong to the event, and not to the connection.
func carried(h http.Header) http.Header {
	h = maps.Clone(h)
	maps.DeleteFunc(h, func(key string, _ []string) bool {
		switch http.CanonicalHeaderKey(key) {
		case "Host", "Content-Length", "Transfer-Encoding", "Connection":
			return true
		}
		return false
	})
	if h == nil {
		h = http.Header{}
	}
	return h
}

// carries reports whether HTTP can carry a header line.
func carries(key, value string) bool {
	for i := range len(key) {
		if c := key[i]; c <= ' ' || c >= 0x7F || strings.IndexByte(`()<>@,;:\"/[]?={}`, c) >= 0 {
			return false
		}
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7F {
			return false
		}
	}
	return key != ""
}

// noAnswer is the reason why a receiver or an adapter has not answered. It is
// conformance.ErrNoAnswer.
type noAnswer struct{ err error }

func (e *noAnswer) Error() string        { return "no answer: " + e.err.Error() }
func (e *noAnswer) Unwrap() error        { return e.err }
func (e *noAnswer) Is(target error) bool { return target == conformance.ErrNoAnswer }
