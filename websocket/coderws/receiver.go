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
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Receiver is an [http.Handler] that accepts connections, and hands the events of each to a
// handler: one after the other, in their order. Connections do not wait for each other. A
// reply of the handler is sent back on the connection.
//
//	receiver := &cecoderws.Receiver{Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	err := cehttp.ListenAndServe(ctx, ":8080", receiver)
//	err = receiver.Shutdown(within)
//
// A handler that asks for a retry is called again after a wait, and the events behind
// wait, too. If an event is refused or its attempts are used up, the connection is closed
// with a status that says so; the package documentation lists them. Events that the other
// end has sent behind it are lost then, unless that sends them again, as a [Sender] does.
// [Receiver.DeadLetter] sets the event aside instead, and the connection goes on.
//
// A Receiver must not be changed or copied after its first request.
type Receiver struct {
	// Delivery has the handler, and says how often and after which waits it is tried.
	Delivery dispatch.Delivery

	// Decoder decodes the events, and its Format also encodes replies. The zero value is
	// strict, and takes JSON. Its Subprotocol is that of the connection.
	Decoder cews.Decoder

	// AcceptOptions are the options of the client, such as the origins of browsers. nil are
	// the defaults. The default of its Subprotocols are those of the Format.
	AcceptOptions *websocket.AcceptOptions

	// MaxBytes limits the size of a message. 0 is DefaultMaxBytes, -1 is no limit. A larger
	// one ends the connection with status 1009.
	MaxBytes int64

	// MaxConnections limits the connections. Further ones are answered with 503. 0 is 1,000,
	// -1 is no limit.
	MaxConnections int

	// IdleTimeout is the time without a sign of life of the other end, while the Receiver
	// waits for one, after which a connection is closed. 0 is 5 min, -1 is no limit. The other
	// end is pinged after 30 s, or half of IdleTimeout if that is less; one that handles an
	// event in that time may not answer. A reply that is not taken for so long ends a
	// connection, too.
	IdleTimeout time.Duration

	// DeadLetter is called for each message that is refused, or whose attempts are used up.
	// attempts is 0 for a message without a valid event. If it returns nil the connection goes
	// on. It may keep m. nil is no dead letter: the connection is closed.
	DeadLetter func(ctx context.Context, m *cews.Message, cause error, attempts int) error

	// Invalid says what to do with a message in which there is no valid event. The default
	// closes the connection.
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each message that SkipInvalid skips. It must be set then.
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
	errNoSkipped    = errors.New("cecoderws: SkipInvalid needs the callback Skipped")
	errNoDeadLetter = errors.New("cecoderws: DeadLetterOnInvalid needs DeadLetter")

	// ErrShutdown is returned by ServeConn after Shutdown.
	ErrShutdown = errors.New("cecoderws: the Receiver is shut down")

	// ErrIdle is wrapped by the error about a connection whose other end has shown no sign of
	// life for IdleTimeout.
	ErrIdle = errors.New("cecoderws: no sign of life")
)

// Validate reports settings with which nothing can be received. Until they are mended, each
// request is answered with 500.
func (rc *Receiver) Validate() error {
	switch {
	case rc.Invalid == dispatch.SkipInvalid && rc.Skipped == nil:
		return errNoSkipped
	case rc.Invalid == dispatch.DeadLetterOnInvalid && rc.DeadLetter == nil:
		return errNoDeadLetter
	}
	if err := extension.Check(rc.Decoder.Extensions); err != nil {
		return fmt.Errorf("cecoderws: Decoder: %w", err)
	}
	return rc.Delivery.Validate()
}

// ServeHTTP accepts a connection and hands its events to the handler, until either end closes
// it. A connection that could not be accepted, or that has ended in another way than by a close
// frame, is a log record of the level Info.
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

// ServeConn hands the events of a connection to the handler, until either end closes it. It is
// for clients that receive events, on a connection that [Dial] has opened. MaxConnections does not
// count here. When ctx ends, the handler under way finishes, and the connection is closed.
//
// It returns nil after ctx has ended, or after the other end has closed the connection with
// status 1000 or 1001; a client that wants more events dials again. Other errors are that of
// [Receiver.Validate], [ErrShutdown], a [*dispatch.UndeliverableError] about a message that can
// neither be handled nor set aside, a [*dispatch.UnfinishedError] about one for which more attempts
// were due when ctx ended, one that wraps [ErrIdle], and those of the client.
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
	if rc.stopping && len(rc.connections) == 0 && rc.handshakes == 0 {
		select {
		case <-rc.idle:
		default:
			close(rc.idle)
		}
	}
}

// Shutdown accepts no more connections, reads no more events, and closes each connection with
// status 1001 once its handler has finished. When ctx ends first, the contexts of the handlers
// end, and they have one more second. Shutdown returns nil if all have finished, and else a
// [*dispatch.UnfinishedError]. Shut the server down before: it does not wait for connections.
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

// ConnFrom returns the connection on which the event of a handler came. ctx is the context that a
// [Receiver] calls the handler with. Its method Write may be called; Read and Close are the
// Receiver's.
func ConnFrom(ctx context.Context) (*websocket.Conn, bool) {
	conn, ok := ctx.Value(connKey{}).(*websocket.Conn)
	return conn, ok
}

// RequestFrom returns the request that has opened the connection on which the event of a handler
// came, with its URL and headers. There is none in [Receiver.ServeConn]. Its body must not be
// read.
func RequestFrom(ctx context.Context) (*http.Request, bool) {
	r, ok := ctx.Value(requestKey{}).(*http.Request)
	return r, ok
}

func undeliverable(remote string, attempts int, err, deadLetter error) error {
	return &dispatch.UndeliverableError{Place: fmt.Sprintf("message on the connection of %s", remote), Attempts: attempts, Err: err, DeadLetter: deadLetter}
}
