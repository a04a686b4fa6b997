package webhook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// Deliveries that begin together share one handshake, also if the first one is canceled.
func TestTransportSharesHandshake(t *testing.T) {
	for _, c := range []struct {
		name   string
		cancel bool
		fail   bool
		asked  int32
		ok     int32
	}{
		{"granted", false, false, 1, 10},
		{"failed", false, true, 1, 0},
		{"the first is canceled", true, false, 2, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked, ok atomic.Int32
				answer := through(&consenting{header: grants("*", "*")})
				wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(r *http.Request) (*http.Response, error) {
					if r.Method == http.MethodOptions {
						asked.Add(1)
						select {
						case <-time.After(time.Second):
						case <-r.Context().Done():
							return nil, r.Context().Err()
						}
						if c.fail {
							return nil, io.ErrUnexpectedEOF
						}
					}
					return answer(r)
				})}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var wg sync.WaitGroup
				for i := range 10 {
					r := delivery(t, "https://b/")
					if i == 0 {
						r = r.WithContext(ctx)
					}
					wg.Go(func() {
						_, err := sent(wt, r)
						switch {
						case err == nil:
							ok.Add(1)
						case i == 0 && c.cancel:
							if !errors.Is(err, context.Canceled) {
								t.Error(err)
							}
						case !errors.Is(err, io.ErrUnexpectedEOF):
							t.Error(err)
						}
					})
					synctest.Wait()
				}
				if c.cancel {
					cancel()
				}
				wg.Wait()
				if asked.Load() != c.asked || ok.Load() != c.ok {
					t.Errorf("%d handshakes, %d deliveries", asked.Load(), ok.Load())
				}
			})
		})
	}
}

func TestTransportPaces(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked int
		rate  string
		want  time.Duration // of ten deliveries
	}{
		{"as granted", 0, "60", 9 * time.Second},
		{"as asked, which is less", 30, "60", 18 * time.Second},
		{"as granted, which is less", 120, "60", 9 * time.Second},
		{"as asked, without a limit", 30, "*", 18 * time.Second},
		{"without a limit", 0, "*", 0},
		{"far above", 0, strings.Repeat("9", 40), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wt := &webhook.Transport{Base: through(&consenting{header: grants("*", c.rate)}), Origin: "a", Rate: c.asked}
				begin := time.Now()
				var wg sync.WaitGroup
				for range 10 {
					r := delivery(t, "https://b/")
					wg.Go(func() {
						if _, err := sent(wt, r); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := time.Since(begin); got != c.want {
					t.Errorf("took %v, want %v", got, c.want)
				}
				if _, err := sent(wt, delivery(t, "https://other/")); err != nil || time.Since(begin) != c.want {
					t.Error("another target waits")
				}
			})
		})
	}
}

func TestTransportWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &consenting{header: grants("*", "1")}
		wt := &webhook.Transport{Base: through(target), Origin: "a"}
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Second)
		defer cancel()
		_, err := sent(wt, delivery(t, "https://b/").WithContext(ctx))
		var rate *webhook.RateError
		if !errors.As(err, &rate) || rate.RetryAfter != time.Minute || time.Since(begin) != 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := sent(wt, delivery(t, "https://b/").WithContext(ctx)); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		// Neither has taken a turn.
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil || time.Since(begin) != time.Minute || target.delivered.Load() != 2 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// Deliveries that are given up while they wait take no turn, and the others keep their
// order.
func TestTransportWaitersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &consenting{header: grants("*", "60")}
		wt := &webhook.Transport{Base: through(target), Origin: "a"}
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		var order []int
		var mu sync.Mutex
		var wg sync.WaitGroup
		cancels := make([]context.CancelFunc, 1000)
		for i := range cancels {
			var ctx context.Context
			ctx, cancels[i] = context.WithCancel(t.Context())
			wg.Go(func() {
				if _, err := sent(wt, delivery(t, "https://b/").WithContext(ctx)); err == nil {
					mu.Lock()
					order = append(order, i)
					mu.Unlock()
				}
			})
			synctest.Wait()
		}
		for i, cancel := range cancels {
			if i%500 != 250 {
				cancel()
			}
			synctest.Wait()
		}
		// Two are left, so the third turn is the next one.
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Second+time.Millisecond)
		defer stop()
		if _, err := sent(wt, delivery(t, "https://b/").WithContext(ctx)); err != nil || time.Since(begin) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		wg.Wait()
		if len(order) != 2 || order[0] != 250 || order[1] != 750 {
			t.Errorf("order %v", order)
		}
		cancels[250]()
		cancels[750]()
	})
}

// Retry-After holds for all deliveries to a target, in seconds and as a date.
func TestTransportObservesRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, date := range []bool{false, true} {
			after := "30"
			if date {
				after = time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
			}
			target := &consenting{header: grants("*", "*")}
			wt := &webhook.Transport{Base: through(target), Origin: "a"}
			if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
				t.Fatal(err)
			}
			target.after = after
			target.status.Store(429)
			begin := time.Now()
			if code, err := sent(wt, delivery(t, "https://b/")); code != 429 {
				t.Fatal(code, err)
			}
			target.after = ""
			target.status.Store(200)
			if code, err := sent(wt, delivery(t, "https://b/")); code != 200 || time.Since(begin) != 30*time.Second {
				t.Errorf("%q: %v, %v after %v", after, code, err, time.Since(begin))
			}
		}
		target := &consenting{header: grants("*", "*")}
		wt := &webhook.Transport{Base: through(target), Origin: "a", MaxHold: -1}
		target.after = strings.Repeat("9", 20)
		target.status.Store(503)
		if code, err := sent(wt, delivery(t, "https://b/")); code != 503 {
			t.Fatal(code, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var rate *webhook.RateError
		if _, err := sent(wt, delivery(t, "https://b/").WithContext(ctx)); !errors.As(err, &rate) || rate.RetryAfter < 365*24*time.Hour {
			t.Error(err)
		}
	})
}

func TestTransportAndTarget(t *testing.T) {
	got := make(chan cloudevents.Event, 3)
	wh := &webhook.Target{Origins: []string{"*.example.com"}, Rate: 6000, Logger: mute,
		Next: receiver(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			got <- *e
			return nil, nil
		})}
	s := httptest.NewTLSServer(&webhook.Authorization{Next: wh, Tokens: []string{bearer}, Handshake: true, Logger: mute})
	defer s.Close()
	client := &http.Client{Transport: &webhook.Transport{Base: s.Client().Transport, Origin: "a.example.com", Rate: 12000, Token: bearer}}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		e := cehttptest.Sample()
		r, err := cehttp.ToHTTPRequest(t.Context(), s.URL+"/events?x=1", &e, mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil || answer.StatusCode != 204 {
			t.Fatal(answer, err)
		}
		answer.Body.Close()
		cehttptest.WantEvent(t, <-got, e)
	}
	stranger := &http.Client{Transport: &webhook.Transport{Base: s.Client().Transport, Origin: "a.example.org"}}
	if _, err := stranger.Do(delivery(t, s.URL)); !errors.Is(err, webhook.ErrNoConsent) {
		t.Error(err)
	}
}
