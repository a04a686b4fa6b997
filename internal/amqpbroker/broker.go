// Package amqpbroker is a small AMQP 1.0 broker for tests and examples. It keeps
// messages until they are settled, which the example broker of Qpid Proton does not.
//
// A queue exists as soon as its address is named. A message that is rejected moves to the queue
// with the suffix ".rejected". One that is released, modified or not settled when its link ends
// returns to its place. What is sent to the addresses "answer/rejected", "answer/full",
// "answer/released", "answer/modified" and "answer/undeliverable" is not kept, and has that
// outcome. Queues survive Stop.
package amqpbroker

import (
	"maps"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// Broker is a broker. The zero value is ready to be started.
type Broker struct {
	mu       sync.Mutex
	listener net.Listener
	address  string
	stopped  bool
	conns    map[*conn]bool
	queues   map[string]*queue
	serving  sync.WaitGroup
}

// queue has messages in their order.
type queue struct {
	name      string
	ready     []*message
	unsettled int
	last      uint64
	consumers []*link
}

// message is a message without its header.
type message struct {
	number uint64
	header fields
	rest   []byte
	failed uint32 // deliveries that have failed
}

// Start listens on a port of the loopback interface: a free one at first, and the same one after
// Stop.
func (b *Broker) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	listen := func() (net.Listener, error) { return net.Listen("tcp", b.address) }
	if b.address == "" {
		listen = freeport.Listen
		b.queues = map[string]*queue{}
	}
	listener, err := listen()
	if err != nil {
		return err
	}
	b.listener, b.address, b.stopped, b.conns = listener, listener.Addr().String(), false, map[*conn]bool{}
	b.serving.Go(func() { b.accept(listener) })
	return nil
}

// URL returns the address for a client.
func (b *Broker) URL() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "amqp://" + b.address
}

// Stop ends the listener and all connections, without a word.
func (b *Broker) Stop() {
	b.mu.Lock()
	b.stopped = true
	_ = b.listener.Close()
	b.mu.Unlock()
	b.Disconnect()
	b.serving.Wait()
}

// Disconnect ends all connections, without a word. What they have not settled is back in the
// queues then.
func (b *Broker) Disconnect() {
	b.mu.Lock()
	conns := slices.Collect(maps.Keys(b.conns))
	b.mu.Unlock()
	for _, c := range conns {
		_ = c.net.Close()
		<-c.gone
	}
}

// Connections returns how many connections there are.
func (b *Broker) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.conns)
}

// Len returns how many messages of a queue are not settled.
func (b *Broker) Len(address string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queue(address)
	return len(q.ready) + q.unsettled
}

// Put puts a message into the queue of an address, as it is: not every client can write what
// another one has to read.
func (b *Broker) Put(address string, message []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.receive(address, message)
}

// Detach ends the links from and to an address with an error.
func (b *Broker) Detach(address, condition string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		for _, s := range c.sessions {
			for _, l := range s.links { // end deletes l
				if l.address == address {
					s.send(performDetach, []any{l.handle, true, described{errorCode, []any{symbol(condition)}}})
					l.end()
				}
			}
		}
	}
}

func (b *Broker) accept(listener net.Listener) {
	for {
		nc, err := listener.Accept()
		if err != nil {
			return
		}
		c := &conn{broker: b, net: nc, wake: make(chan struct{}, 1), gone: make(chan struct{}), sessions: map[uint16]*session{}}
		b.mu.Lock()
		if b.stopped {
			_ = nc.Close()
		} else {
			b.conns[c] = true
			b.serving.Go(c.serve)
		}
		b.mu.Unlock()
	}
}

// queue returns the queue of an address.
func (b *Broker) queue(address string) *queue {
	q := b.queues[address]
	if q == nil {
		q = &queue{name: address}
		b.queues[address] = q
	}
	return q
}

// put adds a message.
func (b *Broker) put(q *queue, m *message) {
	q.last++
	m.number = q.last
	q.ready = append(q.ready, m)
	b.pump(q)
}

// putBack returns a message to its place.
func (b *Broker) putBack(q *queue, m *message) {
	i, _ := slices.BinarySearchFunc(q.ready, m.number, func(other *message, number uint64) int {
		switch {
		case other.number < number:
			return -1
		case other.number > number:
			return 1
		}
		return 0
	})
	q.ready = slices.Insert(q.ready, i, m)
}

// pump sends messages to the consumers that have credit, each in turn.
func (b *Broker) pump(q *queue) {
	for len(q.ready) > 0 {
		i := slices.IndexFunc(q.consumers, func(l *link) bool { return l.credit > 0 && l.session.window > 0 })
		if i < 0 {
			return
		}
		l := q.consumers[i]
		q.consumers = append(slices.Delete(q.consumers, i, i+1), l)
		m := q.ready[0]
		q.ready = q.ready[1:]
		l.deliver(q, m)
	}
}

// settle does what the outcome of a delivery says.
func (b *Broker) settle(d *delivery, outcome uint64, of fields) {
	q := d.queue
	q.unsettled--
	switch outcome {
	case stateAccepted:
	case stateRejected:
		b.put(b.queue(q.name+".rejected"), &message{header: d.message.header, rest: d.message.rest})
	case stateModified:
		if of.bool(0) {
			d.message.failed++
		}
		b.putBack(q, d.message)
	default:
		b.putBack(q, d.message)
	}
	b.pump(q)
}

// receive takes a message that was sent to an address, and returns its outcome.
func (b *Broker) receive(address string, body []byte) described {
	if answer, ok := strings.CutPrefix(address, "answer/"); ok {
		switch answer {
		case "rejected":
			return described{stateRejected, []any{described{errorCode, []any{symbol("amqp:invalid-field"), "not like this"}}}}
		case "full":
			return described{stateRejected, []any{described{errorCode, []any{symbol("amqp:resource-limit-exceeded")}}}}
		case "released":
			return described{stateReleased, []any{}}
		case "modified":
			return described{stateModified, []any{true, false}}
		case "undeliverable":
			return described{stateModified, []any{true, true}}
		}
	}
	m := &message{rest: slices.Clone(body)}
	if v, rest, err := read(body); err == nil {
		if d, _ := v.(described); d.code == headerCode {
			m.header, _ = d.value.([]any)
			m.rest = slices.Clone(rest)
		}
	}
	b.put(b.queue(address), m)
	return described{stateAccepted, []any{}}
}

// encode returns the message with a header that has its delivery-count.
func (m *message) encode() []byte {
	header := []any{m.header.bool(0), uint8(4), nil, false, m.failed}
	if _, ok := m.header.at(1).(uint64); ok {
		header[1] = uint8(m.header.number(1))
	}
	if _, ok := m.header.at(2).(uint64); ok {
		header[2] = m.header.number(2)
	}
	return append(write(nil, described{headerCode, header}), m.rest...)
}
