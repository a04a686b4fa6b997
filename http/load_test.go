package cehttp_test

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var loadEvents = flag.Int("load", 20_000, "how many events the load tests send")

const loadConnections = 16

// ledger counts the outcomes of events. The ID of an event is its number.
type ledger struct {
	handled, accepted []atomic.Int32
	sent              atomic.Int64 // numbers given out

	// Answers.
	taken, refused, lost atomic.Int64
}

func newLedger(n int) *ledger {
	return &ledger{handled: make([]atomic.Int32, n), accepted: make([]atomic.Int32, n)}
}

func (l *ledger) handle(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
	i, err := strconv.Atoi(e.ID)
	if err != nil {
		return nil, dispatch.Permanent(err)
	}
	l.handled[i].Add(1)
	if i%16 == 0 { // so that the queue is full at times
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
	}
	return nil, nil
}

// check compares the events that were accepted with those that were handled.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	unanswered := 0
	for i := range l.handled {
		switch accepted, handled := l.accepted[i].Load(), l.handled[i].Load(); {
		case accepted > 1:
			t.Errorf("event %d was accepted %d times", i, accepted)
		case accepted == 1 && handled == 0:
			t.Errorf("event %d is lost", i)
		case handled > 1:
			t.Errorf("event %d was handled %d times", i, handled)
		case handled == 1 && accepted == 0:
			unanswered++
		}
	}
	t.Logf("%d events: %d accepted, %d answers 503, %d requests without an answer, %d events handled without an answer",
		l.sent.Load(), l.taken.Load(), l.refused.Load(), l.lost.Load(), unanswered)
}

// next returns the numbers of the next request, or none.
func (l *ledger) next() []int {
	n := 1
	if rand.IntN(8) == 0 {
		n = 1 + rand.IntN(20)
	}
	last := int(l.sent.Add(int64(n)))
	var numbers []int
	for i := last - n; i < min(last, len(l.handled)); i++ {
		numbers = append(numbers, i)
	}
	return numbers
}

// request returns a request in any mode with events of those numbers.
func (l *ledger) request(ctx context.Context, url string, numbers []int) (*http.Request, error) {
	es := make([]cloudevents.Event, len(numbers))
	for i, n := range numbers {
		es[i] = typicalEvent()
		es[i].ID = strconv.Itoa(n)
	}
	if len(es) == 1 {
		return cehttp.ToHTTPRequest(ctx, url, &es[0], cloudevents.Mode(rand.IntN(2)), nil)
	}
	return cehttp.ToHTTPRequestBatch(ctx, url, es, nil)
}

// post sends events of those numbers and returns those that are to be sent again.
// It returns an error if there was no answer.
func (l *ledger) post(ctx context.Context, c *http.Client, url string, numbers []int) (again []int, err error) {
	r, err := l.request(ctx, url, numbers)
	if err != nil {
		return nil, err
	}
	w, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		return nil, err
	}
	var answer cehttp.BatchAnswer
	if len(numbers) > 1 && w.StatusCode != 204 {
		if err := json.Unmarshal(body, &answer); err != nil || len(answer.Results) != len(numbers) {
			return nil, err
		}
	}
	for i, n := range numbers {
		status := w.StatusCode
		if answer.Results != nil {
			status = answer.Results[i].Status
		}
		if status < 300 {
			l.accepted[n].Add(1)
			l.taken.Add(1)
		} else {
			l.refused.Add(1)
			again = append(again, n)
		}
	}
	return again, nil
}

// client returns a client with one connection, which it cuts when it closes it.
func client() (*http.Client, *http.Transport) {
	t := &http.Transport{MaxConnsPerHost: 1, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		var d net.Dialer
		c, err := d.DialContext(ctx, network, address)
		if c, ok := c.(*net.TCPConn); ok {
			_ = c.SetLinger(0)
		}
		return c, err
	}}
	return &http.Client{Transport: t}, t
}

// settled waits until there are no more goroutines than before, and returns the
// memory that is in use then.
func settled(t *testing.T, goroutines int) uint64 {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > goroutines && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before\n%.5000s", n, goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	for _, c := range []struct {
		name   string
		cancel bool // half of the clients go away in the middle of each request
	}{
		{"all wait", false},
		{"half go away", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLedger(*loadEvents)
			goroutines := runtime.NumGoroutine()
			before := settled(t, goroutines)

			b := &dispatch.Background{Handler: l.handle, Workers: 4, QueueLimit: 16}
			address, stop := listen(t, silent(b.HandleEvent))
			url := "http://" + address + "/"
			begin := time.Now()
			var all sync.WaitGroup
			for i := range loadConnections {
				all.Go(func() { l.load(t, url, c.cancel && i%2 == 0) })
			}
			all.Wait()
			elapsed := time.Since(begin)
			if err := stop(); err != nil {
				t.Error(err)
			}
			if left, err := b.Shutdown(t.Context()); err != nil || len(left) > 0 {
				t.Errorf("%v, %v", left, err)
			}
			l.check(t)
			after := settled(t, goroutines)
			if after > before+2<<20 {
				t.Errorf("%d bytes of heap, %d before", after, before)
			}
			t.Logf("%v, heap %d KiB before, %d after, %d goroutines", elapsed.Round(time.Millisecond), before>>10, after>>10, runtime.NumGoroutine())
		})
	}
}

// load sends events until there are no more. It sends refused events again, and events
// without an answer not.
func (l *ledger) load(t *testing.T, url string, cancel bool) {
	c, transport := client()
	defer transport.CloseIdleConnections()
	for numbers := l.next(); numbers != nil; numbers = l.next() {
		for len(numbers) > 0 {
			patience := time.Minute
			if cancel {
				patience = time.Duration(rand.IntN(2000)) * time.Microsecond
			}
			ctx, stop := context.WithTimeout(context.Background(), patience)
			again, err := l.post(ctx, c, url, numbers)
			if err != nil {
				l.lost.Add(1)
				if !cancel {
					t.Error(err)
				}
			}
			stop()
			numbers = again
		}
	}
}
