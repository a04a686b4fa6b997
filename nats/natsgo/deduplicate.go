package cenatsgo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/pause"
)

// DeduplicateStore is the memory of a dispatch.Deduplicate in a key-value bucket of
// JetStream. Processes whose stores use the same bucket share it.
//
//	bucket, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: "handled", TTL: 24 * time.Hour})
//	once := dispatch.Deduplicate{Store: &cenatsgo.DeduplicateStore{Bucket: bucket}}
//
// An event is remembered for the TTL of the bucket, which must be longer than ClaimTTL, or
// no event can be claimed. A bucket without a TTL remembers events forever. An event takes
// about 200 bytes of the bucket.
//
// A DeduplicateStore is safe for concurrent use as long as its fields do not change. It
// must not be copied after its first use.
type DeduplicateStore struct {
	// Bucket has a key for each event: its dispatch.EventKey in hexadecimal.
	Bucket jetstream.KeyValue

	// ClaimTTL is the time after which the claim of a process that has died ends, counted
	// from when another process sees it. 0 is 30 s. A live process renews its claims
	// three times in that time, however long a handler takes. If it cannot reach the
	// server for that time, an event may be handled twice. All stores of a bucket should
	// have the same ClaimTTL.
	ClaimTTL time.Duration

	mu      sync.Mutex
	checked bool
	found   map[dispatch.EventKey]found
}

// found is a claim of another process, which ends if its revision stays the same for ClaimTTL. It
// is kept for callers whose contexts end before. That needs no clock that others agree on.
type found struct {
	revision uint64
	since    time.Time
}

const (
	defaultClaimTTL = 30 * time.Second
	endTimeout      = 10 * time.Second      // of Finish and Release
	firstPoll       = 20 * time.Millisecond // of a claim of another process; it doubles
	longestPoll     = time.Second
	maxFound        = 10_000 // claims of others that are kept
)

// The values of keys: a claim with the name of its owner, done, or deferred with the id of the
// work.
const (
	valueClaim    = "claim "
	valueDone     = "done"
	valueDeferred = "deferred "
)

var errNoBucket = errors.New("cenatsgo: the DeduplicateStore has no Bucket")

// Claim implements [dispatch.DeduplicateStore]. The error is that of ctx or of the client.
func (s *DeduplicateStore) Claim(ctx context.Context, key dispatch.EventKey) (dispatch.DeduplicateClaim, *dispatch.Duplicate, error) {
	if s.Bucket == nil {
		return nil, nil, errNoBucket
	}
	if err := s.check(ctx); err != nil {
		return nil, nil, err
	}
	name, owner := key.String(), valueClaim+rand.Text()
	poll := firstPoll
	for {
		revision, err := s.Bucket.Create(ctx, name, []byte(owner))
		if err == nil {
			return s.claimed(key, owner, revision), nil, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return nil, nil, aboutBucket(s.Bucket, err)
		}
		entry, err := s.Bucket.Get(ctx, name)
		switch {
		case errors.Is(err, jetstream.ErrKeyNotFound): // released, or forgotten by the bucket
			continue
		case err != nil:
			return nil, nil, aboutBucket(s.Bucket, err)
		}
		value := string(entry.Value())
		if value == valueDone {
			s.forget(key)
			return nil, &dispatch.Duplicate{}, nil
		}
		if id, ok := strings.CutPrefix(value, valueDeferred); ok {
			s.forget(key)
			return nil, &dispatch.Duplicate{Deferred: &dispatch.Deferred{ID: id}}, nil
		}
		if value != owner { // else it is that of a Create whose answer was lost
			left := s.left(key, entry.Revision())
			if left > 0 {
				if !pause.For(ctx, nil, min(poll, left)) {
					return nil, nil, ctx.Err()
				}
				poll = min(2*poll, longestPoll)
				continue
			}
		}
		revision, err = s.Bucket.Update(ctx, name, []byte(owner), entry.Revision())
		if err == nil {
			return s.claimed(key, owner, revision), nil, nil
		}
		if !errors.Is(err, jetstream.ErrKeyRevisionMismatch) { // somebody was faster
			return nil, nil, aboutBucket(s.Bucket, err)
		}
	}
}

// check reports a bucket that forgets claims before they end, so that other processes would handle
// their events too. It asks the server until that answers. If it does not, neither does the claim.
func (s *DeduplicateStore) check(ctx context.Context) error {
	s.mu.Lock()
	checked := s.checked
	s.mu.Unlock()
	if checked {
		return nil
	}
	about, err := s.Bucket.Status(ctx)
	if err != nil {
		return nil
	}
	if ttl := about.TTL(); ttl > 0 && ttl <= s.claimTTL() {
		return aboutBucket(s.Bucket, fmt.Errorf("its TTL is %v, and must be longer than the ClaimTTL of %v", ttl, s.claimTTL()))
	}
	s.mu.Lock()
	s.checked = true
	s.mu.Unlock()
	return nil
}

// aboutBucket returns an error with the name of a bucket.
func aboutBucket(bucket jetstream.KeyValue, err error) error {
	return fmt.Errorf("cenatsgo: bucket %q: %w", excerpt.Of(bucket.Bucket()), err)
}

// left returns how long the claim with a revision lasts, as far as this store has seen it.
func (s *DeduplicateStore) left(key dispatch.EventKey, revision uint64) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.found[key]
	if !ok || f.revision != revision {
		f = found{revision, time.Now()}
		if s.found == nil || !ok && len(s.found) >= maxFound { // whose claims end later then
			s.found = map[dispatch.EventKey]found{}
		}
		s.found[key] = f
	}
	return s.claimTTL() - time.Since(f.since)
}

func (s *DeduplicateStore) forget(key dispatch.EventKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.found, key)
}

func (s *DeduplicateStore) claimTTL() time.Duration {
	if s.ClaimTTL <= 0 {
		return defaultClaimTTL
	}
	return s.ClaimTTL
}

// claimed returns the claim of an owner, and begins to renew it.
func (s *DeduplicateStore) claimed(key dispatch.EventKey, owner string, revision uint64) *claim {
	s.forget(key)
	c := &claim{bucket: s.Bucket, key: key.String(), owner: owner, revision: revision, every: s.claimTTL() / 3}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = time.AfterFunc(c.every, c.renew)
	return c
}

// claim is a key of the bucket that this process has written.
type claim struct {
	bucket jetstream.KeyValue
	key    string
	owner  string
	every  time.Duration
	timer  *time.Timer

	mu       sync.Mutex // is held while the server is asked
	revision uint64
	ended    bool
}

// renew makes a new revision, so that others see that this process lives.
func (c *claim) renew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.every)
	defer cancel()
	if err := c.update(ctx, c.owner); !errors.Is(err, errLost) { // else try again, soon enough
		c.timer.Reset(c.every)
	}
}

var errLost = errors.New("cenatsgo: the claim has ended, and another process has the event")

// update writes a value over the claim. The caller holds mu.
func (c *claim) update(ctx context.Context, value string) error {
	revision, err := c.bucket.Update(ctx, c.key, []byte(value), c.revision)
	if errors.Is(err, jetstream.ErrKeyRevisionMismatch) { // by another, or the answer to an update was lost
		if err := c.find(ctx); err != nil {
			return err
		}
		revision, err = c.bucket.Update(ctx, c.key, []byte(value), c.revision)
	}
	if err != nil {
		return aboutBucket(c.bucket, err)
	}
	c.revision = revision
	return nil
}

// find looks up the revision of the claim. The caller holds mu.
func (c *claim) find(ctx context.Context) error {
	entry, err := c.bucket.Get(ctx, c.key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound), err == nil && string(entry.Value()) != c.owner:
		return errLost
	case err != nil:
		return aboutBucket(c.bucket, err)
	}
	c.revision = entry.Revision()
	return nil
}

// end ends the claim by f.
func (c *claim) end(ctx context.Context, f func(context.Context) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	c.timer.Stop()
	ctx, cancel := context.WithTimeout(ctx, endTimeout)
	defer cancel()
	return f(ctx)
}

// Finish implements [dispatch.DeduplicateClaim].
func (c *claim) Finish(ctx context.Context, d *dispatch.Deferred) error {
	value := valueDone
	if d != nil {
		value = valueDeferred + d.ID
	}
	return c.end(ctx, func(ctx context.Context) error { return c.update(ctx, value) })
}

// Release implements [dispatch.DeduplicateClaim].
func (c *claim) Release(ctx context.Context) error {
	return c.end(ctx, func(ctx context.Context) error {
		err := c.bucket.Delete(ctx, c.key, jetstream.LastRevision(c.revision))
		if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			if err := c.find(ctx); err != nil {
				return err
			}
			err = c.bucket.Delete(ctx, c.key, jetstream.LastRevision(c.revision))
		}
		if err != nil {
			return aboutBucket(c.bucket, err)
		}
		return nil
	})
}
