package webhook_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// A delivery that would have to wait behind others for longer than it may gets its error at
// once.
func TestTransportCountsTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wt := &webhook.Transport{Base: through(&consenting{header: grants("*", "60")}), Origin: "a"}
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				if _, err := sent(wt, delivery(t, "https://b/")); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second-1)
		defer cancel()
		var rate *webhook.RateError
		if _, err := sent(wt, delivery(t, "https://b/").WithContext(ctx)); !errors.As(err, &rate) || rate.RetryAfter != 6*time.Second || time.Since(begin) != 0 {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		wg.Wait()
		if d := time.Since(begin); d != 5*time.Second {
			t.Errorf("the others took %v", d)
		}
		// Nobody waits any more.
		if _, err := sent(wt, delivery(t, "https://b/")); err != nil || time.Since(begin) != 6*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// Deliveries that share a handshake do not share the panic of the one that began it.
func TestTransportHandshakePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := through(&consenting{header: grants("*", "*")})
		asked := 0
		wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodOptions {
				if asked++; asked == 1 {
					time.Sleep(time.Second)
					panic("a transport")
				}
			}
			return answer(r)
		})}
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			_, _ = sent(wt, delivery(t, "https://b/"))
		})
		synctest.Wait()
		wg.Go(func() {
			if code, err := sent(wt, delivery(t, "https://b/")); code != 200 {
				t.Error(code, err)
			}
		})
		wg.Wait()
		if asked != 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// The id of a message whose attributes are in the body is that of earlier versions.
func TestIDOfBodies(t *testing.T) {
	const contentType = cehttptest.StructuredType
	sum := sha256.Sum256([]byte("\x00\x00\x00" + string(rune(len(contentType))) + contentType + "body"))
	if got, want := webhook.ID(cehttptest.Typed(contentType), []byte("body")), "ces_"+base64.RawURLEncoding.EncodeToString(sum[:]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
