package webhook_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// A message that is being handled is not forgotten, however many others come. When all that
// may be remembered are being handled, further messages have to wait.
func TestVerifierRemembersWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		var mu sync.Mutex
		calls := map[string]int{}
		release := make(chan bool)
		v := &webhook.Verifier{Secrets: known, Remember: 3, Logger: mute, Next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id := r.Header.Get("webhook-id")
			mu.Lock()
			calls[id]++
			mu.Unlock()
			if id[0] == 's' {
				select {
				case <-release:
				case <-time.After(time.Second):
				}
			}
			w.WriteHeader(204)
		})}
		post := func(id string) int { return cehttptest.Post(v, signedHeader(t, id, "x", known...), "x").Code }
		var wg sync.WaitGroup
		for _, id := range []string{"slow1", "slow2"} {
			wg.Go(func() { post(id) })
			synctest.Wait()
		}
		for i := range 10 { // which push out one another
			if code := post("quick" + strconv.Itoa(i)); code != 204 {
				t.Errorf("%d", code)
			}
		}
		for _, id := range []string{"slow1", "slow2"} {
			if code := post(id); code != 503 || calls[id] != 1 {
				t.Errorf("%s again: %d, handled %d times", id, code, calls[id])
			}
		}
		wg.Go(func() { post("slow3") })
		synctest.Wait()
		w := cehttptest.Post(v, signedHeader(t, "quick", "x", known...), "x")
		wantProblem(t, w, 503, "service_unavailable")
		if w.Header().Get("Retry-After") != "1" || calls["quick"] != 0 {
			t.Errorf("%v, handled %d times", w.Header(), calls["quick"])
		}
		if code := post("slow1"); code != 503 || calls["slow1"] != 1 {
			t.Errorf("slow1 once more: %d, handled %d times", code, calls["slow1"])
		}
		close(release)
		wg.Wait()
		for _, id := range []string{"slow1", "slow2", "slow3"} {
			if code := post(id); code != 204 || calls[id] != 1 {
				t.Errorf("%s when it was handled: %d, handled %d times", id, code, calls[id])
			}
		}
		if code := post("quick"); code != 204 || calls["quick"] != 1 {
			t.Errorf("quick: %d, handled %d times", code, calls["quick"])
		}
	})
}

// A message that is signed anew each time it is sent is remembered as long as the newest
// signature is good, in whatever order the signatures come.
func TestVerifierRemembersTheNewestSignature(t *testing.T) {
	for name, newestFirst := range map[string]bool{"in order": false, "the newest first": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				known := secrets(t, firstSecret)
				calls := 0
				v := &webhook.Verifier{Secrets: known, Remember: 9, Logger: mute, Next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { calls++ })}
				old := signedHeader(t, "a", "x", known...)
				time.Sleep(4 * time.Minute)
				again := signedHeader(t, "a", "x", known...)
				first, second := old, again
				if newestFirst {
					first, second = again, old
				}
				for _, h := range []http.Header{first, second} {
					if w := cehttptest.Post(v, h, "x"); w.Code/100 != 2 {
						t.Fatal(w.Code)
					}
				}
				time.Sleep(4 * time.Minute) // the older one is over by now
				if w := cehttptest.Post(v, again, "x"); w.Code != 204 || calls != 1 {
					t.Errorf("%d, handled %d times", w.Code, calls)
				}
			})
		})
	}
	// Without a Tolerance an id is never over.
	synctest.Test(t, func(t *testing.T) {
		known := secrets(t, firstSecret)
		calls := 0
		v := &webhook.Verifier{Secrets: known, Remember: 1, Tolerance: -1, Logger: mute, Next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ })}
		h := signedHeader(t, "a", "x", known...)
		for range 3 {
			cehttptest.Post(v, h, "x")
			time.Sleep(1000 * time.Hour)
		}
		if calls != 1 {
			t.Errorf("handled %d times", calls)
		}
	})
}

// slowTarget is a target whose deliveries with a path that begins with /slow wait.
type slowTarget struct {
	consenting
	release chan bool
}

func (s *slowTarget) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && len(r.URL.Path) > 4 && r.URL.Path[:5] == "/slow" {
		select {
		case <-s.release:
		case <-time.After(time.Second):
		}
	}
	s.consenting.ServeHTTP(w, r)
}

// A target that is being sent to is not forgotten: its permission and its rate stay. When
// all that may be remembered are being sent to, others have to wait.
func TestTransportRemembersWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &slowTarget{consenting{header: grants("*", "1")}, make(chan bool)}
		wt := &webhook.Transport{Base: through(target), Origin: "a", MaxTargets: 2}
		var wg sync.WaitGroup
		begin := time.Now()
		slow := func(path string) {
			wg.Go(func() {
				if code, err := sent(wt, delivery(t, "https://b"+path)); code != 200 {
					t.Error(code, err)
				}
			})
			synctest.Wait()
		}
		slow("/slow1")
		for i := range 5 {
			if code, err := sent(wt, delivery(t, "https://b/"+strconv.Itoa(i))); code != 200 {
				t.Error(code, err)
			}
		}
		if n := target.asked.Load(); n != 6 {
			t.Errorf("asked %d times", n)
		}
		slow("/slow1") // keeps to the rate of the first
		if n := target.asked.Load(); n != 6 {
			t.Errorf("asked again: %d times", n)
		}
		slow("/slow2")
		_, err := sent(wt, delivery(t, "https://b/other"))
		temporary, ok := err.(interface {
			Retryable() bool
			RetryIn() time.Duration
		})
		if !ok || !temporary.Retryable() || temporary.RetryIn() <= 0 {
			t.Errorf("%v", err)
		}
		close(target.release)
		wg.Wait()
		if d := time.Since(begin); d != time.Minute {
			t.Errorf("took %v", d)
		}
		if code, err := sent(wt, delivery(t, "https://b/other")); code != 200 {
			t.Error(code, err)
		}
	})
}

// Room is made by targets of which nothing is known that matters now, before those that
// want to be left alone for a while.
func TestTransportRemembersHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := &consenting{header: grants("*", "*"), after: "600"}
		busy.status.Store(429)
		idle := &consenting{header: grants("*", "*")}
		wt := &webhook.Transport{Origin: "a", MaxTargets: 2, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "busy" {
				return through(busy)(r)
			}
			return through(idle)(r)
		})}
		if code, err := sent(wt, delivery(t, "https://busy/")); code != 429 {
			t.Fatal(code, err)
		}
		for i := range 5 {
			if code, err := sent(wt, delivery(t, "https://idle/"+strconv.Itoa(i))); code != 200 {
				t.Fatal(code, err)
			}
			time.Sleep(time.Second)
		}
		begin := time.Now()
		busy.status.Store(200)
		if code, err := sent(wt, delivery(t, "https://busy/")); code != 200 || time.Since(begin) != 595*time.Second {
			t.Errorf("%d, %v after %v", code, err, time.Since(begin))
		}
		if n := busy.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A target cannot have itself, or all deliveries to it, forgotten for years.
func TestTransportHoldIsCapped(t *testing.T) {
	for _, after := range []string{"99999999999", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "3601"} {
		synctest.Test(t, func(t *testing.T) {
			target := &consenting{header: grants("*", "*"), after: after}
			target.status.Store(503)
			wt := &webhook.Transport{Base: through(target), Origin: "a"}
			if code, err := sent(wt, delivery(t, "https://b/")); code != 503 {
				t.Fatal(code, err)
			}
			target.after = ""
			target.status.Store(200)
			begin := time.Now()
			if code, err := sent(wt, delivery(t, "https://b/")); code != 200 || time.Since(begin) != time.Hour {
				t.Errorf("%q: %v, %v after %v", after, code, err, time.Since(begin))
			}
		})
		synctest.Test(t, func(t *testing.T) {
			target := &consenting{options: 403, after: after}
			wt := &webhook.Transport{Base: through(target), Origin: "a"}
			if _, err := sent(wt, delivery(t, "https://b/")); err == nil {
				t.Fatal("it was sent")
			}
			target.header, target.options = grants("*", "*"), 200
			time.Sleep(time.Hour)
			if code, err := sent(wt, delivery(t, "https://b/")); code != 200 {
				t.Errorf("refused with %q: %d, %v after an hour", after, code, err)
			}
		})
	}
}
