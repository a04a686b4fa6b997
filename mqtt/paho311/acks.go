package cepaho311

import (
	"sync"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// message is a message that is to be acknowledged.
type message struct {
	mqtt.Message
	settled bool // mu of the acks guards it
}

// acks acknowledges messages in the order in which they came, as MQTT asks (MQTT 3.1.1,
// section 4.6).
//
// Those that came by a connection that is lost stay: MQTT 3.1.1 does not tell the client's
// user whether the broker still has them. An acknowledgement of one is lost.
type acks struct {
	sending sync.Mutex // is taken before mu, and held while messages are acknowledged

	mu     sync.Mutex
	closed bool
	order  []*message // not settled, or behind one that is not; QoS 1 and 2
}

// add notes a message that has come. It does not wait for an acknowledgement.
func (a *acks) add(m *message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m.Qos() > 0 && !a.closed {
		a.order = append(a.order, m)
	}
}

// settle acknowledges what is settled from the beginning on.
func (a *acks) settle(m *message) {
	a.sending.Lock()
	defer a.sending.Unlock()
	for _, m := range a.ready(m) {
		m.Ack()
	}
}

// ready returns the messages that are to be acknowledged now, after one more is settled.
func (a *acks) ready(m *message) []*message {
	a.mu.Lock()
	defer a.mu.Unlock()
	m.settled = true
	n := 0
	for n < len(a.order) && a.order[n].settled {
		n++
	}
	ready := a.order[:n:n]
	a.order = a.order[n:]
	return ready
}

// close drops what is not acknowledged, which the broker keeps.
func (a *acks) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed, a.order = true, nil
}
