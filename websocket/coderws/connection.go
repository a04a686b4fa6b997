package cecoderws

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// connection is a connection of a Receiver. It reads and handles on one goroutine, so that
// the answer to a ping says that all events before it were handled.
type connection struct {
	receiver   *Receiver
	conn       *websocket.Conn
	decoder    cews.Decoder
	remote     string
	ctx        context.Context // of the handler; serve sets it
	quit       chan struct{}   // closed by stop
	background sync.WaitGroup  // of goroutines that ping or close

	mu       sync.Mutex
	cancel   context.CancelFunc // of ctx
	reading  bool
	handling bool
	stopped  bool
	idle     bool // closed because of IdleTimeout
	reads    int
	since    time.Time   // the beginning of the read
	timer    *time.Timer // pings; nil if there is no IdleTimeout
	armed    bool        // the timer, which is not set for each read: that is slow
}

func newConnection(rc *Receiver, conn *websocket.Conn) *connection {
	c := &connection{receiver: rc, conn: conn, decoder: rc.Decoder, quit: make(chan struct{})}
	c.decoder.Subprotocol = conn.Subprotocol()
	return c
}

// closing is how a connection is closed because of what was read from it.
type closing struct {
	status websocket.StatusCode
	reason string
	err    error // of serve
}

// serve handles the events of the connection, and closes it.
func (c *connection) serve(ctx context.Context, remote string) error {
	c.remote = remote
	handling, cancel := context.WithCancel(context.WithValue(context.WithoutCancel(ctx), connKey{}, c.conn))
	c.ctx = handling
	c.mu.Lock()
	c.cancel = cancel
	c.mu.Unlock()
	detach := context.AfterFunc(ctx, c.stop)
	defer func() {
		detach()
		cancel()
		if c.timer != nil {
			c.timer.Stop()
		}
		_ = c.conn.CloseNow() // if a callback has panicked
		c.background.Wait()
		c.receiver.ended(c)
	}()
	c.conn.SetReadLimit(c.receiver.maxBytes())
	if idle := c.receiver.idleTimeout(); idle > 0 {
		c.timer = time.AfterFunc(time.Hour, c.ping)
		c.timer.Stop()
	}
	for c.beginRead() {
		kind, payload, err := c.conn.Read(context.Background())
		idle := c.endRead()
		switch {
		case err == nil:
		case idle:
			return fmt.Errorf("%w for %v", ErrIdle, c.receiver.idleTimeout())
		case c.isStopped():
			return c.stopError()
		default:
			_ = c.conn.CloseNow()
			if status := websocket.CloseStatus(err); status == websocket.StatusNormalClosure || status == websocket.StatusGoingAway {
				return nil
			}
			return fmt.Errorf("cecoderws: %w", err)
		}
		m := FromMessage(kind, payload)
		end := c.handle(&m)
		c.setHandling(false)
		if end != nil {
			_ = c.conn.Close(end.status, reason(end.reason))
			return end.err
		}
	}
	_ = c.conn.Close(websocket.StatusGoingAway, goingAway)
	return c.stopError()
}

const goingAway = "going away"

func (c *connection) stopError() error {
	c.receiver.mu.Lock()
	defer c.receiver.mu.Unlock()
	if c.receiver.stopping {
		return ErrShutdown
	}
	return nil
}

// cancelHandler ends the context of the handler.
func (c *connection) cancelHandler() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
	}
}

// stop lets the handler under way finish, and reads no more.
func (c *connection) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return
	}
	c.stopped = true
	close(c.quit)
	if c.reading {
		c.background.Go(func() { _ = c.conn.Close(websocket.StatusGoingAway, goingAway) })
	}
}

func (c *connection) isStopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

func (c *connection) isHandling() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.handling
}

func (c *connection) setHandling(handling bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handling = handling
}

// beginRead reports whether to read.
func (c *connection) beginRead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	c.reading = true
	if c.timer != nil {
		c.since = time.Now()
		c.arm(c.interval())
	}
	return true
}

// endRead reports whether the connection was closed because nothing came.
func (c *connection) endRead() (idle bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading, c.handling = false, true
	c.reads++
	return c.idle
}

// arm sets the timer. The caller holds mu.
func (c *connection) arm(wait time.Duration) {
	if !c.armed {
		c.armed = true
		c.timer.Reset(wait)
	}
}

// interval is the time after which the other end is pinged.
func (c *connection) interval() time.Duration {
	return min(c.receiver.idleTimeout()/2, maxPingInterval)
}

// ping looks for a sign of life after nothing was read for a while, and closes the connection
// if there is none.
func (c *connection) ping() {
	c.mu.Lock()
	c.armed = false
	if !c.reading { // the next read sets the timer
		c.mu.Unlock()
		return
	}
	if left := c.interval() - time.Since(c.since); left > 0 {
		c.arm(left)
		c.mu.Unlock()
		return
	}
	reads := c.reads
	c.background.Add(1)
	c.mu.Unlock()
	defer c.background.Done()
	ctx, cancel := context.WithTimeout(context.Background(), c.receiver.idleTimeout()-c.interval())
	defer cancel()
	err := c.conn.Ping(ctx)
	c.mu.Lock()
	if !c.reading || c.reads != reads || c.stopped { // there was a sign of life, or it matters no more
		c.mu.Unlock()
		return
	}
	if err == nil {
		c.arm(c.interval())
		c.mu.Unlock()
		return
	}
	c.idle = true
	c.mu.Unlock()
	_ = c.conn.Close(websocket.StatusGoingAway, "no sign of life")
}

// handle handles one message. It returns nil if the connection stays open.
func (c *connection) handle(m *cews.Message) *closing {
	e, err := c.decoder.ToCloudEvent(m)
	if err != nil {
		return c.invalid(m, err)
	}
	out := c.receiver.Delivery.Deliver(c.ctx, c.quit, &e)
	switch {
	case out.Interrupted:
		return &closing{websocket.StatusGoingAway, goingAway, &dispatch.UnfinishedError{Events: 1}}
	case out.Verdict.Failed():
		return c.failed(m, &out)
	case out.Reply != nil:
		return c.reply(out.Reply, out.Attempts)
	}
	return nil
}

// failed handles an event that was refused or has run out of attempts.
func (c *connection) failed(m *cews.Message, out *dispatch.Delivered) *closing {
	var unwritten error
	if c.receiver.DeadLetter != nil {
		if unwritten = c.receiver.DeadLetter(c.ctx, m, out.Err, out.Attempts); unwritten == nil {
			c.setAside(out.Attempts, out.Err)
			return nil
		}
	}
	end := &closing{err: undeliverable(c.remote, out.Attempts, out.Err, unwritten)}
	switch {
	case out.Verdict == dispatch.VerdictRefused && unwritten == nil:
		end.status, end.reason = websocket.StatusPolicyViolation, "event refused"
	case out.Status == 503 || out.Status == 429:
		end.status, end.reason = websocket.StatusTryAgainLater, "event not handled"
	default:
		end.status, end.reason = websocket.StatusInternalError, "event not handled"
	}
	if out.Message != "" { // the text of Err is not for strangers
		end.reason += ": " + out.Message
	}
	return end
}

// setAside logs a message that the callback DeadLetter has taken.
func (c *connection) setAside(attempts int, cause error) {
	c.receiver.Delivery.DeadLetter(c.ctx, "connection from "+c.remote, "callback DeadLetter", attempts, cause)
}

// invalid handles a message that holds no valid event as Invalid says.
func (c *connection) invalid(m *cews.Message, err error) *closing {
	rc := c.receiver
	rc.Delivery.Invalid(c.ctx, err, slog.String("remote", c.remote))
	switch rc.Invalid {
	case dispatch.SkipInvalid:
		rc.Skipped(c.ctx, m, err)
		return nil
	case dispatch.DeadLetterOnInvalid:
		failed := rc.DeadLetter(c.ctx, m, err, 0)
		if failed == nil {
			c.setAside(0, err)
			return nil
		}
		return &closing{websocket.StatusInternalError, "message not set aside", undeliverable(c.remote, 0, err, failed)}
	}
	return &closing{websocket.StatusCode(cews.StatusCode(err)), err.Error(), undeliverable(c.remote, 0, err, nil)}
}

// reply sends an event back.
func (c *connection) reply(e *cloudevents.Event, attempts int) *closing {
	encoder := cews.Encoder{Subprotocol: c.decoder.Subprotocol, Format: c.decoder.Format}
	m, err := encoder.ToMessage(e)
	if err != nil {
		err = fmt.Errorf("the reply cannot be sent: %w", err)
		c.receiver.logger().LogAttrs(c.ctx, slog.LevelError, "reply not sent", slog.String("remote", c.remote), eventlog.Error(err))
		return &closing{websocket.StatusInternalError, "the reply is not valid", undeliverable(c.remote, attempts, err, nil)}
	}
	ctx, cancel := context.Background(), context.CancelFunc(func() {})
	if idle := c.receiver.idleTimeout(); idle > 0 {
		ctx, cancel = context.WithTimeout(ctx, idle)
	}
	defer cancel()
	kind, payload := ToMessage(&m)
	_ = c.conn.Write(ctx, kind, payload) // the next read has the error
	return nil
}
