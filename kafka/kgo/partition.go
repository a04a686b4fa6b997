package cekgo

import (
	"context"
	"hash/maphash"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// partition handles the records of one partition in lanes, each of which keeps the order. It
// marks records once they, and all before them, are finished.
type partition struct {
	consumer *Consumer
	at       place
	lanes    []lane
	seed     maphash.Seed

	stopping chan struct{}   // closed when no more records are to be handled
	ending   <-chan struct{} // closed when Run is to end, and a little before stopping
	idle     chan struct{}   // closed when all lanes have ended
	room     chan struct{}   // has a value when no more records than the limit wait again
	ctx      context.Context
	cancel   context.CancelFunc // of ctx, which the handlers get

	mu        sync.Mutex
	tasks     []*task // not finished, or behind one that is not, in their order
	waiting   int     // for their lanes
	running   int     // handlers
	paused    bool
	stopped   bool // stopping is closed
	ended     bool // nothing more is marked
	highWater int64
	next      int64       // the offset behind the last record that is finished with all before it
	last      *kgo.Record // that record, if it is not marked yet
}

// lane is a queue of records that are handled one after the other.
type lane struct {
	queue []*task       // mu of the partition guards it
	wake  chan struct{} // has room for one
	room  []delivery    // for the next records
}

// deliveriesTogether is how many deliveries one that a handler keeps keeps from being freed.
const deliveriesTogether = 8

// delivery returns a delivery of a record.
func (l *lane) delivery(r *kgo.Record) *delivery {
	if len(l.room) == 0 {
		l.room = make([]delivery, deliveriesTogether)
	}
	d := &l.room[0]
	l.room = l.room[1:]
	d.record = r
	return d
}

// task is one record.
type task struct {
	record   *kgo.Record
	finished bool
}

func newPartition(c *Consumer, at place) *partition {
	ctx, cancel := context.WithCancel(c.ctx)
	p := &partition{
		consumer: c, at: at, lanes: make([]lane, max(c.Concurrency, 1)), seed: maphash.MakeSeed(),
		stopping: make(chan struct{}), ending: c.ending, idle: make(chan struct{}), room: make(chan struct{}, 1), ctx: ctx, cancel: cancel,
	}
	var lanes sync.WaitGroup
	for i := range p.lanes {
		p.lanes[i].wake = make(chan struct{}, 1)
		lanes.Go(func() { p.run(&p.lanes[i]) })
	}
	go func() {
		lanes.Wait()
		close(p.idle)
	}()
	return p
}

func (p *partition) limit() int {
	if n := p.consumer.QueueLimit; n > 0 {
		return n
	}
	return defaultQueueLimit
}

// quit lets the handlers under way finish, and begins no more. The client forgets that the
// partition was paused: it would be so when it comes back.
func (p *partition) quit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return
	}
	p.stopped = true
	close(p.stopping)
	p.resume()
}

// pause has the client fetch no more of the partition, if it is still full.
func (p *partition) pause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting > p.limit() && !p.paused && !p.stopped {
		p.paused = true
		p.consumer.Client.PauseFetchPartitions(map[string][]int32{p.at.topic: {p.at.number}})
	}
}

// resume is the inverse of pause. The caller holds mu.
func (p *partition) resume() {
	if p.paused {
		p.paused = false
		p.consumer.Client.ResumeFetchPartitions(map[string][]int32{p.at.topic: {p.at.number}})
	}
}

// add gives records to the lanes, and does not wait. It reports whether more than the limit
// wait for their lanes now.
func (p *partition) add(records []*kgo.Record, highWater int64) (full bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.highWater = highWater
	if len(p.tasks) == 0 {
		p.next = records[0].Offset
	}
	tasks := make([]task, len(records))
	for i, r := range records {
		t := &tasks[i]
		t.record = r
		p.tasks = append(p.tasks, t)
		l := p.lane(r)
		l.queue = append(l.queue, t)
	}
	for i := range p.lanes {
		if l := &p.lanes[i]; len(l.queue) > 0 {
			select {
			case l.wake <- struct{}{}:
			default:
			}
		}
	}
	p.waiting += len(records)
	select {
	case <-p.room: // it is of an earlier time
	default:
	}
	return p.waiting > p.limit()
}

// lane returns the lane of a record, which is always the same for its key.
func (p *partition) lane(r *kgo.Record) *lane {
	if len(p.lanes) == 1 {
		return &p.lanes[0]
	}
	return &p.lanes[maphash.Bytes(p.seed, r.Key)%uint64(len(p.lanes))]
}

// run handles the records of a lane, until one cannot be settled or the partition ends.
func (p *partition) run(l *lane) {
	for {
		if isClosed(p.stopping) || isClosed(p.ending) { // even if there are records
			return
		}
		if t := p.begin(l); t != nil {
			settled := p.consumer.handle(p, l.delivery(t.record))
			p.end(t, settled)
			if !settled {
				return
			}
			continue
		}
		select {
		case <-p.stopping:
			return
		case <-p.ending:
			return
		case <-l.wake:
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// begin takes the next record of a lane. It is nil if there is none.
func (p *partition) begin(l *lane) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		return nil
	}
	t := l.queue[0]
	l.queue[0], l.queue = nil, l.queue[1:]
	p.waiting--
	p.running++
	switch p.waiting {
	case p.limit():
		select {
		case p.room <- struct{}{}:
		default:
		}
	case p.limit() / 2:
		p.resume()
	}
	return t
}

// end notes what is finished from the beginning on.
func (p *partition) end(t *task, settled bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	t.finished = settled
	n := 0
	for n < len(p.tasks) && p.tasks[n].finished {
		n++
	}
	if n == 0 {
		return
	}
	if p.last == nil {
		p.consumer.finish()
	}
	p.last = p.tasks[n-1].record
	p.next = p.last.Offset + 1
	clear(p.tasks[:n])
	p.tasks = p.tasks[n:]
}

// mark marks what is finished, for the next commit.
func (p *partition) mark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last != nil && !p.ended {
		p.consumer.Client.MarkCommitRecords(p.last)
	}
	p.last = nil
}

// leave marks nothing any more.
func (p *partition) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}

func (p *partition) underWay() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running
}

func (p *partition) lag() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.highWater-p.next, 0)
}
