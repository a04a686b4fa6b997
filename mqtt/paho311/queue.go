package cepaho311

import (
	"hash/maphash"
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// queue has the messages that wait for the handler, in lanes, each of which keeps the order. The
// messages of a topic are all in one lane. It acknowledges messages in the order in which they
// came, as MQTT asks (MQTT 3.1.1, section 4.6).
//
// What came by a connection that is lost stays here: MQTT 3.1.1 does not tell the client's user
// whether the broker still has it. An acknowledgement of it is lost.
type queue struct {
	lanes []lane
	seed  maphash.Seed
	limit int // of messages of QoS 0

	acks sync.Mutex // is taken before mu, and held while messages are acknowledged

	mu      sync.Mutex
	begun   bool // by Run
	closed  bool
	unsure  int     // messages of QoS 0 that wait
	running int     // handlers
	order   []*task // not settled, or behind one that is not; QoS 1 and 2
}

// lane is a queue of messages that are handled one after the other.
type lane struct {
	queue []*task       // mu of the queue guards it
	wake  chan struct{} // has room for one
}

// task is a message.
type task struct {
	message mqtt.Message
	settled bool
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
	q.closed, q.order = true, nil
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
	if t.message.Qos() == 0 {
		if q.unsure >= q.limit {
			return false
		}
		q.unsure++
	} else {
		q.order = append(q.order, t)
	}
	l := &q.lanes[0]
	if len(q.lanes) > 1 {
		l = &q.lanes[maphash.String(q.seed, t.message.Topic())%uint64(len(q.lanes))]
	}
	l.queue = append(l.queue, t)
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns the next message of a lane. It is nil if there is none.
func (q *queue) take(l *lane) *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		return nil
	}
	t := l.queue[0]
	l.queue[0], l.queue = nil, l.queue[1:]
	if t.message.Qos() == 0 {
		q.unsure--
	}
	q.running++
	return t
}

// done acknowledges what is settled from the beginning on.
func (q *queue) done(t *task, settled bool) {
	q.acks.Lock()
	defer q.acks.Unlock()
	for _, t := range q.finish(t, settled) {
		t.message.Ack()
	}
}

// finish returns the messages that are to be acknowledged now.
func (q *queue) finish(t *task, settled bool) []*task {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	t.settled = settled
	n := 0
	for n < len(q.order) && q.order[n].settled {
		n++
	}
	ready := q.order[:n:n]
	q.order = q.order[n:]
	return ready
}

func (q *queue) underWay() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running
}
