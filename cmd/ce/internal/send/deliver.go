package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// deliverer sends the events of one request at a time, or several batches if the
// events do not fit into one.
type deliverer struct {
	sender cehttp.Sender
	single bool // there is one event, whose reply is shown
}

// attempts is what became known of the attempts of one delivery.
type attempts struct {
	count    int
	status   int
	answered []time.Duration
}

// attemptsKey is the key of an *attempts in the context of a delivery.
type attemptsKey struct{}

func (s *send) deliverer() *deliverer {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: s.concurrency, MaxIdleConnsPerHost: s.concurrency}
	wait := s.wait
	if wait == 0 {
		wait = -1 // none: a zero is the default
	}
	return &deliverer{
		single: len(s.files) == 0 && s.repeat == 1 && s.mode != cloudevents.BatchMode,
		sender: cehttp.Sender{
			Target:         s.target,
			Mode:           s.mode,
			Client:         &http.Client{Transport: transport},
			Header:         s.header,
			Retry:          cehttp.Retry{Attempts: s.attempts, Wait: wait},
			Timeout:        s.timeout,
			MaxBatchEvents: s.batchSize,
			Logger:         slog.New(slog.DiscardHandler),
			Observer:       cehttp.SendObserver{Attempted: observeAttempt},
		},
	}
}

func observeAttempt(ctx context.Context, a cehttp.Attempt) {
	if seen, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
		seen.count++
		seen.status = a.Status
		if a.Status != 0 {
			seen.answered = append(seen.answered, a.Duration)
		}
	}
}

// deliver sends events, and returns what became of each, and of the attempts.
func (d *deliverer) deliver(ctx context.Context, es []cloudevents.Event) ([]result, *attempts) {
	begin, seen := time.Now(), new(attempts)
	ctx = context.WithValue(ctx, attemptsKey{}, seen)
	rs := make([]result, len(es))
	for i := range es {
		rs[i] = result{ID: es[i].ID, Source: es[i].Source}
	}
	switch {
	case d.sender.Mode == cloudevents.BatchMode:
		report, _ := d.sender.SendBatch(ctx, es) // its errors are those of the events
		for i := range report.Events {
			rs[i].conclude(report.Events[i].Status, report.Events[i].Err)
		}
	case d.single:
		reply, err := d.sender.Request(ctx, &es[0])
		rs[0].conclude(seen.status, err)
		rs[0].reply = reply
	default:
		rs[0].conclude(seen.status, d.sender.Send(ctx, &es[0]))
	}
	for i := range rs {
		rs[i].Attempts = seen.count
		rs[i].Millis = float64(time.Since(begin).Microseconds()) / 1000
	}
	return rs, seen
}

// conclude says what a status and an error mean for an event.
func (r *result) conclude(status int, err error) {
	r.Status, r.Accepted = status, err == nil
	var failed *cehttp.SendError
	switch {
	case err == nil:
	case errors.As(err, &failed):
		r.Status, r.answer = failed.Status, failed.Body
		r.Accepted = failed.Status/100 == 2 // and its reply is not valid
		r.Error = failureText(failed)
	default:
		r.Error = err.Error()
	}
}

// failureText says why an event was not accepted, in words that are the same for all
// events that fared alike.
func failureText(e *cehttp.SendError) string {
	var network *net.OpError
	switch {
	case errors.Is(e.Err, context.Canceled):
		return "interrupted"
	case e.Problem != nil && e.Problem.Message != "":
		return cut(e.Problem.Message, 300)
	case errors.As(e.Err, &network):
		return cut(network.Err.Error(), 300)
	case e.Err != nil:
		return cut(e.Err.Error(), 300)
	}
	return ""
}
