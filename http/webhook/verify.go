package webhook

import (
	"bytes"
	"cmp"
	"container/list"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

// ErrSignature is wrapped by the error about a message without a signature that a
// [Verifier] accepts, or whose time is too far from now.
var ErrSignature = errors.New("signature does not verify")

// Verifier is an [http.Handler] that passes signed requests on to Next. Signatures are
// those of Standard Webhooks 1.0, HMAC-SHA256 with one of Secrets. Verifier reads the
// whole body and verifies it before anything of it is decoded. Next gets the same bytes.
//
//	http.Handle("/events", &webhook.Verifier{Next: receiver, Secrets: []webhook.Secret{secret}})
//
// # Attributes in headers
//
// A signature covers webhook-id, webhook-timestamp and the body, but neither the ce-
// headers of binary mode nor Content-Type. An attacker who can alter a request could turn
// a signed body into a different event. So an event in binary mode is refused, unless its
// webhook-id is the hash of its headers that [ID] returns, or AllowUnsignedHeaders is set.
// In structured and batch mode everything is in the body. A signature does not cover the URL
// either: a message for one path can be replayed at another one with the same secret.
//
// # Replays
//
// A request whose time is further from now than Tolerance is refused. Within that time,
// anyone who has seen it can replay it.
//
// With Remember, Verifier keeps the ids of requests that Next has answered with 2xx, until
// their time is over. A request with such an id is answered with 204, and Next is not
// called; this also serves a sender that never got the response. While Next still handles
// a request, another one with its id is answered with 503. Beyond Remember ids, those that
// were handled first are forgotten, and those under way never: if Remember requests are
// under way, any other is answered with 503. The memory is that of this process. All Secrets
// share it, so a sender can use up the ids of another one.
//
// # Refusals
//
//	400  the body could not be read: type unreadable_body
//	403  no valid signature: type invalid_signature
//	408  the body did not arrive in time: type request_timeout
//	413  the body is over the limit: type too_large
//
// The body of a refusal is a [cehttp.Problem]. A refusal because of the header does not wait
// for the body of the request; over HTTP/1 it closes the connection. The zero value refuses
// every request. A Verifier must not be changed or copied after its first request.
type Verifier struct {
	// Next handles verified requests. Without it they are answered with 404.
	Next http.Handler

	// Secrets are all valid secrets, in any order.
	Secrets []Secret

	// Tolerance is the largest difference between webhook-timestamp and now. 0 is 5
	// minutes, -1 is no limit.
	Tolerance time.Duration

	// MaxBytes is the largest body that is read. 0 is cehttp.DefaultMaxBytes, -1 is no
	// limit.
	MaxBytes int64

	// Remember is the number of ids that are kept to handle each message once. With 0
	// none are kept.
	Remember int

	// AllowUnsignedHeaders accepts ce- headers that the signature does not vouch for,
	// from senders that know nothing of this package.
	AllowUnsignedHeaders bool

	// HeaderPrefix is what the names of the three headers begin with. "" is
	// DefaultHeaderPrefix; the senders of Svix use svix-.
	HeaderPrefix string

	// Logger gets a record about each refusal, "signature refused", at warning level, or as
	// an error if the status is 5xx other than 503. nil is slog.Default().
	Logger *slog.Logger

	memory idMemory
}

const (
	typeInvalidSignature = "invalid_signature"

	defaultTolerance = 5 * time.Minute
	maxSignatures    = 32
)

// Verify checks the signature of a message. body is the whole body, as it was received.
// Every signature is compared with that of every secret, in a time that does not depend on
// which of them fit. Signatures of versions other than v1 are skipped. The keys of h need not
// be canonical. Verify does not use the memory of ServeHTTP. It works without Next.
//
// The error wraps [ErrSignature].
func (v *Verifier) Verify(h http.Header, body []byte) error {
	s, err := v.readSignature(h)
	if err != nil {
		return err
	}
	return v.verify(&s, body)
}

// ServeHTTP verifies a request and passes it on to Next.
func (v *Verifier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := v.readSignature(r.Header)
	var content []byte
	if err == nil {
		content, err = v.read(r)
	}
	if err != nil {
		answer.Early(w, r)
		v.refuse(w, r, err)
		return
	}
	if err := v.verify(&s, content); err != nil {
		v.refuse(w, r, err)
		return
	}
	if v.Next == nil {
		problem(w, http.StatusNotFound, "not found")
		return
	}
	verified := *r // a copy, because net/http looks at the body of the original
	verified.Body = io.NopCloser(bytes.NewReader(content))
	verified.ContentLength, verified.TransferEncoding = int64(len(content)), nil
	if v.Remember <= 0 {
		v.Next.ServeHTTP(w, &verified)
		return
	}
	v.once(w, &verified, &s)
}

func (v *Verifier) read(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return body.Read(r.Body, r.ContentLength, cmp.Or(v.MaxBytes, cehttp.DefaultMaxBytes))
}

// once passes a message on to Next, unless it was handled before.
func (v *Verifier) once(w http.ResponseWriter, r *http.Request, s *signature) {
	var forget time.Time
	if tolerance := v.tolerance(); tolerance >= 0 {
		forget = s.time.Add(tolerance)
	}
	switch v.memory.begin(s.id, forget, v.Remember) {
	case idHandled:
		w.WriteHeader(http.StatusNoContent)
		return
	case idUnderWay:
		problem(w, http.StatusServiceUnavailable, "the same message is being handled")
		return
	case idNoRoom:
		problem(w, http.StatusServiceUnavailable, "too many messages are being handled")
		return
	case idTooLate:
		v.refuse(w, r, errTooOld)
		return
	}
	handled := false
	defer func() { v.memory.end(s.id, handled) }()
	rw := &responseEditor{ResponseWriter: w}
	v.Next.ServeHTTP(rw, r)
	handled = rw.status == 0 || rw.status >= 200 && rw.status <= 299
}

func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, p := cehttp.StatusCode(err), cehttp.ProblemOf(err)
	if errors.Is(err, ErrSignature) {
		status, p = http.StatusForbidden, cehttp.Problem{Type: typeInvalidSignature, Message: err.Error()}
	}
	eventlog.Default(v.Logger).LogAttrs(r.Context(), refusalLevel(status), "signature refused",
		slog.Int("status", status), eventlog.Error(err))
	cehttp.WriteProblem(w, status, 0, &p)
}

func (v *Verifier) tolerance() time.Duration { return cmp.Or(v.Tolerance, defaultTolerance) }

// signature is the header of a signed message.
type signature struct {
	id, timestamp, list string
	time                time.Time
}

// unsigned returns an error that wraps ErrSignature.
func unsigned(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrSignature}, args...)...)
}

var errTooOld = unsigned("webhook-timestamp is too old")

// readSignature checks everything that does not need the body.
func (v *Verifier) readSignature(h http.Header) (signature, error) {
	names := namesOf(v.HeaderPrefix)
	values, err := names.read(h)
	if err != nil {
		return signature{}, err
	}
	s := signature{id: values[nameID], timestamp: values[nameTimestamp], list: values[nameSignature]}
	if !isID(s.id) {
		return s, unsigned("%w", errID)
	}
	if s.time, err = parseTimestamp(s.timestamp); err != nil {
		return s, err
	}
	if tolerance := v.tolerance(); tolerance >= 0 {
		now := time.Now()
		if s.time.Before(now.Add(-tolerance)) {
			return s, errTooOld
		}
		if s.time.After(now.Add(tolerance)) {
			return s, unsigned("webhook-timestamp is in the future")
		}
	}
	if n := strings.Count(s.list, " "); n >= maxSignatures {
		return s, unsigned("there are %d signatures", n+1)
	}
	return s, v.vouches(&s, h)
}

// read returns the values of the headers of a signature, each of which must be there once,
// under any spelling of its name.
func (n *headerNames) read(h http.Header) (values [3]string, err error) {
	var count [3]int
	for key, all := range h {
		for i, name := range n {
			if len(all) > 0 && ascii.EqualFold(key, name) {
				values[i] = all[0]
				count[i] += len(all)
			}
		}
	}
	for i, name := range n {
		switch count[i] {
		case 1:
		case 0:
			return values, unsigned("%s is missing%s", strings.ToLower(name), n.hint(h))
		default:
			return values, unsigned("%s is there %d times", strings.ToLower(name), count[i])
		}
	}
	return values, nil
}

// hint says that a message has the headers of another convention, or nothing.
func (n *headerNames) hint(h http.Header) string {
	for _, prefix := range [...]string{DefaultHeaderPrefix, "svix-"} {
		if others := namesOf(prefix); others != *n {
			if len(h[others[nameID]]) > 0 {
				return "; " + prefix + "id is there: see HeaderPrefix"
			}
		}
	}
	return ""
}

const maxTimestamp = 253402300799 // the end of the year 9999

// parseTimestamp reads a UNIX time in seconds, without a sign or a leading zero.
func parseTimestamp(s string) (time.Time, error) {
	const milliseconds = len("1700000000000")
	switch {
	case !isDigits(s) || s[0] == '0':
		return time.Time{}, unsigned("webhook-timestamp is not a number of seconds")
	case len(s) == milliseconds:
		return time.Time{}, unsigned("webhook-timestamp is in milliseconds, and not in seconds")
	}
	seconds, err := strconv.ParseInt(s[:min(len(s), milliseconds)], 10, 64)
	if err != nil || seconds > maxTimestamp {
		return time.Time{}, unsigned("webhook-timestamp is not a number of seconds: it is after the year 9999")
	}
	return time.Unix(seconds, 0), nil
}

// vouches returns an error if attributes are in headers that the id is not a hash of. An
// id that has the form of such a hash is checked in every mode, so that a message of one
// mode cannot pass as one of another.
func (v *Verifier) vouches(s *signature, h http.Header) error {
	bound := strings.HasPrefix(s.id, boundPrefix)
	switch binary := isBinary(h); {
	case bound && (!binary || s.id != boundID(h)):
		return unsigned("webhook-id is not that of these ce- headers")
	case binary && !bound && !v.AllowUnsignedHeaders:
		return unsigned("ce- headers are not signed; send in structured mode")
	}
	return nil
}

// verify compares signatures.
func (v *Verifier) verify(s *signature, body []byte) error {
	valid := 0
	for _, secret := range v.Secrets {
		if secret.key == nil {
			continue
		}
		key := secret.key()
		mac := key.mac(s.id, s.timestamp)
		mac.Write(body)
		want := mac.signature()
		for text := range strings.SplitSeq(s.list, " ") {
			text, ok := strings.CutPrefix(text, signatureVersion)
			if !ok || len(text) != signatureLength {
				continue
			}
			var got [signatureLength]byte
			copy(got[:], text)
			valid |= subtle.ConstantTimeCompare(got[:], want)
		}
		key.pool.Put(mac)
	}
	if valid == 0 {
		return unsigned("no signature is of a known secret")
	}
	return nil
}

// idMemory is a bounded memory of webhook-ids. The zero value is ready to use.
type idMemory struct {
	mu      sync.Mutex
	ids     map[string]*knownID
	handled list.List // of *knownID, in the order in which they were handled
}

type knownID struct {
	id     string
	forget time.Time     // when the id need not be known any more; zero is never
	place  *list.Element // in handled; nil while the message is under way
}

// idStatus is what an idMemory knows of an id.
type idStatus int

const (
	idNew idStatus = iota
	idUnderWay
	idHandled
	idTooLate // its time ended while the body was read, so it may have been forgotten
	idNoRoom  // as many messages as may be known are under way
)

// begin returns what is known of an id. A new one is under way then. At most most ids are
// kept. To make room, those that were handled are forgotten, and never one that is under
// way.
func (m *idMemory) begin(id string, forget time.Time, most int) idStatus {
	now := time.Now()
	if !forget.IsZero() && now.After(forget) {
		return idTooLate
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for e := m.handled.Front(); e != nil && e.Value.(*knownID).over(now); e = m.handled.Front() {
		m.remove(e.Value.(*knownID))
	}
	if k := m.ids[id]; k != nil {
		switch {
		case k.place == nil:
			return idUnderWay
		case !k.over(now):
			if forget.IsZero() || forget.After(k.forget) {
				k.forget = forget
			}
			return idHandled
		}
		m.remove(k)
	}
	if len(m.ids) >= most {
		oldest := m.handled.Front()
		if oldest == nil {
			return idNoRoom
		}
		m.remove(oldest.Value.(*knownID))
	}
	if m.ids == nil {
		m.ids = map[string]*knownID{}
	}
	m.ids[id] = &knownID{id: id, forget: forget}
	return idNew
}

// end notes that an id is no longer under way. One that was not handled is forgotten, so
// that the message may be sent again.
func (m *idMemory) end(id string, handled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.ids[id]; handled {
		k.place = m.handled.PushBack(k)
	} else {
		m.remove(k)
	}
}

func (m *idMemory) remove(k *knownID) {
	delete(m.ids, k.id)
	if k.place != nil {
		m.handled.Remove(k.place)
	}
}

// over reports whether the id of a message that was handled need not be known any more.
func (k *knownID) over(now time.Time) bool { return !k.forget.IsZero() && now.After(k.forget) }
