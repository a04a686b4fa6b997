package cehttp_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const (
	stressClients  = 32
	stressRequests = 60 // of each client
)

// Thirty-two clients send every kind of event in every mode over HTTP/1.1 and HTTP/2, some
// with bodies that stop and some that go away, to a Receiver with all middleware, whose
// work is canceled meanwhile. Each event is handled successfully at most once, and
// goroutines and memory return. It is meant for the race detector.
func TestStress(t *testing.T) {
	requests := stressRequests
	if testing.Short() {
		requests = 10
	}
	goroutines := runtime.NumGoroutine()
	before := settled(t, goroutines)

	var succeeded sync.Map // by ID
	var handled, twice atomic.Int64
	work := func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		handled.Add(1)
		kind, _, _ := strings.Cut(e.ID, "-")
		switch kind {
		case "panic":
			panic(e.ID)
		case "slow":
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Duration(rand.IntN(5)) * time.Millisecond):
			}
		case "refused":
			return nil, dispatch.Permanent(errors.New("no"))
		case "busy":
			return nil, dispatch.Retryable(errors.New("busy"), time.Millisecond)
		case "data":
			_, err := cloudevents.DataAs[int](e)
			return nil, err
		}
		if _, again := succeeded.LoadOrStore(e.ID, true); again {
			twice.Add(1)
		}
		if kind == "reply" {
			reply := sample()
			return &reply, nil
		}
		return nil, nil
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var once dispatch.Deduplicate
	background := &dispatch.Background{
		Workers: 4, QueueLimit: 64, Timeout: 50 * time.Millisecond, Logger: quiet,
		Handler: dispatch.Chain(work, dispatch.Log(quiet), once.Wrap),
	}
	var mux dispatch.Mux
	if err := mux.Handle(
		dispatch.Route{Type: "now", Handler: once.Wrap(work)},
		dispatch.Route{Type: "later*", Handler: background.HandleEvent},
	); err != nil {
		t.Fatal(err)
	}
	rc := &cehttp.Receiver{
		Handler: dispatch.Chain(mux.HandleEvent, dispatch.Log(quiet), dispatch.ConcurrencyLimit(16), dispatch.Timeout(20*time.Millisecond)),
		Logger:  quiet,
	}
	var answered, outcomes atomic.Int64
	rc.Observer.Answered = func(context.Context, int, time.Duration) { answered.Add(1) }
	rc.Observer.Handled = func(context.Context, dispatch.Outcome) { outcomes.Add(1) }
	rc.Observer.Failed = rc.Observer.Handled
	address, stop := listen(t, &cehttp.Routes{Receiver: rc, Background: background})

	var all sync.WaitGroup
	for n := range stressClients {
		all.Go(func() { stress(t, "http://"+address, n, requests) })
	}
	all.Wait()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if left, err := background.Shutdown(t.Context()); err != nil || len(left) > 0 || background.Pending() > 0 {
		t.Errorf("%v, %v, %d pending", left, err, background.Pending())
	}
	if n := twice.Load(); n > 0 {
		t.Errorf("%d events succeeded twice", n)
	}
	if answered.Load() == 0 || outcomes.Load() == 0 || handled.Load() == 0 {
		t.Errorf("%d answered, %d outcomes, %d handled", answered.Load(), outcomes.Load(), handled.Load())
	}
	succeeded.Clear()
	t.Logf("%d requests answered, %d outcomes, %d handled", answered.Load(), outcomes.Load(), handled.Load())
	// once remembers its events, up to 8,000 of them.
	if after := settled(t, goroutines); after > before+8<<20 {
		t.Errorf("%d bytes of heap, %d before", after, before)
	}
}

// stress is one client.
func stress(t *testing.T, url string, client, requests int) {
	var protocols http.Protocols
	protocols.SetHTTP1(client%2 == 0)
	protocols.SetUnencryptedHTTP2(client%2 == 1)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	kinds := []string{"plain", "slow", "panic", "refused", "busy", "data", "reply"}
	for range requests {
		es := make([]cloudevents.Event, 1+rand.IntN(12))
		for i := range es {
			es[i] = typicalEvent()
			es[i].ID = kinds[rand.IntN(len(kinds))] + "-" + strconv.Itoa(rand.IntN(2000)) // some come again
			es[i].Type = []string{"now", "later", "later.still", "unknown"}[rand.IntN(4)]
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		var r *http.Request
		var err error
		switch rand.IntN(8) {
		case 0:
			r, err = http.NewRequestWithContext(ctx, "POST", url+"/cancel/"+cloudevents.NewID(), nil)
		case 1:
			r, err = http.NewRequestWithContext(ctx, "GET", url+"/health/ready", nil)
		case 2: // refused by its header
			r, err = http.NewRequestWithContext(ctx, "POST", url+"/", strings.NewReader(strings.Repeat("x", 1+rand.IntN(100_000))))
		case 3, 4:
			r, err = cehttp.ToHTTPRequestBatch(ctx, url, es, nil)
		default:
			r, err = cehttp.ToHTTPRequest(ctx, url, &es[0], cloudevents.Mode(rand.IntN(2)), nil)
		}
		if err != nil {
			t.Error(err)
		}
		goesAway := rand.IntN(4) == 0
		if goesAway {
			time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, cancel)
		}
		w, err := transport.RoundTrip(r)
		if err == nil {
			_, err = io.Copy(io.Discard, w.Body)
			w.Body.Close()
		}
		if err != nil && !goesAway && !errors.Is(err, context.Canceled) && r.URL.Path != "/" {
			t.Error(err)
		}
		cancel()
	}
}
