package cehttp

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// patientListener gives the clients of its connections a minute for each 64 KiB of what is
// written, instead of a deadline for a whole response: slow readers finish, stalled ones
// are disconnected. That is done here, below all protocols, so that nothing that net/http
// writes can wait forever.
type patientListener struct{ net.Listener }

func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: c}, nil
}

type patientConn struct {
	net.Conn

	mu    sync.Mutex
	until time.Time // the deadline for writing that somebody else has set, or zero
}

func (c *patientConn) Write(b []byte) (written int, err error) {
	for {
		if err := c.extend(); err != nil {
			return written, err
		}
		n, err := c.Conn.Write(b[written:min(written+writePiece, len(b))])
		written += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			// HTTP/2 would keep the connection, and wait for the next frame.
			c.Conn.Close()
		}
		if err != nil || written == len(b) {
			return written, err
		}
	}
}

// extend sets the deadline for the next piece.
func (c *patientConn) extend() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := time.Now().Add(writeTimeout)
	if !c.until.IsZero() && c.until.Before(t) {
		t = c.until
	}
	return c.Conn.SetWriteDeadline(t)
}

func (c *patientConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetWriteDeadline sets a deadline that may be earlier than that of the connection, but
// not later.
func (c *patientConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	unchanged := t.Equal(c.until)
	c.until = t
	c.mu.Unlock()
	if unchanged {
		return nil // most often there is none, and none is set
	}
	return c.extend()
}

// CloseWrite is there for net/http, which does not close a connection at once if the
// client may still be writing.
func (c *patientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// NetConn returns the connection of the listener, for handlers that hijack it.
func (c *patientConn) NetConn() net.Conn { return c.Conn }

// patient is the handler around that of a Server.
//
// It removes the deadline for reading as soon as a request has been read. net/http reads on
// while a handler works, to detect that the client disconnects, and would take the deadline
// for that.
type patient struct{ http.Handler }

func (h patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	p := &patientWriter{ResponseWriter: w, control: control}
	switch {
	case r.ProtoMajor != 1:
		p.streams = true
	case r.Body == http.NoBody:
		liftReadDeadline(control)
	default:
		p.body = &untimedBody{ReadCloser: r.Body, control: control}
		copied := *r // net/http looks at the body of the original
		copied.Body = p.body
		r = &copied
	}
	p.deadline(time.Time{}) // remove that of the previous handler on the connection
	h.Handler.ServeHTTP(p, r)
	if p.body != nil {
		p.linger()
	}
}

type untimedBody struct {
	io.ReadCloser
	control *http.ResponseController
	read    atomic.Bool // to the end; another goroutine may read the body
	failed  atomic.Bool
}

func (b *untimedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case err == nil:
	case err != io.EOF:
		b.failed.Store(true)
	case !b.read.Swap(true):
		liftReadDeadline(b.control)
	}
	return n, err
}

func liftReadDeadline(c *http.ResponseController) { readDeadline(c, time.Time{}) }

func readDeadline(c *http.ResponseController, t time.Time) {
	// The server of Serve supports it. Another server has no deadline of ours.
	_ = c.SetReadDeadline(t)
}

// patientWriter is a response of a Server.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	body    *untimedBody // nil if there is none, or in HTTP/2

	// In HTTP/2 a client may read from the connection, and still not allow the stream to
	// go on. Each piece of a stream has a deadline too.
	streams bool
}

func (w *patientWriter) WriteHeader(status int) {
	if answer.IsError(status) && w.body != nil && !w.body.read.Load() {
		w.Header().Set("Connection", "close") // or net/http waits for the rest of the body
	}
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

// linger is called when the handler has returned. net/http reads up to 256 KiB of a body that
// the handler did not read, so that the client comes to read the answer, and a client that
// stalls would keep the connection and a shutdown for as long as it may take to send a body.
func (w *patientWriter) linger() {
	if w.body.read.Load() || w.body.failed.Load() {
		return
	}
	if _, err := w.ResponseWriter.Write(nil); errors.Is(err, http.ErrHijacked) {
		return // the connection is the handler's
	}
	readDeadline(w.control, time.Now().Add(lingerTime))
}

func (w *patientWriter) Write(b []byte) (written int, err error) {
	if !w.streams {
		return w.ResponseWriter.Write(b)
	}
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

func (w *patientWriter) extend() {
	if w.streams {
		w.deadline(time.Now().Add(writeTimeout))
	}
}

func (w *patientWriter) deadline(t time.Time) {
	// The server of Serve supports it. Another server has no deadline of ours.
	_ = w.control.SetWriteDeadline(t)
}
