package cekgo

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents/internal/pause"
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

	waiting atomic.Int64 // records, for their lanes
	running atomic.Int64 // handlers
	news    atomic.Bool  // a record has finished since the last mark

	mu        sync.Mutex
	tasks     [][]task // not finished, or behind one that is not, in their order, as of the last advance
	paused    bool
	stopped   bool // stopping is closed
	ended     bool // nothing more is marked
	highWater int64
	next      int64       // the offset behind the last record that is finished with all before it, as of then
	last      *kgo.Record // that record, if it is not marked yet
}

// lane is a queue of records that are handled one after the other.
type lane struct {
	first, last *task         // of the queue; mu of the partition guards it
	wake        chan struct{} // has room for one
	room        []delivery    // for the next records
}

// deliveriesTogether is how many deliveries one that a handler keeps keeps from being freed.
const deliveriesTogether = 2

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
	next     *task // of the lane
	finished atomic.Bool
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

// full reports whether more records than the limit wait for their lanes.
func (p *partition) full() bool { return p.waiting.Load() > int64(p.limit()) }

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
	if p.full() && !p.paused && !p.stopped {
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
	p.advance()
	if len(p.tasks) == 0 {
		p.next = records[0].Offset
	}
	p.waiting.Add(int64(len(records)))
	tasks := make([]task, len(records))
	for i, r := range records {
		t := &tasks[i]
		t.record = r
		l := p.lane(r)
		if l.last == nil {
			l.first = t
		} else {
			l.last.next = t
		}
		l.last = t
	}
	p.tasks = append(p.tasks, tasks)
	for i := range p.lanes {
		if l := &p.lanes[i]; l.first != nil {
			select {
			case l.wake <- struct{}{}:
			default:
			}
		}
	}
	select {
	case <-p.room: // it is of an earlier time
	default:
	}
	return p.full()
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
		first := p.take(l)
		for t := first; t != nil; t = t.next {
			if pause.IsClosed(p.stopping) || pause.IsClosed(p.ending) { // even if there are records
				return
			}
			p.begin()
			settled := p.consumer.handle(p, l.delivery(t.record))
			p.end(t, settled)
			if !settled {
				return
			}
		}
		if first != nil {
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

// take takes the records of a lane, and returns the first of them, or nil.
func (p *partition) take(l *lane) *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := l.first
	l.first, l.last = nil, nil
	return first
}

// begin counts a record that a lane begins to handle.
func (p *partition) begin() {
	p.running.Add(1)
	switch p.waiting.Add(-1) {
	case int64(p.limit()):
		select {
		case p.room <- struct{}{}:
		default:
		}
	case int64(p.limit() / 2):
		p.mu.Lock()
		p.resume()
		p.mu.Unlock()
	}
}

// end counts a record that a lane has handled. There is something to mark if it is settled.
func (p *partition) end(t *task, settled bool) {
	p.running.Add(-1)
	if !settled {
		return
	}
	t.finished.Store(true)
	if !p.news.Load() && !p.news.Swap(true) {
		p.consumer.finish()
	}
}

// advance finds out which records are finished from the beginning on. The caller holds mu.
func (p *partition) advance() {
	for len(p.tasks) > 0 {
		tasks, n := p.tasks[0], 0
		for n < len(tasks) && tasks[n].finished.Load() {
			n++
		}
		if n > 0 {
			p.last = tasks[n-1].record
			p.next = p.last.Offset + 1
		}
		if n < len(tasks) {
			p.tasks[0] = tasks[n:]
			return
		}
		p.tasks[0] = nil
		p.tasks = p.tasks[1:]
	}
}

// mark marks what is finished, for the next commit.
func (p *partition) mark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.news.Store(false) // what finishes from here on is for the next mark
	p.advance()
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

func (p *partition) underWay() int { return int(p.running.Load()) }

func (p *partition) lag() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	return max(p.highWater-p.next, 0)
}
