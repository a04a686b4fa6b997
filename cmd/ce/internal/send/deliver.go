package send

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// deliverer sends the events of one request, or of several if a batch is too large for one.
type deliverer struct {
	sender cehttp.Sender
	single bool // only one event is sent, and its reply is shown
	waits  func(cehttp.Attempt)
}

// attempts counts the attempts of one delivery, and keeps the times of its answers.
type attempts struct {
	count    int
	status   int
	answered []time.Duration
	waits    func(cehttp.Attempt) // is called before the wait for another attempt
}

// attemptsKey is the key of an *attempts in the context of a delivery.
type attemptsKey struct{}

func (s *sending) deliverer(waits func(cehttp.Attempt)) *deliverer {
	var transport http.RoundTripper = &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		MaxIdleConns:           s.concurrency,
		MaxIdleConnsPerHost:    s.concurrency,
		MaxResponseHeaderBytes: stream.MaxHead,
	}
	if s.host != "" {
		transport = &hostTransport{transport, s.host}
	}
	wait := s.wait
	if wait == 0 {
		wait = -1 // no wait; 0 would be the default
	}
	return &deliverer{
		waits:  waits,
		single: len(s.files) == 0 && s.repeat == 1 && s.mode != cloudevents.BatchMode,
		sender: cehttp.Sender{
			Target:         s.target,
			Mode:           s.mode,
			Format:         s.formats,
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

// hostTransport sends requests with another Host than that of the URL.
type hostTransport struct {
	http.RoundTripper
	host string
}

func (t *hostTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context()) // a RoundTripper must not change it
	r.Host = t.host
	return t.RoundTripper.RoundTrip(r)
}

func observeAttempt(ctx context.Context, a cehttp.Attempt) {
	if seen, ok := ctx.Value(attemptsKey{}).(*attempts); ok {
		seen.count++
		seen.status = a.Status
		if a.Wait > 0 {
			seen.waits(a)
		}
		if a.Status != 0 {
			seen.answered = append(seen.answered, a.Duration)
		}
	}
}

// deliver sends events. It returns the result of each event, and the attempts of all.
func (d *deliverer) deliver(ctx context.Context, es []cloudevents.Event) ([]result, *attempts) {
	begin, seen := time.Now(), &attempts{waits: d.waits}
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

// conclude sets the result of an event by the status and the error of its delivery.
func (r *result) conclude(status int, err error) {
	r.Status, r.Accepted = status, err == nil
	var failed *cehttp.SendError
	switch {
	case err == nil:
	case errors.As(err, &failed):
		r.Status, r.answer = failed.Status, failed.Body
		r.Accepted = failed.Status/100 == 2 // the error is about its reply
		r.Error = failureText(failed)
	default:
		r.Error = excerpt.Cut(err.Error(), maxFailure)
	}
}

// maxFailure limits the text about a failure, in bytes.
const maxFailure = 300

// failureText returns why an event was not accepted. Events with the same cause have the same
// text, so that they can be counted.
func failureText(e *cehttp.SendError) string {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return "interrupted"
	case e.Problem != nil && e.Problem.Message != "":
		return excerpt.Cut(e.Problem.Message, maxFailure)
	case e.Err != nil:
		return causeText(e.Err)
	}
	return ""
}

// causeText returns the cause of a failed request, without the addresses at both ends and
// without the URL, which may have a password or a token.
func causeText(err error) string {
	var network *net.OpError
	var target *url.Error
	switch {
	case errors.As(err, &network):
		err = network.Err
	case errors.As(err, &target):
		err = target.Err
	}
	return excerpt.Cut(err.Error(), maxFailure)
}
