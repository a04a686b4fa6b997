package webhook_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// askedCallback sends in vain, and returns the callback that was offered.
func askedCallback(t *testing.T, wt *webhook.Transport, url string) string {
	t.Helper()
	var callback string
	wt.Base = roundTrip(func(r *http.Request) (*http.Response, error) {
		callback = r.Header.Get("WebHook-Request-Callback")
		return cehttptest.Response(http.Header{}, ""), nil
	})
	_, err := sent(wt, delivery(t, url))
	var h *webhook.HandshakeError
	if !errors.As(err, &h) || !h.Temporary || h.RetryAfter != time.Minute || !errors.Is(err, webhook.ErrNoConsent) {
		t.Errorf("%+v", err)
	}
	return callback
}

func TestServeConsent(t *testing.T) {
	for _, c := range []struct {
		name, method, more string
		fields             []string
		status             int
		gap                time.Duration // between deliveries
	}{
		{"POST with a rate", "POST", "", []string{"WebHook-Allowed-Rate", "60"}, 200, time.Second},
		{"GET of a browser", "GET", "", nil, 200, 500 * time.Millisecond},
		{"GET with a rate", "GET", "", []string{"WebHook-Allowed-Rate", "60"}, 200, time.Second},
		{"no limit is that which was asked for", "POST", "", []string{"WebHook-Allowed-Rate", "*"}, 200, 500 * time.Millisecond},
		{"more than was asked for", "POST", "", []string{"WebHook-Allowed-Rate", "600"}, 200, 500 * time.Millisecond},
		{"a rate of zero", "POST", "", []string{"WebHook-Allowed-Rate", "0"}, 400, 0},
		{"two rates", "POST", "", []string{"WebHook-Allowed-Rate", "1", "WebHook-Allowed-Rate", "1"}, 400, 0},
		{"PUT", "PUT", "", nil, 405, 0},
		{"HEAD", "HEAD", "", nil, 405, 0},
		{"a key that is longer", "POST", "x", nil, 404, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wt := &webhook.Transport{Origin: "a", Rate: 120, CallbackURL: "https://a/consent"}
				callback := askedCallback(t, wt, "https://b/")
				w := cehttptest.Record(http.HandlerFunc(wt.ServeConsent), asked(c.method, callback+c.more, "", c.fields...))
				if w.Code != c.status {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
				wt.Base = through(&consenting{})
				begin := time.Now()
				for range 3 {
					if _, err := sent(wt, delivery(t, "https://b/")); (err == nil) != (c.status == 200) {
						t.Error(err)
					}
				}
				if got := time.Since(begin); got != 2*c.gap {
					t.Errorf("%v between deliveries, want %v", got/2, c.gap)
				}
			})
		})
	}
}

func TestServeConsentOfOneTargetOnly(t *testing.T) {
	wt := &webhook.Transport{Origin: "a", CallbackURL: "https://a/consent"}
	one, two := askedCallback(t, wt, "https://one/"), askedCallback(t, wt, "https://two/")
	if one == two {
		t.Fatal("two targets have one callback")
	}
	if w := cehttptest.Record(http.HandlerFunc(wt.ServeConsent), asked("POST", one[:len(one)-26]+two[len(two)-26:], "")); w.Code != 404 {
		t.Errorf("the key of another target: %d", w.Code)
	}
	if w := cehttptest.Record(http.HandlerFunc(wt.ServeConsent), asked("POST", one, "")); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	wt.Base = through(&consenting{})
	if _, err := sent(wt, delivery(t, "https://one/")); err != nil {
		t.Error(err)
	}
	if _, err := sent(wt, delivery(t, "https://two/")); !errors.Is(err, webhook.ErrNoConsent) {
		t.Error(err)
	}
}

// Both ends of a handshake with a callback.
func TestCallbackAndServeConsent(t *testing.T) {
	wt := &webhook.Transport{Origin: "a.example.com", AllowHTTP: true}
	refused, served := make(chan bool), make(chan bool, 1)
	consent := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-refused // else consent may come before the first delivery has given up
		wt.ServeConsent(w, r)
		served <- true
	}))
	defer consent.Close()
	wt.CallbackURL = consent.URL
	pool := x509.NewCertPool()
	pool.AddCert(consent.Certificate())
	callback := &webhook.Callback{AllowAddress: netip.Addr.IsLoopback, TLS: &tls.Config{RootCAs: pool}}
	target := httptest.NewServer(&webhook.Target{Next: status(204), Origins: []string{"*"}, Callback: callback, Logger: mute})
	defer target.Close()
	wt.Base = target.Client().Transport
	if _, err := sent(wt, delivery(t, target.URL)); !errors.Is(err, webhook.ErrNoConsent) {
		t.Error(err)
	}
	close(refused)
	<-served
	if code, err := sent(wt, delivery(t, target.URL)); code != 204 {
		t.Error(code, err)
	}
	if err := callback.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
