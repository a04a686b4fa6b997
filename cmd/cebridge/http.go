package main

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// httpTarget sends events by POST.
type httpTarget struct {
	senders map[layout]*cehttp.Sender
	client  *http.Client
}

func newHTTPTarget(b *bridge, s secret) *httpTarget {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = maxAnswerHeader
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: silence, PingTimeout: silence, WriteByteTimeout: silence}
	transport.MaxIdleConnsPerHost = max(b.settings.concurrency, defaultRequests)
	t := &httpTarget{client: &http.Client{Transport: transport}}
	t.senders = eachLayout(func(m cloudevents.Mode, f format.Formatter) *cehttp.Sender {
		return &cehttp.Sender{
			Target: b.settings.target.url, Mode: m, Format: f, Header: s.header(), Timeout: b.settings.timeout, Client: t.client,
			Retry: cehttp.Retry{Attempts: 1}, Logger: b.logger, // the source waits and asks again
			Observer: cehttp.SendObserver{SendObserver: b.telemetry.sending},
		}
	})
	return t
}

func (t *httpTarget) send(ctx context.Context, e *cloudevents.Event, l layout) error {
	return t.senders[l].Send(ctx, e)
}

func (t *httpTarget) close() { t.client.CloseIdleConnections() }

// silence is how long a connection of HTTP/2 may bring nothing, and then not answer a question.
// It is closed then: events that time out would be sent on it again and again.
const silence = 15 * time.Second

// maxAnswerHeader limits the header of an answer of the target, in bytes.
const maxAnswerHeader = 1 << 20

// defaultRequests is the number of requests that are under way at the same time. With those
// above it, bodies that wait for the target would fill the memory.
const defaultRequests = 64

// httpSource receives events by POST.
type httpSource struct {
	door     *door
	receiver http.Handler
	room     *room
}

func newHTTPSource(b *bridge, s secret) (*httpSource, error) {
	d, err := newDoor(b, s)
	if err != nil {
		return nil, err
	}
	n := b.settings.concurrency
	if n == 0 {
		n = defaultRequests
	}
	delivery := b.delivery()
	return &httpSource{door: d, room: newRoom(n), receiver: b.telemetry.fromRequest(&cehttp.Receiver{
		Decoder: cehttp.Decoder{Format: all.Formats()},
		Handler: dispatch.Timeout(b.settings.timeout)(delivery.Handler), Logger: b.logger, Observer: cehttp.Observer{Observer: delivery.Observer},
	})}, nil
}

func (s *httpSource) run(ctx context.Context) error { return s.door.serve(ctx, s) }

// ServeHTTP reads the body of a request only if there is a place for it.
func (s *httpSource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u, ok := s.room.take(w, r)
	if !ok {
		cehttp.WriteProblem(w, http.StatusServiceUnavailable, time.Second, &cehttp.Problem{
			Message: "too many events are under way", Type: "overloaded", Retryable: true,
		})
		return
	}
	defer u.leave()
	defer context.AfterFunc(r.Context(), u.cutOff)() // the time of grace is over, or the sender has gone
	r = r.WithContext(withLayout(r.Context(), layoutOf(cehttp.ModeOf(r.Header), r.Header.Get("Content-Type"))))
	if r.Body != http.NoBody {
		r.Body = u
	}
	s.receiver.ServeHTTP(w, r)
}

// door lets requests in that have the path and the secret of the source.
type door struct {
	listener net.Listener
	path     string
	secret   secret
	grace    time.Duration
	logger   *slog.Logger
}

func newDoor(b *bridge, s secret) (*door, error) {
	l, err := net.Listen("tcp", b.settings.source.host)
	if err != nil {
		return nil, err
	}
	return &door{l, "/" + b.settings.source.path, s, b.settings.grace, b.logger}, nil
}

// serve serves requests until ctx ends, and those that are under way then for the time of grace.
func (d *door) serve(ctx context.Context, h http.Handler) error {
	working, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(d.grace, cancel) })()
	server := cehttp.Server{Logger: d.logger, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/health" && r.Method == http.MethodGet:
			if r.Body != http.NoBody {
				w.Header().Set("Connection", "close") // or net/http waits for a body that may never come
			}
			serveHealth(w, r)
		case r.URL.Path != d.path:
			d.refuse(w, http.StatusNotFound, &cehttp.Problem{Message: "events are taken at another path", Type: "not_found"})
		case !d.admits(r):
			w.Header().Set("WWW-Authenticate", d.secret.challenge())
			d.refuse(w, http.StatusUnauthorized, &cehttp.Problem{Message: "Authorization is absent or wrong", Type: "unauthorized"})
		default:
			ctx, end := context.WithCancel(r.Context())
			defer end()
			defer context.AfterFunc(working, end)()
			h.ServeHTTP(w, r.WithContext(ctx))
		}
	})}
	return server.Serve(ctx, d.listener)
}

// refuse answers a request that is not let in. Its path is not logged: it may be a secret.
func (d *door) refuse(w http.ResponseWriter, status int, p *cehttp.Problem) {
	d.logger.Info("request refused", "status", status, "error", p.Message)
	cehttp.WriteProblem(w, status, 0, p)
}

// admits reports whether a request has the secret of the source, if there is one.
func (d *door) admits(r *http.Request) bool {
	same := func(got, want string) bool { return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1 }
	if d.secret.token != "" {
		return same(r.Header.Get("Authorization"), "Bearer "+d.secret.token)
	}
	if d.secret.user != "" {
		user, password, _ := r.BasicAuth()
		return same(user, d.secret.user) && same(password, d.secret.password)
	}
	return true
}
