package cecoderws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// link is a connection of a Sender.
type link struct {
	sender      *Sender
	conn        *websocket.Conn
	background  sync.WaitGroup
	unconfirmed bool // events were written since the last confirmation

	ended chan struct{} // closed when nothing more is read
	err   error         // why; set before
}

// read reads what the other end sends until the connection ends. Without it, no pong is seen.
func (l *link) read() {
	defer close(l.ended)
	d := cews.Decoder{Subprotocol: l.conn.Subprotocol(), Format: l.sender.Format}
	for {
		kind, payload, err := l.conn.Read(context.Background())
		if err != nil {
			l.err = err
			_ = l.conn.CloseNow() // ends a wait for a pong; the client itself does not after a reset
			switch websocket.CloseStatus(err) {
			case websocket.StatusNormalClosure, websocket.StatusGoingAway:
			case -1: // the connection has broken, or was closed at this end
			default:
				l.sender.logger().LogAttrs(context.Background(), slog.LevelWarn, "connection closed by the other end",
					slog.String("url", l.sender.target()), eventlog.Error(err))
			}
			return
		}
		if received := l.sender.Received; received != nil {
			m := FromMessage(kind, payload)
			e, err := d.ToCloudEvent(&m)
			if err != nil {
				received(nil, err)
				continue
			}
			received(&e, nil)
		}
	}
}

// ping keeps the connection while there is nothing to send.
func (l *link) ping(interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-l.ended:
			return
		case <-ticker.C:
			_ = l.conn.Ping(context.Background()) // until there is a pong or the connection ends
		}
	}
}

// encode returns the messages of n events. The error is a BatchError.
func (l *link) encode(n int, event func(int) *cloudevents.Event) ([]cews.Message, error) {
	encoder := cews.Encoder{Subprotocol: l.conn.Subprotocol(), Format: l.sender.Format}
	messages := make([]cews.Message, n)
	for i := range messages {
		m, err := encoder.ToMessage(event(i))
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: err}
		}
		messages[i] = m
	}
	return messages, nil
}

// write writes messages and, if asked, waits until the other end has read them.
func (l *link) write(ctx context.Context, messages []cews.Message, confirm bool) error {
	for i := range messages {
		kind, payload := ToMessage(&messages[i])
		if err := l.conn.Write(ctx, kind, payload); err != nil {
			return l.cause(ctx, err)
		}
		l.unconfirmed = true
	}
	if confirm {
		return l.confirm(ctx)
	}
	return nil
}

// confirm waits until the other end has read all that was written.
func (l *link) confirm(ctx context.Context) error {
	if err := l.conn.Ping(ctx); err != nil {
		return l.cause(ctx, err)
	}
	l.unconfirmed = false
	return nil
}

// reasonWait is how long the reason may still be on its way after a write has failed.
const reasonWait = time.Second

// cause returns why the connection has ended, if the other end has said so.
func (l *link) cause(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		if !errors.Is(err, ended) {
			err = fmt.Errorf("%w: %w", ended, err)
		}
		return err
	}
	timer := time.NewTimer(reasonWait)
	defer timer.Stop()
	select {
	case <-l.ended:
		if websocket.CloseStatus(l.err) != -1 {
			return l.err
		}
		return errors.Join(err, l.err)
	case <-timer.C:
		return err
	}
}
