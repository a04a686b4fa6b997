package amqpbroker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"time"
)

// The descriptors of what the broker reads and writes.
const (
	performOpen        = 0x10
	performBegin       = 0x11
	performAttach      = 0x12
	performFlow        = 0x13
	performTransfer    = 0x14
	performDisposition = 0x15
	performDetach      = 0x16
	performEnd         = 0x17
	performClose       = 0x18
	errorCode          = 0x1d
	stateAccepted      = 0x24
	stateRejected      = 0x25
	stateReleased      = 0x26
	stateModified      = 0x27
	sourceCode         = 0x28
	targetCode         = 0x29
	saslMechanisms     = 0x40
	saslOutcome        = 0x44
	headerCode         = 0x70
)

const (
	maxFrame   = 65536
	maxMessage = 1 << 20
	linkCredit = 1000
	heartbeat  = 10 * time.Second
	window     = 1<<31 - 1
)

// conn is a connection. Its fields, and those of its sessions and links, are guarded by
// Broker.mu.
type conn struct {
	broker   *Broker
	net      net.Conn
	out      []byte        // to be written
	wake     chan struct{} // has room for one
	gone     chan struct{} // closed when its messages are back
	peerMax  int           // size of a frame
	sessions map[uint16]*session
}

type session struct {
	conn       *conn
	channel    uint16
	incoming   uint32 // transfer id that comes next
	outgoing   uint32
	deliveryID uint32
	window     int64 // transfers that the client takes
	links      map[uint32]*link
	unsettled  map[uint32]*delivery
}

type link struct {
	session *session
	handle  uint32
	address string
	sends   bool // the broker does
	count   uint32
	credit  uint32
	partial []byte
	id      uint32 // of the delivery that is being received
	settled bool
}

type delivery struct {
	link    *link
	queue   *queue
	message *message
}

// serve reads frames until the connection ends.
func (c *conn) serve() {
	done, written := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(written)
		c.write(done)
	}()
	_ = c.read() // whatever it is, the connection ends
	c.broker.mu.Lock()
	for _, s := range c.sessions {
		s.end()
	}
	delete(c.broker.conns, c)
	c.broker.mu.Unlock()
	close(c.gone)
	close(done)
	<-written
	_ = c.net.Close()
}

// write writes what is to be written, and heartbeats, until done is closed.
func (c *conn) write(done <-chan struct{}) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for ended := false; !ended; {
		select {
		case <-c.wake:
		case <-done:
			ended = true
			_ = c.net.SetWriteDeadline(time.Now().Add(time.Second))
		case <-beat.C:
			c.broker.mu.Lock()
			c.out = append(c.out, 0, 0, 0, 8, 2, 0, 0, 0)
			c.broker.mu.Unlock()
		}
		c.broker.mu.Lock()
		out := c.out
		c.out = nil
		c.broker.mu.Unlock()
		if _, err := c.net.Write(out); err != nil {
			_ = c.net.Close()
		}
	}
}

// append adds bytes to what is to be written.
func (c *conn) append(b []byte) {
	c.out = append(c.out, b...)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// frame adds a frame.
func (c *conn) frame(kind byte, channel uint16, code uint64, list []any, payload []byte) {
	b := binary.BigEndian.AppendUint16([]byte{0, 0, 0, 0, 2, kind}, channel)
	b = append(write(b, described{code, list}), payload...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	c.append(b)
}

func (s *session) send(code uint64, list []any) { s.conn.frame(0, s.channel, code, list, nil) }

// read does the handshake, and gives each frame to handle.
func (c *conn) read() error {
	in := bufio.NewReader(c.net)
	for {
		var header [8]byte
		if _, err := io.ReadFull(in, header[:]); err != nil {
			return err
		}
		if !bytes.Equal(header[:4], []byte("AMQP")) {
			return fmt.Errorf("amqpbroker: no protocol header: %q", header)
		}
		sasl := header[4] == 3
		c.broker.mu.Lock()
		c.append(header[:])
		if sasl {
			c.frame(1, 0, saslMechanisms, []any{symbol("ANONYMOUS")}, nil)
		}
		c.broker.mu.Unlock()
		if !sasl {
			break
		}
		if _, _, err := readFrame(in); err != nil {
			return err
		}
		c.broker.mu.Lock()
		c.frame(1, 0, saslOutcome, []any{uint8(0)}, nil)
		c.broker.mu.Unlock()
	}
	for {
		channel, body, err := readFrame(in)
		if err != nil {
			return err
		}
		if len(body) == 0 {
			continue // a heartbeat
		}
		v, payload, err := read(body)
		if err != nil {
			return err
		}
		d, _ := v.(described)
		list, _ := d.value.([]any)
		c.broker.mu.Lock()
		open := c.handle(channel, d.code, list, payload)
		c.broker.mu.Unlock()
		if !open {
			return nil
		}
	}
}

func readFrame(in io.Reader) (channel uint16, body []byte, err error) {
	var header [8]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return 0, nil, err
	}
	size, offset := int(binary.BigEndian.Uint32(header[:])), 4*int(header[4])
	if size > maxFrame || offset < 8 || size < offset {
		return 0, nil, fmt.Errorf("amqpbroker: frame of %d bytes, body at %d", size, offset)
	}
	body = make([]byte, size-8)
	_, err = io.ReadFull(in, body)
	return binary.BigEndian.Uint16(header[6:]), body[offset-8:], err
}

// handle deals with a performative, and reports whether the connection stays open.
func (c *conn) handle(channel uint16, code uint64, f fields, payload []byte) bool {
	switch code {
	case performOpen:
		c.peerMax = maxFrame
		if n := f.number(2); n > 0 && n < maxFrame {
			c.peerMax = int(n)
		}
		c.frame(0, 0, performOpen, []any{"broker", nil, uint32(maxFrame), uint16(255)}, nil)
		return true
	case performClose:
		c.frame(0, 0, performClose, []any{}, nil)
		return false
	case performBegin:
		s := &session{conn: c, channel: channel, incoming: f.number(1), window: int64(f.number(2)), links: map[uint32]*link{}, unsettled: map[uint32]*delivery{}}
		c.sessions[channel] = s
		s.send(performBegin, []any{channel, uint32(0), uint32(window), uint32(window), uint32(255)})
		return true
	}
	s := c.sessions[channel]
	if s == nil {
		return false
	}
	switch code {
	case performEnd:
		s.end()
		delete(c.sessions, channel)
		s.send(performEnd, []any{})
	case performAttach:
		s.attach(f)
	case performFlow:
		s.flow(f)
	case performTransfer:
		s.transfer(f, payload)
	case performDisposition:
		s.disposition(f)
	case performDetach:
		if l := s.links[f.number(0)]; l != nil {
			l.end()
			s.send(performDetach, []any{l.handle, true})
		}
	}
	return true
}

func (s *session) end() {
	for _, l := range s.links {
		l.end()
	}
}

// end forgets a link, and returns what it has not settled.
func (l *link) end() {
	s, b := l.session, l.session.conn.broker
	delete(s.links, l.handle)
	if !l.sends {
		return
	}
	q := b.queue(l.address)
	q.consumers = slices.DeleteFunc(q.consumers, func(other *link) bool { return other == l })
	for id, d := range s.unsettled {
		if d.link == l {
			delete(s.unsettled, id)
			q.unsettled--
			b.putBack(q, d.message)
		}
	}
	b.pump(q)
}

func (s *session) attach(f fields) {
	l := &link{session: s, handle: f.number(1), sends: f.bool(2)}
	field := 6
	if l.sends {
		field = 5
	}
	_, terminus := f.composite(field)
	l.address = terminus.text(0)
	s.links[l.handle] = l
	settle := func(i int, none uint8) uint8 {
		if n, ok := f.at(i).(uint64); ok {
			return uint8(n)
		}
		return none
	}
	mode := settle(3, 2)
	l.settled = l.sends && mode == 1
	reply := []any{f.text(0), l.handle, !l.sends, mode, settle(4, 0), described{sourceCode, []any{l.address}}, described{targetCode, []any{l.address}}, nil, nil, nil, uint64(maxMessage)}
	if l.sends {
		reply[9] = uint32(0)
	}
	s.send(performAttach, reply)
	if l.sends {
		q := s.conn.broker.queue(l.address)
		q.consumers = append(q.consumers, l)
		return
	}
	l.credit = linkCredit
	s.sendFlow(l)
}

// sendFlow tells the client the windows, and the credit of a link, if there is one.
func (s *session) sendFlow(l *link) {
	list := []any{s.incoming, uint32(window), s.outgoing, uint32(window)}
	if l != nil {
		list = append(list, l.handle, l.count, l.credit)
	}
	s.send(performFlow, list)
}

func (s *session) flow(f fields) {
	s.window = int64(f.number(0) + f.number(1) - s.outgoing)
	var l *link
	if _, ok := f.at(4).(uint64); ok {
		l = s.links[f.number(4)]
	}
	if l != nil && l.sends {
		l.credit = f.number(5) + f.number(6) - l.count
	}
	b := s.conn.broker
	for _, l := range s.links {
		if l.sends {
			b.pump(b.queue(l.address))
		}
	}
	if l != nil && l.sends && f.bool(8) { // drain
		l.count += l.credit
		l.credit = 0
		s.send(performFlow, []any{s.incoming, uint32(window), s.outgoing, uint32(window), l.handle, l.count, l.credit, nil, true})
	} else if f.bool(9) { // echo
		s.sendFlow(l)
	}
}

// transfer takes a part of a message from the client.
func (s *session) transfer(f fields, payload []byte) {
	s.incoming++
	l := s.links[f.number(0)]
	if l == nil {
		return
	}
	l.partial = append(l.partial, payload...)
	if id, ok := f.at(1).(uint64); ok {
		l.id = uint32(id)
	}
	if f.bool(5) { // more
		return
	}
	body := l.partial
	l.partial = nil
	outcome := s.conn.broker.receive(l.address, body)
	if !f.bool(4) {
		s.send(performDisposition, []any{true, l.id, l.id, true, outcome})
	}
	l.count++
	if l.credit--; l.credit < linkCredit/2 {
		l.credit = linkCredit
		s.sendFlow(l)
	}
}

// deliver sends a message to the client.
func (l *link) deliver(q *queue, m *message) {
	s := l.session
	id := s.deliveryID
	s.deliveryID++
	l.count++
	l.credit--
	body := m.encode()
	for len(body) > 0 {
		part := body[:min(len(body), s.conn.peerMax-512)]
		body = body[len(part):]
		s.conn.frame(0, s.channel, performTransfer, []any{l.handle, id, binary.BigEndian.AppendUint32(nil, id), uint32(0), l.settled, len(body) > 0}, part)
		s.outgoing++
		s.window--
	}
	if !l.settled {
		q.unsettled++
		s.unsettled[id] = &delivery{l, q, m}
	}
}

// disposition settles deliveries.
func (s *session) disposition(f fields) {
	if !f.bool(0) { // of the sender, about what the broker has settled already
		return
	}
	first, last := f.number(1), f.number(1)
	if _, ok := f.at(2).(uint64); ok {
		last = f.number(2)
	}
	outcome, of := f.composite(4)
	for id := first; id <= last; id++ {
		d := s.unsettled[id]
		if d == nil {
			continue
		}
		delete(s.unsettled, id)
		if !f.bool(3) { // the client wants to be told
			s.send(performDisposition, []any{false, id, id, true, described{outcome, []any{}}})
		}
		s.conn.broker.settle(d, outcome, of)
	}
}
