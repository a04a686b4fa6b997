package cecoderws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/pause"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Receiver is an [http.Handler] that accepts connections and passes the events of each to
// a handler, one after the other in their order. Connections do not wait for each other.
// The reply of the handler is sent back on the connection.
//
//	receiver := &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	err := cehttp.ListenAndServe(ctx, ":8080", receiver)
//	err = receiver.Shutdown(within)
//
// If the handler asks for a retry, it is called again after a wait, and later events of
// the connection wait for it. If an event is refused or runs out of attempts, the
// connection is closed with one of the statuses in the package documentation. Events that
// the other end has sent after it are then lost, unless the other end sends them again,
// as a [Sender] does. [Receiver.DeadLetter] sets such an event aside instead, and the
// connection stays open.
//
// A Receiver must not be changed or copied after its first request.
type Receiver struct {
	// Delivery has the handler and the limits of its attempts.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict and reads JSON. Its Format
	// also encodes the replies. Its Subprotocol is ignored: each connection has its own.
	Decoder cews.Decoder

	// AcceptOptions are options of the client, such as the allowed origins of browsers.
	// nil is the client's defaults. If it has no Subprotocols, they are those of the
	// Format.
	AcceptOptions *websocket.AcceptOptions

	// MaxBytes limits the size of a message that is read. 0 is DefaultMaxBytes, -1 is no
	// limit. A larger message closes the connection with status 1009.
	MaxBytes int64

	// MaxConnections limits the connections of ServeHTTP. Further requests are answered
	// with 503. 0 is 1,000, -1 is no limit.
	MaxConnections int

	// IdleTimeout is the time after which a connection is closed if the other end sends
	// nothing, not even a pong. 0 is 5 min, -1 is no limit. The Receiver sends a ping
	// after 30 s, or after half of IdleTimeout if that is less; a client that is busy
	// with an event may not answer in time. IdleTimeout also limits the time to write a
	// reply.
	IdleTimeout time.Duration

	// DeadLetter is called for each message that is refused or runs out of attempts, with
	// the number of attempts, which is 0 for a message that holds no valid event. It may
	// keep m. If it returns nil, the connection stays open. Without DeadLetter, such a
	// message closes the connection.
	DeadLetter func(ctx context.Context, m *cews.Message, cause error, attempts int) error

	// Invalid says what happens to a message that holds no valid event. By default it
	// closes the connection.
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, m *cews.Message, err error)

	mu          sync.Mutex
	connections map[*connection]struct{}
	handshakes  int
	stopping    bool
	idle        chan struct{} // closed when nothing is left; made by Shutdown
}

const (
	defaultMaxConnections = 1000
	defaultIdleTimeout    = 5 * time.Minute
	maxPingInterval       = 30 * time.Second
	afterCancel           = time.Second // for handlers that obey their contexts
)

var (
	errNoSkipped       = errors.New("cecoderws: SkipInvalid needs the callback Skipped")
	errNeedsDeadLetter = errors.New("cecoderws: DeadLetterOnInvalid needs the callback DeadLetter")

	// ErrShutdown is the error of ServeConn after Shutdown.
	ErrShutdown = errors.New("cecoderws: the Receiver is shut down")

	// ErrIdle is wrapped by the error of ServeConn about a connection that was closed
	// after IdleTimeout.
	ErrIdle = errors.New("cecoderws: no sign of life")
)

// Validate returns an error if the settings do not allow events to be received, or nil.
// With such settings every request is answered with 500.
func (rc *Receiver) Validate() error {
	switch {
	case rc.Invalid == dispatch.SkipInvalid && rc.Skipped == nil:
		return errNoSkipped
	case rc.Invalid == dispatch.DeadLetterOnInvalid && rc.DeadLetter == nil:
		return errNeedsDeadLetter
	}
	if err := extension.Check(rc.Decoder.Extensions); err != nil {
		return fmt.Errorf("cecoderws: Decoder: %w", err)
	}
	return rc.Delivery.Validate()
}

// ServeHTTP accepts a connection and passes its events to the handler, until either end
// closes it. A connection that is not accepted, or does not end with a close frame, is
// logged at level Info.
func (rc *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if err := rc.Validate(); err != nil {
		rc.logger().LogAttrs(ctx, slog.LevelError, "connection refused", eventlog.Error(err))
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	if !rc.reserve() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many connections, or shutting down", http.StatusServiceUnavailable)
		return
	}
	conn, err := Accept(w, r, rc.Decoder.Format, rc.AcceptOptions)
	if err != nil {
		rc.release()
		rc.logger().LogAttrs(ctx, slog.LevelInfo, "connection refused", slog.String("remote", r.RemoteAddr), eventlog.Error(err))
		return
	}
	c := rc.connection(conn)
	rc.release()
	err = c.serve(context.WithValue(ctx, requestKey{}, r), r.RemoteAddr)
	var undeliverable *dispatch.UndeliverableError
	if err != nil && !errors.As(err, &undeliverable) { // which is in the log
		rc.logger().LogAttrs(ctx, slog.LevelInfo, "connection ended", slog.String("remote", r.RemoteAddr), eventlog.Error(err))
	}
}

// ServeConn passes the events of a connection to the handler, until either end closes it.
// It is for clients that receive events on a connection opened by [Dial]. MaxConnections
// does not apply. When ctx ends, the running handler finishes, and the connection is
// closed.
//
// ServeConn returns nil if ctx has ended, or if the other end has closed the connection
// with status 1000 or 1001; to receive more events, dial again. Otherwise the error is
// that of [Receiver.Validate], [ErrShutdown], a [*dispatch.UndeliverableError] for a
// message that could be neither handled nor set aside, a [*dispatch.UnfinishedError] if
// ctx ended before the last attempt at an event, an error that wraps [ErrIdle], or one of
// the client.
func (rc *Receiver) ServeConn(ctx context.Context, conn *websocket.Conn) error {
	if err := rc.Validate(); err != nil {
		return err
	}
	return rc.connection(conn).serve(ctx, "the server")
}

// reserve counts a handshake, if there is room for one more connection.
func (rc *Receiver) reserve() bool {
	most := limit.Of(rc.MaxConnections, defaultMaxConnections)
	rc.mu.Lock()
	defer rc.mu.Unlock()
	if rc.stopping || len(rc.connections)+rc.handshakes >= most {
		return false
	}
	rc.handshakes++
	return true
}

// release ends a handshake.
func (rc *Receiver) release() {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	rc.handshakes--
	rc.signal()
}

// connection counts a connection. If the Receiver is shut down, it is stopped already.
func (rc *Receiver) connection(conn *websocket.Conn) *connection {
	c := newConnection(rc, conn)
	rc.mu.Lock()
	defer rc.mu.Unlock()
	if rc.connections == nil {
		rc.connections = map[*connection]struct{}{}
	}
	rc.connections[c] = struct{}{}
	if rc.stopping {
		c.stop()
	}
	return c
}

// ended ends the count of a connection.
func (rc *Receiver) ended(c *connection) {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	delete(rc.connections, c)
	rc.signal()
}

// signal ends the wait of Shutdown if nothing is left. The caller holds mu.
func (rc *Receiver) signal() {
	if rc.stopping && len(rc.connections) == 0 && rc.handshakes == 0 && !pause.IsClosed(rc.idle) {
		close(rc.idle)
	}
}

// Shutdown accepts no more connections, reads no more events, and closes each connection
// with status 1001 once its handler has finished. If ctx ends first, the contexts of the
// handlers end, and they have one more second. Shutdown returns nil if all handlers have
// finished, and otherwise a [*dispatch.UnfinishedError]. Shut down the server first; it
// does not wait for these connections.
func (rc *Receiver) Shutdown(ctx context.Context) error {
	rc.mu.Lock()
	if rc.idle == nil {
		rc.idle = make(chan struct{})
	}
	rc.stopping = true
	for c := range rc.connections {
		c.stop()
	}
	rc.signal()
	rc.mu.Unlock()
	select {
	case <-rc.idle:
		return nil
	case <-ctx.Done():
	}
	rc.each((*connection).cancelHandler)
	timer := time.NewTimer(afterCancel)
	defer timer.Stop()
	select {
	case <-rc.idle:
		return nil
	case <-timer.C:
	}
	left := 0
	rc.each(func(c *connection) {
		if c.isHandling() {
			left++
		}
	})
	if left == 0 { // others still wait for the close frames of their clients
		return nil
	}
	return &dispatch.UnfinishedError{Events: left}
}

func (rc *Receiver) each(f func(*connection)) {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	for c := range rc.connections {
		f(c)
	}
}

func (rc *Receiver) maxBytes() int64 {
	if rc.MaxBytes == 0 {
		return DefaultMaxBytes
	}
	return rc.MaxBytes
}

// idleTimeout is negative if there is none.
func (rc *Receiver) idleTimeout() time.Duration {
	if rc.IdleTimeout == 0 {
		return defaultIdleTimeout
	}
	return rc.IdleTimeout
}

func (rc *Receiver) logger() *slog.Logger { return eventlog.Default(rc.Delivery.Logger) }

type (
	requestKey struct{}
	connKey    struct{}
)

// ConnFrom returns the connection that carried the event. ctx is the context that a
// [Receiver] passes to the handler; for any other, ConnFrom reports false. The handler
// may call its method Write, but neither Read nor Close.
func ConnFrom(ctx context.Context) (*websocket.Conn, bool) {
	conn, ok := ctx.Value(connKey{}).(*websocket.Conn)
	return conn, ok
}

// RequestFrom returns the request that opened the connection, with its URL and headers.
// ctx is the context that a [Receiver] passes to the handler; for any other, and with
// [Receiver.ServeConn], RequestFrom reports false. The body of the request must not be
// read.
func RequestFrom(ctx context.Context) (*http.Request, bool) {
	r, ok := ctx.Value(requestKey{}).(*http.Request)
	return r, ok
}

func undeliverable(remote string, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: fmt.Sprintf("message on the connection of %s", remote), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}
