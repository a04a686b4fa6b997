// Package lanes has what the consumers for MQTT 5 and MQTT 3.1.1 share: messages that wait
// for a handler, in lanes, each of which keeps the order.
package lanes

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/grace"
)

// defaultLimit is the limit of Init that 0 stands for.
const defaultLimit = 1024

// Queue has the messages that wait for the handler of a consumer. The messages of a topic
// are all in one lane.
type Queue[M any] struct {
	lanes []lane[M]
	seed  maphash.Seed
	limit int
	idle  chan struct{} // closed when all lanes have ended; made by Run

	mu      sync.Mutex
	begun   bool
	closed  bool
	unsure  int // messages of QoS 0 that wait
	running int // handlers
	lost    bool
}

// lane is a queue of messages that are handled one after the other.
type lane[M any] struct {
	queue []item[M]     // mu of the Queue guards it
	wake  chan struct{} // has room for one
}

// item is a message that waits.
type item[M any] struct {
	message M
	qos     byte
	held    bool // its connection is lost, and the next one decides
}

// Init makes the lanes: 1 for less. limit is how many messages of QoS 0 may wait; 0 is 1024.
func (q *Queue[M]) Init(lanes, limit int) {
	if limit <= 0 {
		limit = defaultLimit
	}
	q.lanes, q.seed, q.limit = make([]lane[M], max(lanes, 1)), maphash.MakeSeed(), limit
	for i := range q.lanes {
		q.lanes[i].wake = make(chan struct{}, 1)
	}
}

// Add puts a message behind the others of its topic. It does not wait. It reports false for
// a message of QoS 0 if too many wait.
func (q *Queue[M]) Add(topic string, qos byte, m M) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return true
	}
	if qos == 0 {
		if q.unsure >= q.limit {
			return false
		}
		q.unsure++
	}
	l := &q.lanes[0]
	if len(q.lanes) > 1 {
		l = &q.lanes[maphash.String(q.seed, topic)%uint64(len(q.lanes))]
	}
	l.queue = append(l.queue, item[M]{message: m, qos: qos})
	l.signal()
	return true
}

func (l *lane[M]) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Begin reports whether it is called for the first time. Run may be called then.
func (q *Queue[M]) Begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.begun
	q.begun = true
	return !was
}

// Run handles the messages, those of different lanes at the same time, until ctx or quit
// ends. It does not wait. handle reports whether a message is settled; if not, it is the last
// of its lane. settle is called for those that are, unless End has returned.
func (q *Queue[M]) Run(ctx context.Context, quit <-chan struct{}, handle func(M) bool, settle func(M)) {
	q.idle = make(chan struct{})
	var lanes sync.WaitGroup
	for i := range q.lanes {
		lanes.Go(func() { q.work(ctx, quit, &q.lanes[i], handle, settle) })
	}
	go func() {
		lanes.Wait()
		close(q.idle)
	}()
}

// work handles the messages of a lane.
func (q *Queue[M]) work(ctx context.Context, quit <-chan struct{}, l *lane[M], handle func(M) bool, settle func(M)) {
	for {
		select {
		case <-quit: // even if there are messages
			return
		case <-ctx.Done():
			return
		default:
		}
		if m, ok := q.take(l); ok {
			settled := handle(m)
			if open := q.done(); open && settled {
				settle(m)
			}
			if !settled {
				return
			}
			continue
		}
		select {
		case <-quit:
			return
		case <-ctx.Done():
			return
		case <-l.wake:
		}
	}
}

// take returns the next message of a lane, unless it is held.
func (q *Queue[M]) take(l *lane[M]) (m M, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		return m, false
	}
	next := l.queue[0]
	if next.held {
		return m, false
	}
	l.queue[0], l.queue = item[M]{}, l.queue[1:]
	if next.qos == 0 {
		q.unsure--
	}
	q.running++
	return next.message, true
}

// done reports whether a message that was handled may be settled.
func (q *Queue[M]) done() (open bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	return !q.closed
}

// Hold keeps the messages that wait until Resume is called, but for those of QoS 0. It is
// for a connection that is lost, after the client has handed over all that came by it.
func (q *Queue[M]) Hold() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lost = true
	for i := range q.lanes {
		for k := range q.lanes[i].queue {
			x := &q.lanes[i].queue[k]
			x.held = x.qos > 0
		}
	}
}

// Resume drops the messages that are held, if they come again, or else has them handled. It
// reports whether Hold was called before.
func (q *Queue[M]) Resume(again bool) (lost bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.lanes {
		l := &q.lanes[i]
		if again {
			l.queue = slices.DeleteFunc(l.queue, func(x item[M]) bool { return x.held })
		}
		for k := range l.queue {
			l.queue[k].held = false
		}
		l.signal()
	}
	return q.lost
}

// End ends what Run began, whose ctx or quit has ended: it waits for the handlers as
// grace.Wait does, drops what waits, and lets nothing be settled any more. It returns how
// many handlers have not finished.
func (q *Queue[M]) End(limit time.Duration, cancel func()) (left int) {
	finished := grace.Wait(q.idle, limit, cancel)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for i := range q.lanes {
		q.lanes[i].queue = nil
	}
	if finished {
		return 0
	}
	return q.running
}
