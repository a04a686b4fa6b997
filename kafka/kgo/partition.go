package cekgo

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// partition handles the records of one partition in lanes, each of which keeps the order. It
// marks records once they, and all before them, are finished.
type partition struct {
	consumer *Consumer
	at       place
	lanes    []lane
	seed     maphash.Seed

	queueLimit, queueBytes int // 0 and -1 are resolved

	stopping chan struct{}   // closed when no more records are to be handled
	ending   <-chan struct{} // closed when Run is to end, and a little before stopping
	idle     chan struct{}   // closed when all lanes have ended
	room     chan struct{}   // has a value when no more than the limits waits again
	ctx      context.Context
	cancel   context.CancelFunc // of ctx, which the handlers get

	waiting waiting
	running atomic.Int64 // lanes that have not ended
	news    atomic.Bool  // a record has finished since the last mark

	mu        sync.Mutex
	fetched   []fetched // not finished, or behind one that is not, in their order, as of the last advance
	paused    bool
	stopped   bool // stopping is closed
	ended     bool // nothing more is marked
	highWater int64
	next      int64       // the offset behind the last record that is finished with all before it, as of then
	last      *kgo.Record // that record, if it is not marked yet
}

// lane handles records one after the other.
type lane struct {
	queue    [][]*kgo.Record // mu of the partition guards it
	wake     chan struct{}   // has room for one
	finished atomic.Int64    // records
	advanced int64           // as many of them as the last advance has seen; mu of the partition guards it
}

// fetched is records that came together.
type fetched struct {
	records []*kgo.Record
	lanes   []uint32 // of each record; nil if there is one lane
}

// lane returns the index of the lane of the record at i.
func (f *fetched) lane(i int) uint32 {
	if f.lanes == nil {
		return 0
	}
	return f.lanes[i]
}

func newPartition(c *Consumer, at place) *partition {
	ctx, cancel := context.WithCancel(c.ctx)
	p := &partition{
		consumer: c, at: at, lanes: make([]lane, max(c.Concurrency, 1)), seed: maphash.MakeSeed(),
		queueLimit: min(limit.Of(c.QueueLimit, defaultQueueLimit), maxRecords/2), queueBytes: limit.Of(c.QueueBytes, defaultQueueBytes),
		stopping: make(chan struct{}), ending: c.ending, idle: make(chan struct{}), room: make(chan struct{}, 1), ctx: ctx, cancel: cancel,
	}
	p.running.Store(int64(len(p.lanes)))
	for i := range p.lanes {
		p.lanes[i].wake = make(chan struct{}, 1)
		go func() {
			p.run(&p.lanes[i])
			if p.running.Add(-1) == 0 {
				close(p.idle)
			}
		}()
	}
	return p
}

// exceeds reports whether more than a share of the limits waits: 1 is all, 2 is half.
func (p *partition) exceeds(l load, share int64) bool {
	return l.exceeds(int64(p.queueLimit), int64(p.queueBytes), share)
}

// full reports whether more than the limits waits for the lanes.
func (p *partition) full() bool { return p.exceeds(p.waiting.load(), 1) }

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
	if len(p.fetched) == 0 {
		p.next = records[0].Offset
	}
	var l load
	for _, r := range records {
		l += loadOf(r)
	}
	p.waiting.add(l)
	p.fetched = append(p.fetched, fetched{records, p.enqueue(records)})
	for i := range p.lanes {
		if l := &p.lanes[i]; len(l.queue) > 0 {
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

// enqueue puts records into the queues of their lanes, and returns the index of the lane of each,
// or nil if there is one lane. The lane is always the same for a key. The caller holds mu.
func (p *partition) enqueue(records []*kgo.Record) []uint32 {
	if len(p.lanes) == 1 {
		p.lanes[0].queue = append(p.lanes[0].queue, records)
		return nil
	}
	lanes := make([]uint32, len(records))
	parts := make([][]*kgo.Record, len(p.lanes))
	for i, r := range records {
		n := maphash.Bytes(p.seed, r.Key) % uint64(len(p.lanes))
		lanes[i] = uint32(n)
		parts[n] = append(parts[n], r)
	}
	for n, part := range parts {
		if len(part) > 0 {
			p.lanes[n].queue = append(p.lanes[n].queue, part)
		}
	}
	return lanes
}

// run handles the records of a lane, until one cannot be settled or the partition ends.
func (p *partition) run(l *lane) {
	for {
		queue := p.take(l)
		for _, records := range queue {
			if !p.handle(l, records) {
				return
			}
		}
		if len(queue) > 0 {
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

// take takes the records of a lane.
func (p *partition) take(l *lane) [][]*kgo.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	queue := l.queue
	l.queue = nil
	return queue
}

// deliveriesTogether is how many deliveries one that a handler keeps keeps from being freed. Their
// records came together, and so keep each other from being freed already.
const deliveriesTogether = 8

// handle handles records, and reports whether all are settled.
func (p *partition) handle(l *lane, records []*kgo.Record) bool {
	var room []delivery // for the next records
	for i, r := range records {
		if pause.IsClosed(p.stopping) || pause.IsClosed(p.ending) { // even if there are records
			return false
		}
		p.begin(r)
		if len(room) == 0 {
			room = make([]delivery, min(deliveriesTogether, len(records)-i))
		}
		d := &room[0]
		room = room[1:]
		d.record = r
		if !p.consumer.handle(p, d) {
			return false
		}
		p.finish(l)
	}
	return true
}

// begin counts a record that a lane begins to handle.
func (p *partition) begin(r *kgo.Record) {
	before, now := p.waiting.remove(r)
	if p.exceeds(before, 1) && !p.exceeds(now, 1) {
		select {
		case p.room <- struct{}{}:
		default:
		}
	}
	if p.exceeds(before, 2) && !p.exceeds(now, 2) {
		p.mu.Lock()
		p.resume()
		p.mu.Unlock()
	}
}

// finish counts a record that a lane has settled. There is something to mark now.
func (p *partition) finish(l *lane) {
	l.finished.Add(1)
	if !p.news.Load() && !p.news.Swap(true) {
		p.consumer.finish()
	}
}

// advance finds out which records are finished from the beginning on. The caller holds mu.
func (p *partition) advance() {
	for len(p.fetched) > 0 {
		f, n := &p.fetched[0], 0
		for ; n < len(f.records); n++ {
			l := &p.lanes[f.lane(n)]
			if l.advanced == l.finished.Load() {
				break
			}
			l.advanced++
		}
		if n > 0 {
			p.last = f.records[n-1]
			p.next = p.last.Offset + 1
		}
		if n < len(f.records) {
			f.records = f.records[n:]
			if f.lanes != nil {
				f.lanes = f.lanes[n:]
			}
			return
		}
		*f = fetched{}
		p.fetched = p.fetched[1:]
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
