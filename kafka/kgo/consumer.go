package cekgo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/eventlog"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/extension"
	"github.com/seed763dd41b/cloudevents/internal/grace"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
)

// Consumer passes the events of a consumer group to a handler, and commits the records
// that were handled.
//
//	consumer := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: mux.HandleEvent}}
//	client, err := kgo.NewClient(append(consumer.Options(),
//		kgo.SeedBrokers("localhost:9092"), kgo.ConsumerGroup("billing"), kgo.ConsumeTopics("orders"))...)
//	consumer.Client = client
//	err = consumer.Run(ctx)
//
// A Consumer must not be changed after [Consumer.Options] was called, except for Client,
// and must not be copied.
type Consumer struct {
	// Client reads the records. It must be made with the Options of this Consumer and be
	// a member of a consumer group. The Consumer does not close it.
	Client *kgo.Client

	// Delivery has the handler and the limits of its attempts.
	Delivery dispatch.Delivery

	// Decoder decodes the events. The zero value is strict.
	Decoder cekafka.Decoder

	// Concurrency is the number of events of one partition that are handled at the same
	// time. 0 is 1, which keeps the order of the partition. With more, only records with
	// the same key are handled in order. Records without a key count as having the same
	// one.
	Concurrency int

	// DeadLetter is the topic for records that are refused or run out of attempts. The
	// Client must not consume it. [DeadLetterRecord] says what is written. If it is empty,
	// such a record ends Run.
	DeadLetter string

	// KnativeErrors adds the extensions knativeerrordest, knativeerrorcode and
	// knativeerrordata to dead letters in binary mode, as Knative does. By default no
	// extensions are added.
	KnativeErrors bool

	// Invalid says what happens to a record that holds no valid event. By default it ends
	// Run with a [*dispatch.UndeliverableError].
	Invalid dispatch.InvalidPolicy

	// Skipped is called for each record that dispatch.SkipInvalid skips. It is required
	// with that policy.
	Skipped func(ctx context.Context, r *kgo.Record, err error)

	// QueueLimit limits the records of one partition that wait for the handler, and
	// QueueBytes the bytes of their keys and values. 0 is 4096 records and 4 MiB, -1 is
	// no limit. Records that were polled already may exceed them. A partition above a
	// limit delays the next poll by up to 100 ms; after that it is paused, and the others
	// are polled.
	QueueLimit, QueueBytes int

	// Grace is the time that running handlers have to finish when Run ends or a partition
	// is revoked. Then their contexts end, and they have one more second. 0 is 20 s, -1
	// is no time. A group with a shorter rebalance timeout needs less.
	Grace time.Duration

	mu         sync.Mutex
	partitions map[place]*partition
	failed     chan error      // has room for one; made by Run
	finished   chan struct{}   // has room for one: there is something to mark; made by Run
	ctx        context.Context // of the handlers; made by Run
	ending     <-chan struct{} // closed when Run is to end
}

// place is a partition of a topic.
type place struct {
	topic  string
	number int32
}

const (
	defaultQueueLimit = 4096
	defaultQueueBytes = 4 << 20
	pollLimit         = 1000 // records of one poll

	// pauseAfter is the time that a partition has to make room before it is paused. The
	// client drops what it has fetched of a paused partition, and fetches it again.
	pauseAfter = 100 * time.Millisecond

	// fetchWait is shorter than that of the client, 5 s: a partition that is paused no more
	// is fetched after the fetch under way, which waits for the others.
	fetchWait = 500 * time.Millisecond

	markAfter      = 10 * time.Millisecond
	commitInterval = time.Second
	commitTimeout  = 10 * time.Second
)

var (
	errNoClient        = errors.New("cekgo: the Consumer has no Client")
	errNoGroup         = errors.New("cekgo: the Client is in no consumer group: make it with kgo.ConsumerGroup")
	errNotMarks        = errors.New("cekgo: the Client would commit records that are not handled: make it with the Options of the Consumer")
	errNoSkipped       = errors.New("cekgo: SkipInvalid needs the callback Skipped")
	errRunning         = errors.New("cekgo: the Consumer is already running")
	errNeedsDeadLetter = errors.New("cekgo: DeadLetterOnInvalid needs the topic DeadLetter")
	errNoTopics        = errors.New("cekgo: the Client consumes no topics: make it with kgo.ConsumeTopics")
	errItself          = errors.New("the Client consumes it: its records would be read again without end")
)

// Options returns the options that the client needs. With them it commits only what the
// Consumer has marked, once a second; a fetch waits at most 500 ms for records; and the
// Consumer learns of partitions that are revoked or lost. Options after these may change
// kgo.AutoCommitInterval and kgo.FetchMaxWait. They must not set kgo.OnPartitionsRevoked
// or kgo.OnPartitionsLost, which the Consumer uses. kgo.NewClient refuses the options without
// a kgo.ConsumerGroup ("invalid autocommit options").
func (c *Consumer) Options() []kgo.Opt {
	return []kgo.Opt{
		kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(commitInterval),
		kgo.FetchMaxWait(fetchWait),
		kgo.BlockRebalanceOnPoll(), // until the records of a poll are with their partitions
		kgo.OnPartitionsRevoked(c.revoked),
		kgo.OnPartitionsLost(c.lost),
	}
}

// Validate returns the error with which Run would refuse to start, or nil.
func (c *Consumer) Validate() error {
	switch {
	case c.Client == nil:
		return errNoClient
	case c.Client.OptValue(kgo.ConsumerGroup) == "":
		return errNoGroup
	case c.Client.OptValue(kgo.AutoCommitMarks) != true || c.Client.OptValue(kgo.BlockRebalanceOnPoll) != true:
		return errNotMarks
	case c.Invalid == dispatch.SkipInvalid && c.Skipped == nil:
		return errNoSkipped
	case c.Invalid == dispatch.DeadLetterOnInvalid && c.DeadLetter == "":
		return errNeedsDeadLetter
	}
	switch topics := consumed(c.Client); {
	case len(topics) == 0:
		return errNoTopics
	case c.DeadLetter != "" && isConsumed(c.Client, topics, c.DeadLetter):
		return fmt.Errorf("cekgo: DeadLetter %q: %w", excerpt.Of(c.DeadLetter), errItself)
	}
	if err := extension.Check(c.Decoder.Extensions); err != nil {
		return fmt.Errorf("cekgo: Decoder: %w", err)
	}
	return c.Delivery.Validate()
}

// consumed returns the topics that a client was made with, or the patterns of their names, and
// those that were added to it.
func consumed(client *kgo.Client) []string {
	made, _ := client.OptValue(kgo.ConsumeTopics).([]string)
	return append(client.GetConsumeTopics(), made...)
}

// isConsumed reports whether a client reads a topic, where topics are those of consumed.
func isConsumed(client *kgo.Client, topics []string, topic string) bool {
	if slices.Contains(topics, topic) {
		return true
	}
	if client.OptValue(kgo.ConsumeRegex) != true {
		return false
	}
	matches := func(pattern string) bool {
		ok, err := regexp.MatchString(pattern, topic)
		return ok && err == nil
	}
	excluded, _ := client.OptValue(kgo.ConsumeExcludeTopics).([]string)
	return slices.ContainsFunc(topics, matches) && !slices.ContainsFunc(excluded, matches)
}

// Run passes events to the handler until ctx ends or an error stops it. When ctx ends, no
// further handlers are called, and running ones have the time Grace to finish. Records
// that are finished by then are committed. Run returns nil if all handlers have finished,
// and otherwise a [*dispatch.UnfinishedError].
//
// The error that stops it is that of [Consumer.Validate], a
// [*dispatch.UndeliverableError] for a record that could be neither handled nor written
// to the dead letter, or an error of the client that does not go away by itself.
func (c *Consumer) Run(ctx context.Context) error {
	if err := c.Validate(); err != nil {
		return err
	}
	handling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	c.mu.Lock()
	if c.partitions != nil {
		c.mu.Unlock()
		return errRunning
	}
	c.partitions = map[place]*partition{}
	c.failed = make(chan error, 1)
	c.finished = make(chan struct{}, 1)
	c.ctx = handling
	c.ending = ctx.Done()
	c.mu.Unlock()

	polling, stop := context.WithCancel(ctx)
	defer stop()
	polled := make(chan error, 1)
	go func() { polled <- c.poll(polling) }()
	var marking sync.WaitGroup
	marking.Go(func() { c.mark(polling) })
	var err error
	select {
	case err = <-c.failed:
		stop()
		<-polled
	case err = <-polled:
		stop()
	}
	marking.Wait()
	if ended := c.end(nil); err == nil {
		err = ended
	}
	flushing, cancelFlush := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancelFlush()
	if flushed := c.Client.CommitMarkedOffsets(flushing); err == nil && flushed != nil && !errors.Is(flushed, kgo.ErrClientClosed) {
		err = fmt.Errorf("cekgo: the last commit: %w", flushed)
	}
	c.mu.Lock()
	c.partitions = nil
	c.mu.Unlock()
	return err
}

// poll reads records and gives them to the partitions, until ctx ends.
func (c *Consumer) poll(ctx context.Context) error {
	defer c.Client.AllowRebalance()
	var full []*partition
	for {
		c.Client.AllowRebalance()
		c.makeRoom(ctx, full)
		full = full[:0]
		fetches := c.Client.PollRecords(ctx, pollLimit)
		if ctx.Err() != nil {
			return nil // what was fetched is not marked, and comes again
		}
		if fetches.IsClientClosed() {
			return kgo.ErrClientClosed
		}
		var err error
		fetches.EachError(func(topic string, number int32, cause error) {
			switch {
			case passes(cause) && topic == "": // about the group
				c.logger().LogAttrs(ctx, slog.LevelWarn, "out of the group for a while", eventlog.Error(cause))
				return
			case passes(cause):
			case err != nil: // one is enough
				return
			case topic == "":
				err = fmt.Errorf("cekgo: %w", cause)
				return
			default:
				err = fmt.Errorf("cekgo: fetch of partition %d of topic %q: %w", number, excerpt.Of(topic), cause)
				return
			}
			c.logger().LogAttrs(ctx, slog.LevelWarn, "fetch failed", slog.String("topic", topic), slog.Int("partition", int(number)), eventlog.Error(cause))
		})
		if err != nil {
			return err
		}
		fetches.EachPartition(func(f kgo.FetchTopicPartition) {
			if len(f.Records) == 0 {
				return
			}
			if p := c.partition(place{f.Topic, f.Partition}); p.add(f.Records, f.HighWatermark) {
				full = append(full, p)
			}
		})
	}
}

// finish says that there is something to mark.
func (c *Consumer) finish() {
	select {
	case c.finished <- struct{}{}:
	default:
	}
}

// mark marks what is finished, now and then: to mark each record costs more than to decode it.
func (c *Consumer) mark(ctx context.Context) {
	timer := time.NewTimer(markAfter)
	defer timer.Stop()
	for {
		select {
		case <-c.finished:
		case <-ctx.Done():
			return
		}
		timer.Reset(markAfter)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		c.mu.Lock()
		for _, p := range c.partitions {
			p.mark()
		}
		c.mu.Unlock()
	}
}

// makeRoom waits until no more records than the limit wait in each partition, and pauses those
// that take too long. Handlers that are fast never have their partition paused.
func (c *Consumer) makeRoom(ctx context.Context, full []*partition) {
	if len(full) == 0 {
		return
	}
	timer := time.NewTimer(pauseAfter)
	defer timer.Stop()
	for i, p := range full {
		select {
		case <-p.room:
		case <-p.stopping:
		case <-ctx.Done():
			return
		case <-timer.C:
			for _, p := range full[i:] {
				p.pause()
			}
			return
		}
	}
}

// passes reports whether a fetch, or the membership in the group, can succeed later without a
// change: the client tries again. A member that was too slow to be heard of is one of those.
func passes(err error) bool {
	var lost *kgo.ErrDataLoss
	var session *kgo.ErrGroupSession
	var refused *kerr.Error
	switch {
	case errors.As(err, &lost), kerr.IsRetriable(err):
		return true
	case !errors.As(err, &session):
		return false
	case !errors.As(err, &refused): // the coordinator is not there
		return true
	}
	switch refused {
	case kerr.UnknownMemberID, kerr.IllegalGeneration, kerr.RebalanceInProgress, kerr.MemberIDRequired, kerr.FencedMemberEpoch, kerr.StaleMemberEpoch:
		return true
	}
	return false
}

func (c *Consumer) logger() *slog.Logger { return eventlog.Default(c.Delivery.Logger) }

// partition returns the partition at a place, and begins to handle it if it is new.
func (c *Consumer) partition(at place) *partition {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.partitions[at]
	if p == nil {
		p = newPartition(c, at)
		c.partitions[at] = p
	}
	return p
}

// revoked is called by the client before partitions go to another member of the group.
func (c *Consumer) revoked(ctx context.Context, client *kgo.Client, partitions map[string][]int32) {
	if err := c.end(partitions); err != nil {
		c.logger().LogAttrs(ctx, slog.LevelWarn, "partitions were taken away", eventlog.Error(err))
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	if err := client.CommitMarkedOffsets(ctx); err != nil {
		c.logger().LogAttrs(ctx, slog.LevelWarn, "commit failed", eventlog.Error(err))
	}
}

// lost is called by the client for partitions that it has lost already. A commit would be
// refused.
func (c *Consumer) lost(_ context.Context, _ *kgo.Client, partitions map[string][]int32) {
	for _, p := range c.take(partitions) {
		p.leave()
		p.quit()
		p.cancel()
	}
}

// take removes partitions, or all if the map is nil.
func (c *Consumer) take(partitions map[string][]int32) (taken []*partition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if partitions == nil {
		for at, p := range c.partitions {
			taken = append(taken, p)
			delete(c.partitions, at)
		}
		return taken
	}
	for topic, numbers := range partitions {
		for _, number := range numbers {
			if p := c.partitions[place{topic, number}]; p != nil {
				taken = append(taken, p)
				delete(c.partitions, place{topic, number})
			}
		}
	}
	return taken
}

// end takes partitions, or all if the map is nil, waits until their handlers have finished, and
// marks what is finished then.
func (c *Consumer) end(partitions map[string][]int32) error {
	taken := c.take(partitions)
	for _, p := range taken {
		p.quit()
	}
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		for _, p := range taken {
			<-p.idle
		}
	}()
	cancel := func() {
		for _, p := range taken {
			p.cancel()
		}
	}
	defer cancel()
	done := grace.Wait(idle, c.Grace, cancel)
	for _, p := range taken {
		p.mark()
		p.leave()
	}
	if done {
		return nil
	}
	left := new(dispatch.UnfinishedError)
	for _, p := range taken {
		left.Events += p.underWay()
	}
	if left.Events == 0 { // the last of them has just returned
		return nil
	}
	return left
}

// fail ends Run with an error.
func (c *Consumer) fail(err error) {
	select {
	case c.failed <- err:
	default: // there is one already
	}
}

// Lag returns the number of records in the partitions of this member that are not handled
// yet, as of the last fetch of each partition.
func (c *Consumer) Lag() (records int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.partitions {
		records += p.lag()
	}
	return records
}
