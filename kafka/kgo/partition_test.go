package cekgo_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

// A partition whose handler is slow is not fetched, and the others go on. One that is taken away
// meanwhile is fetched when it comes back.
func TestPause(t *testing.T) {
	for _, c := range []struct {
		reason         string
		records, bytes int
	}{
		{"too many records", 10, -1},
		{"too many bytes", -1, 200},
	} {
		t.Run(c.reason, func(t *testing.T) { testPause(t, c.records, c.bytes) })
	}
}

func testPause(t *testing.T, records, bytes int) {
	const n, partitions = 3000, 2
	addrs := start(t, partitions)
	send(t, addrs, 0, n)
	var mu sync.Mutex
	seen := map[string]bool{}
	release, done := make(chan struct{}), make(chan struct{})
	h := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		select {
		case <-release:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[e.ID] = true; len(seen) == n {
			select {
			case <-done:
			default:
				close(done)
			}
		}
		return nil, nil
	}
	first := &cekgo.Consumer{QueueLimit: records, QueueBytes: bytes, Grace: -1, Delivery: dispatch.Delivery{Handler: h}}
	join(t, addrs, first)
	ended := make(chan error, 1)
	go func() { ended <- runUntil(t, first, done) }()
	paused := func() int { return len(first.Client.PauseFetchPartitions(nil)[topic]) }
	waitFor(t, func() bool { return paused() == partitions })

	second := &cekgo.Consumer{QueueLimit: records, QueueBytes: bytes, Grace: -1, Delivery: dispatch.Delivery{Handler: h}}
	join(t, addrs, second)
	leave := make(chan struct{})
	left := make(chan error, 1)
	go func() { left <- runUntil(t, second, leave) }()
	waitFor(t, func() bool { return paused() < partitions }) // one was taken away
	close(leave)
	if err := <-left; err != nil {
		t.Error(err)
	}
	second.Client.CloseAllowingRebalance()
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if at, end := committed(t, addrs); at != n || end != n || len(seen) != n {
		t.Errorf("committed %d of %d, handled %d", at, end, len(seen))
	}
}

// Events of other keys pass one that takes long. Nothing behind that one is committed, and all of
// it comes again.
func TestCommitWaitsForTheSlowest(t *testing.T) {
	const n, stuck = 100, 5
	addrs := start(t, 1)
	send(t, addrs, 0, n)
	var passed atomic.Int64
	c := &cekgo.Consumer{Concurrency: 64, Grace: -1, Delivery: dispatch.Delivery{Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		if e.ID == strconv.Itoa(stuck) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		passed.Add(1)
		return nil, nil
	}}}
	join(t, addrs, c)
	done, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- runUntil(t, c, done) }()
	waitFor(t, func() bool { // some keys may share the lane of the slow one
		at, _ := committed(t, addrs)
		return at == stuck && passed.Load() > n/2
	})
	if lag := c.Lag(); lag != n-stuck {
		t.Errorf("a lag of %d, want %d", lag, n-stuck)
	}
	close(done)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	c.Client.CloseAllowingRebalance()
	if at, _ := committed(t, addrs); at != stuck {
		t.Errorf("committed %d, want %d", at, stuck)
	}

	again, all := map[string]bool{}, make(chan struct{})
	c = &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(e *cloudevents.Event) error {
		if again[e.ID] = true; len(again) == n-stuck {
			close(all)
		}
		return nil
	})}}
	join(t, addrs, c)
	if err := runUntil(t, c, all); err != nil {
		t.Error(err)
	}
	if at, _ := committed(t, addrs); at != n || again[strconv.Itoa(stuck-1)] {
		t.Errorf("committed %d, and handled %v", at, again)
	}
}

// A member that the coordinator does not know any more joins again. One that may not join ends
// Run.
func TestOutOfTheGroup(t *testing.T) {
	for _, c := range []struct {
		refused *kerr.Error
		ends    bool
	}{{kerr.UnknownMemberID, false}, {kerr.GroupAuthorizationFailed, true}} {
		t.Run(c.refused.Message, func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(1, topic))
			if err != nil {
				t.Fatal(err)
			}
			defer cluster.Close()
			addrs := cluster.ListenAddrs()
			send(t, addrs, 0, 10)
			cluster.ControlKey(kmsg.NewPtrSyncGroupRequest().Key(), func(r kmsg.Request) (kmsg.Response, error, bool) {
				response := kmsg.NewPtrSyncGroupResponse()
				response.Version = r.GetVersion()
				response.ErrorCode = c.refused.Code
				return response, nil, true // once
			})
			n, done := 0, make(chan struct{})
			consumer := &cekgo.Consumer{Delivery: dispatch.Delivery{Handler: handler(func(*cloudevents.Event) error {
				if n++; n == 10 {
					close(done)
				}
				return nil
			})}}
			join(t, addrs, consumer)
			if err := runUntil(t, consumer, done); (err != nil) != c.ends || c.ends && !errors.Is(err, c.refused) {
				t.Errorf("error: %v", err)
			}
		})
	}
}
