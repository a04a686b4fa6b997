package cehttp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The settings of the server of Serve.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	drainTime         = 25 * time.Second // less than the 30 s after which most orchestrators kill
	writeTimeout      = time.Minute      // for a piece of an answer
	writePiece        = 64 << 10
)

// ListenAndServe serves HTTP/1.1 and HTTP/2 without TLS at a TCP address until ctx ends. It
// then accepts no new connections, waits up to 25 seconds for the requests in progress, and
// returns nil. If some are not answered by then it closes their connections and returns an
// error. If it cannot listen it returns an error at once.
//
// A request has 10 seconds for its header, which may have 64 KiB, and a minute until its
// body is read. The handler has no time limit. A client has a minute to read each 64 KiB of
// an answer. An idle connection is closed after 2 minutes. Contexts of requests have the
// values of ctx, but do not end with it. A nil handler is [http.DefaultServeMux]. For
// other settings use an [http.Server].
//
// Shut down a [dispatch.Background] afterwards:
//
//	err := cehttp.ListenAndServe(ctx, ":8080", &cehttp.Routes{Receiver: receiver, Background: background})
//	unfinished, lost := background.Shutdown(within)
func ListenAndServe(ctx context.Context, addr string, h http.Handler) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return Serve(ctx, l, h)
}

// Serve is [ListenAndServe] for a listener, which it closes.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	base := context.WithValue(context.WithoutCancel(ctx), serverKey{}, ctx)
	if h == nil {
		h = http.DefaultServeMux
	}
	s := &http.Server{
		Handler:           untimed{h},
		Protocols:         &protocols,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(base, drainTime)
	defer cancel()
	err := s.Shutdown(within)
	if err != nil {
		err = fmt.Errorf("requests were not answered within %v of the shutdown: %w", drainTime, err)
		s.Close()
	}
	<-served
	return err
}

// serverKey is the key of the context whose end shuts the server down.
type serverKey struct{}

// serverDraining reports whether the server of a request is shutting down.
func serverDraining(ctx context.Context) bool {
	server, ok := ctx.Value(serverKey{}).(context.Context)
	return ok && server.Err() != nil
}

// untimed removes the deadline for reading as soon as a request has been read. net/http
// reads on while a handler works, to detect that the client disconnects, and would take
// the deadline for that.
type untimed struct{ http.Handler }

func (h untimed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 {
		if r.Body == http.NoBody {
			liftReadDeadline(w)
		} else {
			copied := *r // net/http looks at the body of the original
			copied.Body = &untimedBody{r.Body, w}
			r = &copied
		}
	}
	h.Handler.ServeHTTP(newPatientWriter(w), r)
}

type untimedBody struct {
	io.ReadCloser
	w http.ResponseWriter
}

func (b *untimedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF && b.w != nil {
		liftReadDeadline(b.w)
		b.w = nil
	}
	return n, err
}

func liftReadDeadline(w http.ResponseWriter) {
	// The server of Serve supports it. Another server has no deadline of ours.
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

// patientWriter gives the client a minute for each 64 KiB instead of a deadline for the
// whole response: slow readers finish, stalled ones are disconnected.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newPatientWriter(w http.ResponseWriter) *patientWriter {
	p := &patientWriter{w, http.NewResponseController(w)}
	p.deadline(time.Time{}) // remove that of the previous request on the connection
	return p
}

func (w *patientWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *patientWriter) Write(b []byte) (int, error) {
	written := 0
	for {
		w.extend()
		n, err := w.ResponseWriter.Write(b[written:min(written+writePiece, len(b))])
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
	}
}

// Flush is there for handlers that look for an http.Flusher.
func (w *patientWriter) Flush() { _ = w.FlushError() }

func (w *patientWriter) FlushError() error {
	w.extend()
	return w.control.Flush()
}

// Unwrap is there for http.ResponseController.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *patientWriter) extend() { w.deadline(time.Now().Add(writeTimeout)) }

func (w *patientWriter) deadline(t time.Time) {
	// The server of Serve supports it. Another server has no deadline of ours.
	_ = w.control.SetWriteDeadline(t)
}
