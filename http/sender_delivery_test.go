package cehttp_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

var deliveries = flag.Int("deliveries", 2000, "how many events TestDelivery sends")

// unreliable is a receiver that fails a third of the requests at random, in many ways.
type unreliable struct {
	requests atomic.Int64
	receiver cehttp.Receiver

	mu      sync.Mutex
	arrived map[string][]string // dumps of the events, by ID
}

func newUnreliable() *unreliable {
	u := &unreliable{arrived: map[string][]string{}}
	u.receiver = cehttp.Receiver{Logger: slog.New(slog.DiscardHandler), Handler: u.handle}
	return u
}

func (u *unreliable) handle(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.arrived[e.ID] = append(u.arrived[e.ID], dump(*e))
	return nil, nil
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.requests.Add(1)
	switch rand.N(18) {
	case 0:
		http.Error(w, "oops", http.StatusInternalServerError)
	case 1:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 2:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	case 3:
		panic(http.ErrAbortHandler) // before
	case 4:
		u.receiver.ServeHTTP(discarded{http.Header{}}, r)
		panic(http.ErrAbortHandler) // after
	case 5:
		u.receiver.ServeHTTP(discarded{http.Header{}}, r)
		w.WriteHeader(http.StatusBadGateway)
	default:
		u.receiver.ServeHTTP(w, r)
	}
}

// discarded is a response that gets lost.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header       { return d.header }
func (discarded) Write(b []byte) (int, error) { return len(b), nil }
func (discarded) WriteHeader(int)             {}

// A receiver fails a third of the attempts, and is killed twice and started again at the
// same address. All events arrive unchanged.
func TestDelivery(t *testing.T) {
	u := newUnreliable()
	address := freeport.Address(t)
	start := func() *http.Server {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return nil
		}
		s := &http.Server{Handler: u, ErrorLog: discardLog()}
		go func() { _ = s.Serve(l) }()
		return s
	}
	server := start()

	var attempts, refusals atomic.Int64
	own := &http.Transport{MaxIdleConnsPerHost: 16}
	defer own.CloseIdleConnections()
	sender := hushed(cehttp.Sender{
		Target: "http://" + address, Client: &http.Client{Transport: own},
		Retry: cehttp.Retry{Attempts: 100, Wait: time.Millisecond, MaxWait: 50 * time.Millisecond},
		Observer: cehttp.SendObserver{Attempted: func(_ context.Context, a cehttp.Attempt) {
			attempts.Add(1)
			if errors.Is(a.Err, syscall.ECONNREFUSED) {
				refusals.Add(1)
			}
		}},
	})

	// The receiver is killed after a third and after two thirds of the events. It comes
	// back when a connection was refused.
	var sent atomic.Int64
	done := make(chan struct{})
	restarts := 0
	go func() {
		defer close(done)
		for restart := range int64(2) {
			waitFor(t, func() bool { return sent.Load() > (restart+1)*int64(*deliveries)/3 })
			_ = server.Close()
			before := refusals.Load()
			waitFor(t, func() bool { return refusals.Load() > before })
			if server = start(); server == nil {
				return
			}
			restarts++
		}
	}()

	events := make([]cloudevents.Event, *deliveries)
	for i := range events {
		e := sample()
		e.ID = strconv.Itoa(i)
		e.Data = fmt.Appendf(nil, `{"number":%d,"padding":"%0*d"}`, i, rand.N(2000), i)
		events[i] = e
	}
	var next atomic.Int64
	var senders sync.WaitGroup
	for worker := range 16 {
		own := *sender
		own.Mode = cloudevents.Mode(worker % 2)
		senders.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(events)); i = next.Add(1) - 1 {
				var err error
				if i%10 == 0 {
					_, err = own.SendBatch(t.Context(), events[i:i+1])
				} else {
					err = own.Send(t.Context(), &events[i])
				}
				if err != nil {
					t.Errorf("event %d: %v", i, err)
				}
				sent.Add(1)
			}
		})
	}
	senders.Wait()
	<-done
	_ = server.Close()

	duplicates := 0
	for i := range events {
		copies := u.arrived[events[i].ID]
		if len(copies) == 0 {
			t.Errorf("event %d is lost", i)
		}
		duplicates += max(len(copies)-1, 0)
		for _, got := range copies {
			if want := dump(events[i]); got != want {
				t.Errorf("event %d: got\n%swant\n%s", i, got, want)
			}
		}
	}
	if len(u.arrived) != len(events) || restarts != 2 {
		t.Errorf("%d ids of %d, %d restarts", len(u.arrived), len(events), restarts)
	}
	t.Logf("%d events, %d attempts, %d came in, %d refused connections, %d duplicates, %d restarts",
		len(events), attempts.Load(), u.requests.Load(), refusals.Load(), duplicates, restarts)
}

// waitFor waits until ok returns true, and fails the test after a minute.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("it does not come")
			return
		}
	}
}
