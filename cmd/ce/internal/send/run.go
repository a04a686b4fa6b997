package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// result is what became of one event.
type result struct {
	ID       string  `json:"id"`
	Source   string  `json:"source"`
	Accepted bool    `json:"accepted"`
	Status   int     `json:"status,omitempty"` // of the last answer; absent if there was none
	Attempts int     `json:"attempts"`         // of a batch, the requests
	Millis   float64 `json:"ms"`               // of all attempts
	Error    string  `json:"error,omitempty"`

	reply  *cloudevents.Event
	answer []byte // the body of a refusal
}

// grace is how long answers are waited for after Ctrl-C.
const grace = 2 * time.Second

// deliverAll sends all events, --concurrency requests at the same time, and reports.
func (s *send) deliverAll(ctx context.Context, next func() (*cloudevents.Event, error)) error {
	total := 0
	if len(s.files) == 0 {
		total = s.repeat
	}
	t := newTally(s, total)
	d := s.deliverer()
	stopProgress := t.progress()

	// After Ctrl-C, requests that were made may still be answered.
	sending, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, giveUp) })
	defer stop()

	jobs := make(chan []cloudevents.Event)
	var workers sync.WaitGroup
	for range s.concurrency {
		workers.Go(func() {
			for es := range jobs {
				rs, seen := d.deliver(sending, es)
				t.add(rs, seen)
			}
		})
	}
	fed := s.feed(ctx, jobs, next)
	close(jobs)
	workers.Wait()
	stopProgress()
	if t.events > 0 || fed == nil {
		t.summary(ctx.Err() != nil)
	}
	switch {
	case t.failed != nil:
		return t.failed
	case fed != nil:
		return fed
	case t.accepted < t.events || ctx.Err() != nil:
		return errFault
	}
	return nil
}

// feed gives events to the workers at the rate of --rate, until there are no more
// or ctx ends.
func (s *send) feed(ctx context.Context, jobs chan<- []cloudevents.Event, next func() (*cloudevents.Event, error)) error {
	more := s.batches(next)
	begin, given := time.Now(), 0
	for {
		es, err := more()
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if s.rate > 0 {
			wait := time.NewTimer(time.Until(begin.Add(time.Duration(float64(given) / s.rate * float64(time.Second)))))
			select {
			case <-wait.C:
			case <-ctx.Done():
				wait.Stop()
				return nil
			}
		}
		given += len(es)
		select {
		case jobs <- es:
		case <-ctx.Done():
			return nil
		}
	}
}

// tally counts results.
type tally struct {
	*send
	total int // 0 if it is not known

	mu       sync.Mutex
	begin    time.Time
	events   int
	accepted int
	again    int            // requests after the first of each delivery
	status   map[string]int // events by answer
	errors   map[string]int // events by error
	latency  latencies
	only     *result // if there is one
	failed   error   // to write
}

func newTally(s *send, total int) *tally {
	return &tally{send: s, total: total, begin: time.Now(), status: map[string]int{}, errors: map[string]int{}}
}

const maxErrors = 20 // different texts that are kept

func (t *tally) add(rs []result, seen *attempts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range rs {
		r := &rs[i]
		t.events++
		if r.Accepted {
			t.accepted++
		}
		t.status[statusName(r.Status)]++
		if r.Error != "" {
			if _, known := t.errors[r.Error]; known || len(t.errors) < maxErrors {
				t.errors[r.Error]++
			}
		}
		t.only = r
	}
	t.again += max(seen.count-1, 0)
	for _, d := range seen.answered {
		t.latency.add(d)
	}
	if t.json {
		t.writeJSON(rs)
	}
}

// writeJSON writes results at once, so that they are known if the process dies.
func (t *tally) writeJSON(rs []result) {
	var lines []byte
	for i := range rs {
		line, err := json.Marshal(&rs[i])
		if err != nil {
			continue
		}
		lines = append(append(lines, line...), '\n')
	}
	if _, err := t.display().Write(lines); err != nil && t.failed == nil {
		t.failed = err
	}
}

// progress shows on a terminal how far it is, until the returned function is called.
func (t *tally) progress() (stop func()) {
	if !t.terminal(t.err) {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for shown := false; ; {
			select {
			case <-tick.C:
				fmt.Fprint(t.err, "\r\x1b[K"+t.line())
				shown = true
			case <-ended:
				if shown {
					fmt.Fprint(t.err, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() { close(ended); <-gone }
}

func (t *tally) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := ""
	if t.total > 0 {
		of = fmt.Sprintf(" of %d", t.total)
	}
	failed := ""
	if t.events > t.accepted {
		failed = fmt.Sprintf(", %d not accepted", t.events-t.accepted)
	}
	return fmt.Sprintf("%d%s sent%s, %.0f a second", t.events, of, failed, float64(t.events)/time.Since(t.begin).Seconds())
}
