package send

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// result is the outcome of one event.
type result struct {
	ID       string  `json:"id"`
	Source   string  `json:"source"`
	Accepted bool    `json:"accepted"`
	Status   int     `json:"status,omitempty"` // of the last answer; absent if there was none
	Attempts int     `json:"attempts"`         // of a batch, the number of requests
	Millis   float64 `json:"ms"`               // of all attempts together
	Error    string  `json:"error,omitempty"`

	reply  *cloudevents.Event
	answer []byte // the body of a refusal
}

// grace is the time that answers have after Ctrl-C.
const grace = 2 * time.Second

// deliverAll sends all events, with --concurrency requests at the same time, and reports.
func (s *sending) deliverAll(ctx context.Context, next source) error {
	total := 0
	if len(s.files) == 0 {
		total = s.repeat
	}
	t := newTally(s.process, s.json, total)
	d := s.deliverer(func(a cehttp.Attempt) { t.retry(a, s.attempts, s.wait) })
	stopProgress := t.progress()

	// After Ctrl-C, requests that were sent may still be answered.
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
		return cli.ErrFault
	}
	return nil
}

// feed passes events to the workers at the rate of --rate, until there are no more or ctx
// ends.
func (s *sending) feed(ctx context.Context, jobs chan<- []cloudevents.Event, next source) error {
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
