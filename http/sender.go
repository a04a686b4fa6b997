package cehttp

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// Sender sends events to one target by POST, and sends again what may be accepted
// later. Only Target has to be set.
//
//	s := cehttp.Sender{Target: "https://example.com/events"}
//	err := s.Send(ctx, &event) // nil: the receiver has it
//
// An event arrives at least once, if the error is nil. It may arrive twice, with
// the same id: an answer can be lost on its way.
//
// # What is sent again
//
//	no answer                  yes: refused, reset, not resolved, too slow; but not if
//	                           a certificate is not valid, or a plain server is spoken
//	                           to by TLS
//	2xx                        no, it is accepted
//	3xx                        no, and it is never followed (http-webhook.md#22-delivery-response)
//	408, 425, 429              yes
//	410                        no
//	other 4xx                  no
//	501, 505                   no
//	other 5xx                  yes
//
// A member "retryable" in a JSON body of a 4xx or 5xx overrides this in both
// directions, except for 410. Retry-After, in seconds or as a date, is the least
// time that is waited. [Retry] says how often.
//
// An error of the client's Transport is sent again, unless it wraps [ErrGone] or
// has a method Retryable() bool that says no.
//
// # Connections
//
// Without a Client, the connections are those of [http.DefaultTransport], which
// keeps two idle ones for a host: who sends more at the same time wants a Client
// with a higher MaxIdleConnsPerHost. A Client is used and not changed; of its
// fields, CheckRedirect is not used.
//
// Answers are read to their end, so that connections are used again, but no
// further than 64 KiB and for no longer than 2 s if nothing depends on them.
//
// # Secrets
//
// Errors and log records have neither data of the event nor more of the target
// than scheme and host: a path or a query may be a token.
//
// A Sender is safe for concurrent use as long as nobody changes it. Events must not
// be changed while they are sent, and may be afterwards. No goroutine outlives a
// call, but for those of idle connections.
type Sender struct {
	Target           string           // an http or https URL; a user and password in it become basic authorization
	Mode             cloudevents.Mode // of Send and Request: binary, which is zero, or structured
	Format           format.Formatter // of structured mode, and of replies; nil is format.JSON{}
	Batch            format.Batch     // of SendBatch; nil is Format if it is a format.Batch, else format.JSON{}
	Client           *http.Client     // nil has http.DefaultTransport, and no cookies
	Header           http.Header      // added to every request; the headers of the event win
	Retry            Retry
	Timeout          time.Duration // of one attempt; 0 is that of the Client, else none if ctx has a deadline, else 30 s; -1 is none but that of the Client
	MaxResponseBytes int64         // of a reply, and of the results of a batch; 0 is DefaultMaxBytes, -1 is no limit
	MaxBatchEvents   int           // in one request; 0 is 1000, -1 is no limit
	MaxBatchBytes    int           // in one request; 0 is 1 MiB, -1 is no limit; a larger event is sent alone
	Logger           *slog.Logger  // nil is slog.Default()
	Observer         SendObserver
}

const (
	defaultTimeout     = 30 * time.Second
	defaultBatchEvents = 1000
	defaultBatchBytes  = 1 << 20
)

// Send sends an event. It returns nil as soon as an answer 2xx came, whatever is in
// it.
//
// An event that is not valid is not sent: the error is that of [EncodeMessage]. Any
// other error is a [*SendError]. If ctx ends, or would end before the next attempt,
// the error wraps [context.Canceled] or [context.DeadlineExceeded]; Send does not
// wait for an attempt that cannot be made any more.
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	_, err := s.send(ctx, e, wantStatus)
	return err
}

// Request sends an event and returns the event in the answer, in binary or
// structured mode. It is nil if the answer 2xx has none: often 202 or 204, or a body
// of another kind.
//
// Errors are those of Send. If Status of the [*SendError] is 2xx, the event was
// accepted, and its reply was not valid, too large, or of an unknown format; Err is
// then that of [Decoder.ResponseToCloudEvent]. A reply that breaks off is asked for
// again.
func (s *Sender) Request(ctx context.Context, e *cloudevents.Event) (reply *cloudevents.Event, err error) {
	return s.send(ctx, e, wantReply)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event, w want) (*cloudevents.Event, error) {
	begin := time.Now()
	out := Outcome{ID: e.ID, Source: e.Source, Type: e.Type}
	a, err := s.sendOne(ctx, e, w)
	out.Status, out.Err = a.status, err
	if err != nil {
		s.logSendFailure(ctx, &out)
	}
	s.Observer.done(ctx, out, begin)
	return a.reply, err
}

func (s *Sender) sendOne(ctx context.Context, e *cloudevents.Event, w want) (attemptResult, error) {
	m, err := s.eventMessage(e)
	if err != nil {
		return attemptResult{}, err
	}
	c := s.newDelivery(ctx, w)
	defer c.end()
	c.message = m
	for {
		a := c.attempt(ctx)
		if a.accepted() {
			c.observe(ctx, &a, 0)
			return a, nil
		}
		if !c.again(ctx, &a) {
			return a, c.failure(&a)
		}
	}
}

func (s *Sender) logSendFailure(ctx context.Context, out *Outcome) {
	logFailure(ctx, orDefault(s.Logger), slog.LevelWarn, "event not sent", out)
}
