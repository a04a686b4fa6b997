package cekgo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// Sender writes events to a topic. The client retries writes, and no retry writes a
// record twice unless the client was made with kgo.DisableIdempotentWrite. A Sender is
// safe for concurrent use as long as its fields do not change.
//
//	sender := &cekgo.Sender{Client: client, Topic: "orders"}
//	err := sender.Send(ctx, &event)
type Sender struct {
	// Client writes the records. The Sender does not close it.
	Client *kgo.Client

	// Topic is the topic of the records. It may be empty if the client has a
	// kgo.DefaultProduceTopic.
	Topic string

	// Encoder encodes the events. The zero value writes binary mode without keys. Set its
	// Key to cekafka.PartitionKey to keep events with the same partitionkey in order.
	Encoder cekafka.Encoder

	// Observer is called for each event that is sent. Its Header adds headers to the
	// record.
	Observer dispatch.SendObserver
}

var errNoSenderClient = errors.New("cekgo: the Sender has no Client")

// Validate returns an error if there is no Client.
func (s *Sender) Validate() error {
	if s.Client == nil {
		return errNoSenderClient
	}
	return nil
}

// Send writes an event, and returns once the brokers have acknowledged it as the client
// asks them to (kgo.RequiredAcks). Only the first record of a topic waits for the time of
// kgo.ProducerLinger. The error is that of the Encoder, or a [*SendError].
//
// The client waits for brokers that are unavailable until the deadline of ctx, or as long as
// kgo.RecordDeliveryTimeout says, and without either forever. Then Send asks the brokers why, for
// at most 500 ms, and the error says what they answer, such as a refused connection or user.
func (s *Sender) Send(ctx context.Context, e *cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.Send(ctx, e, s.send)
}

func (s *Sender) send(ctx context.Context, e *cloudevents.Event) error {
	r := new(kgo.Record)
	if err := s.fill(ctx, r, e); err != nil {
		return err
	}
	if err := s.Client.ProduceSync(ctx, r).FirstErr(); err != nil {
		return &SendError{Index: -1, Topic: r.Topic, Err: s.late(ctx)(err)}
	}
	return nil
}

// askFor is how long brokers are asked why an event was late.
const askFor = 500 * time.Millisecond

// late returns a function that adds to the error of an event that was late why no broker took it.
// The client keeps that to its log. The brokers are asked once, when the first event was late.
func (s *Sender) late(ctx context.Context) func(error) error {
	why := sync.OnceValue(func() error {
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), askFor)
		defer cancel()
		return s.Client.Ping(asking)
	})
	return func(err error) error {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, kgo.ErrRecordTimeout) {
			return err
		}
		answer := why()
		if answer == nil || errors.Is(answer, kgo.ErrClientClosed) {
			return err
		}
		// The answer is not wrapped: what is wrong with the connection is not of the event.
		seeds, _ := s.Client.OptValue(kgo.SeedBrokers).([]string)
		return fmt.Errorf("%w; no broker answers (seeds %s): %v", err, excerpt.Of(strings.Join(seeds, ", ")), answer)
	}
}

// SendBatch writes each event as a record of its own, and returns once all are
// acknowledged or have failed. If an event cannot be encoded, nothing is written, and the
// error is a [*cloudevents.BatchError] about it. Otherwise the error joins a [*SendError]
// for each event that was not written. Brokers that are unavailable are
// waited for as in [Sender.Send].
func (s *Sender) SendBatch(ctx context.Context, es []cloudevents.Event) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return s.Observer.SendBatch(ctx, es, s.sendBatch)
}

// recordsTogether is how many records of a batch one of them keeps from being freed.
const recordsTogether = 64

func (s *Sender) sendBatch(ctx context.Context, es []cloudevents.Event) ([]error, error) {
	records := make([]*kgo.Record, len(es))
	var room []kgo.Record // for some of them in one allocation
	for i := range es {
		if len(room) == 0 {
			room = make([]kgo.Record, min(len(es)-i, recordsTogether))
		}
		if err := s.fill(ctx, &room[0], &es[i]); err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: err}
		}
		records[i], room = &room[0], room[1:]
	}
	results := s.Client.ProduceSync(ctx, records...)
	if results.FirstErr() == nil {
		return nil, nil
	}
	failed := make(map[*kgo.Record]error, len(es)) // results are in another order
	for _, result := range results {
		failed[result.Record] = result.Err
	}
	errs, late := make([]error, len(es)), s.late(ctx)
	for i, r := range records {
		if err := failed[r]; err != nil {
			errs[i] = &SendError{Index: i, Topic: r.Topic, Err: late(err)}
		}
	}
	return errs, nil
}

// fill makes r, which is zero, the record of e.
func (s *Sender) fill(ctx context.Context, r *kgo.Record, e *cloudevents.Event) error {
	m, err := s.Encoder.ToMessage(e)
	if err != nil {
		return err
	}
	CopyToRecord(r, &m)
	r.Topic = s.Topic
	if add := s.Observer.Header; add != nil {
		own := len(r.Headers)
		add(ctx, func(name, value string) {
			if !slices.ContainsFunc(r.Headers[:own], func(h kgo.RecordHeader) bool { return strings.EqualFold(h.Key, name) }) {
				r.Headers = append(r.Headers, kgo.RecordHeader{Key: name, Value: []byte(value)})
			}
		})
	}
	return nil
}

// SendError is the error about an event that the brokers did not acknowledge. They may have
// the event nevertheless. When a handler returns a SendError, dispatch.Judge makes it a retry
// if it is Retryable, and otherwise a refusal.
type SendError struct {
	// Index is the position of the event in its batch. It is -1 if the event was sent by
	// Send.
	Index int

	// Topic is the topic of the record. It is empty if the client chooses the topic.
	Topic string

	// Err is the error of the client.
	Err error
}

// Error returns the topic, the index and the cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cekgo: topic %q: %v", excerpt.Of(e.Topic), e.Err)
	}
	return fmt.Sprintf("cekgo: topic %q: event %d: %v", excerpt.Of(e.Topic), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It is false if a broker has
// refused the record for good, for example because it is too large.
func (e *SendError) Retryable() bool {
	var refused *kerr.Error
	if errors.As(e.Err, &refused) {
		return refused.Retriable
	}
	return true
}
