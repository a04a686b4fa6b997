package cepaho

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/eclipse/paho.golang/paho"
)

// queue has the messages that wait for the handler, in lanes, each of which keeps the order. The
// messages of a topic are all in one lane.
type queue struct {
	lanes []lane
	seed  maphash.Seed
	limit int // of messages of QoS 0

	mu      sync.Mutex
	begun   bool // by Run
	closed  bool
	unsure  int // messages of QoS 0 that wait
	running int // handlers
	lost    bool
}

// lane is a queue of messages that are handled one after the other.
type lane struct {
	queue []*task       // mu of the queue guards it
	wake  chan struct{} // has room for one
}

// task is a message.
type task struct {
	publish *paho.Publish
	client  *paho.Client // that has received it
	held    bool         // its connection is lost, and the next one decides
}

func (q *queue) init(lanes, limit int) {
	if limit <= 0 {
		limit = defaultQueueLimit
	}
	q.lanes, q.seed, q.limit = make([]lane, lanes), maphash.MakeSeed(), limit
	for i := range q.lanes {
		q.lanes[i].wake = make(chan struct{}, 1)
	}
}

// begin reports whether Run may begin.
func (q *queue) begin() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.begun
	q.begun = true
	return !was
}

// close drops what waits, which the broker keeps.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for i := range q.lanes {
		q.lanes[i].queue = nil
	}
}

// add puts a message behind the others of its lane. It reports false for a message of QoS 0 if
// too many wait.
func (q *queue) add(t *task) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return true
	}
	if t.publish.QoS == 0 {
		if q.unsure >= q.limit {
			return false
		}
		q.unsure++
	}
	l := &q.lanes[0]
	if len(q.lanes) > 1 {
		l = &q.lanes[maphash.String(q.seed, t.publish.Topic)%uint64(len(q.lanes))]
	}
	l.queue = append(l.queue, t)
	l.signal()
	return true
}

func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take returns the next message of a lane. It is nil if there is none, or if it is held.
func (q *queue) take(l *lane) *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		return nil
	}
	t := l.queue[0]
	if t.held {
		return nil
	}
	l.queue[0], l.queue = nil, l.queue[1:]
	if t.publish.QoS == 0 {
		q.unsure--
	}
	q.running++
	return t
}

// done reports whether a message that was handled may be acknowledged: not after Run.
func (q *queue) done() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	return !q.closed
}

func (q *queue) underWay() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}

// hold keeps the messages that wait until resume is called. It is called when the connection is
// lost and the client has handed over all that came by it.
func (q *queue) hold() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lost = true
	for i := range q.lanes {
		for _, t := range q.lanes[i].queue {
			t.held = t.publish.QoS > 0
		}
	}
}

// resume drops the messages that are held, if they come again, or else has them handled. It
// reports whether there was a connection before.
func (q *queue) resume(again bool) (lost bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.lanes {
		l := &q.lanes[i]
		if again {
			l.queue = slices.DeleteFunc(l.queue, func(t *task) bool { return t.held })
		}
		for _, t := range l.queue {
			t.held = false
		}
		l.signal()
	}
	return q.lost
}
