package webhook_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

func TestPublicAddress(t *testing.T) {
	for _, c := range []struct {
		address string
		want    bool
	}{
		{"8.8.8.8", true}, {"100.63.255.255", true}, {"100.128.0.0", true}, {"172.32.0.1", true}, {"192.0.1.1", true},
		{"2600:1f18::1", true}, {"2a00:1450:4001::1", true}, {"2001:4860:4860::8888", true}, {"2003::1", true},
		{"::ffff:8.8.8.8", true},

		{"0.0.0.0", false}, {"0.1.2.3", false}, {"::", false}, // unspecified, this network
		{"127.0.0.1", false}, {"127.255.255.254", false}, {"::1", false}, {"::ffff:127.0.0.1", false}, // loopback
		{"10.0.0.1", false}, {"172.16.0.1", false}, {"172.31.255.255", false}, {"192.168.1.1", false}, {"fd00:ec2::254", false}, {"fc00::1", false}, // private
		{"169.254.169.254", false}, {"::ffff:169.254.169.254", false}, {"fe80::1", false}, {"fe80::1%eth0", false}, // link-local
		{"100.64.0.1", false}, {"100.127.255.255", false}, {"100.100.100.200", false}, // carrier-grade NAT
		{"224.0.0.1", false}, {"239.255.255.255", false}, {"ff02::1", false}, // multicast
		{"240.0.0.1", false}, {"255.255.255.255", false}, // reserved, broadcast
		{"192.0.0.192", false}, {"192.0.2.1", false}, {"198.18.0.1", false}, {"198.19.255.255", false}, {"198.51.100.7", false}, {"203.0.113.7", false}, {"192.88.99.1", false},
		{"168.63.129.16", false},                                                                               // the platform on Azure
		{"64:ff9b::a9fe:a9fe", false}, {"2002:7f00:1::", false}, {"2001:0:1::", false}, {"::127.0.0.1", false}, // IPv4 within
		{"2001:db8::1", false}, {"3fff::1", false}, {"2001:20::1", false}, {"fec0::1", false}, {"4000::1", false},
	} {
		if got := webhook.PublicAddress(netip.MustParseAddr(c.address)); got != c.want {
			t.Errorf("%s: %v", c.address, got)
		}
	}
	if webhook.PublicAddress(netip.Addr{}) {
		t.Error("the zero address")
	}
}

// callbackServer is where a sender is told of its permission, and a Callback that
// may call it.
func callbackServer(t *testing.T, h http.HandlerFunc) (*httptest.Server, *webhook.Callback) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s, &webhook.Callback{
		AllowAddress: netip.Addr.IsLoopback,
		TLS:          &tls.Config{RootCAs: pool},
		Logger:       mute,
	}
}

func TestCallbackGrants(t *testing.T) {
	type call struct{ method, target, rate string }
	calls := make(chan call, 1)
	s, c := callbackServer(t, func(_ http.ResponseWriter, r *http.Request) {
		calls <- call{r.Method, r.RequestURI, strings.Join(r.Header.Values("WebHook-Allowed-Rate"), "|")}
	})
	wh := &webhook.Target{Next: status(204), Origins: []string{"*"}, Rate: 100, Callback: c, Logger: mute}
	w := preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", s.URL+"/confirm?id=12345&key=abc")
	if a := cehttptest.Decoded[struct{ Status string }](t, w); w.Code != 202 || a.Status != "accepted" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wantNoConsent(t, w.Header())
	if got, want := <-calls, (call{"POST", "/confirm?id=12345&key=abc", "100"}); got != want {
		t.Errorf("called with %+v, want %+v", got, want)
	}
	if err := c.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	// Without a callback the answer has the consent.
	if w := preflight(wh, "WebHook-Request-Origin", "a"); w.Header().Get("WebHook-Allowed-Origin") != "*" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	w = preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", s.URL)
	wantProblem(t, w, 503, "service_unavailable")
}

func TestCallbackRefusesURLs(t *testing.T) {
	for _, c := range []struct{ name, url string }{
		{"no TLS", "http://example.com/confirm"},
		{"no scheme", "example.com/confirm"},
		{"a file", "file:///etc/passwd"},
		{"no host", "https:///confirm"},
		{"only a port", "https://:443/"},
		{"a user", "https://user:password@example.com/"},
		{"opaque", "https:example.com"},
		{"a fragment", "https://example.com/#x"},
		{"a line break", "https://example.com/\r\nX: y"},
		{"2049 bytes", "https://example.com/" + strings.Repeat("x", 2029)},
		{"nothing", ""},
		{"another scheme", "gopher://example.com/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cb := &webhook.Callback{}
			if err := cb.Grant(t.Context(), c.url, 1); err == nil || !strings.Contains(err.Error(), "not an https URL") {
				t.Error(err)
			}
			if c.url == "" {
				return // as if it were not there
			}
			w := preflight(&webhook.Target{Origins: []string{"*"}, Callback: cb, Logger: mute}, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", c.url)
			wantProblem(t, w, 400, "handshake_invalid")
			wantNoConsent(t, w.Header())
		})
	}
}

// Addresses are checked when the connection is made, after names were resolved.
func TestCallbackRefusesAddresses(t *testing.T) {
	s, _ := callbackServer(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, port, _ := strings.Cut(s.Listener.Addr().String(), ":")
	var c webhook.Callback
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "127.1", "2130706433",
		"169.254.169.254", "10.0.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1", "[fe80::1]", "[64:ff9b::7f00:1]",
	} {
		err := c.Grant(t.Context(), "https://"+host+":"+port+"/?key="+secret[:8], 0)
		if err == nil || strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%s: %v", host, err)
		}
		// Forms that only C resolvers know may fail as names.
		if host != "127.1" && host != "2130706433" && !strings.Contains(fmt.Sprint(err), "not public") {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestCallbackUsesNoProxy(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("https_proxy", "http://127.0.0.1:1")
	s, c := callbackServer(t, func(http.ResponseWriter, *http.Request) {})
	if err := c.Grant(t.Context(), s.URL, 0); err != nil {
		t.Error(err)
	}
}

func TestCallbackAnswers(t *testing.T) {
	var elsewhere atomic.Int32
	s, c := callbackServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			elsewhere.Add(1)
		case "/forbidden":
			w.WriteHeader(403)
		case "/299", "/300", "/200":
			code, _ := strconv.Atoi(r.URL.Path[1:])
			w.WriteHeader(code)
		case "/header":
			w.Header().Set("X", strings.Repeat("x", 64<<10))
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		case "/hang":
			<-r.Context().Done()
		}
	})
	c.Timeout = time.Minute
	for path, want := range map[string]string{
		"/redirect": "status 307", "/forbidden": "status 403", "/header": "exceeded", "/endless": "", "/fine": "",
		"/200": "", "/299": "", "/300": "status 300",
	} {
		err := c.Grant(t.Context(), s.URL+path, 0)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if elsewhere.Load() > 0 {
		t.Error("it follows redirects")
	}
	c.Timeout = 20 * time.Millisecond
	if err := c.Grant(t.Context(), s.URL+"/hang", 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	c.Timeout, c.TLS = time.Minute, nil
	if err := c.Grant(t.Context(), s.URL, 0); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody knows: %v", err)
	}
}

// The number of calls is limited, at the same time and per minute. Shutdown ends them.
func TestCallbackLimits(t *testing.T) {
	begun := make(chan bool, 10)
	s, c := callbackServer(t, func(_ http.ResponseWriter, r *http.Request) {
		begun <- true
		<-r.Context().Done()
	})
	c.MaxCalls, c.PerHost, c.Timeout = 2, 3, time.Hour
	wh := &webhook.Target{Origins: []string{"*"}, Callback: c, Logger: mute}
	ask := func() *httptest.ResponseRecorder {
		return preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", s.URL)
	}
	for range 2 {
		if w := ask(); w.Code != 202 {
			t.Fatal(w.Code)
		}
		<-begun
	}
	wantProblem(t, ask(), 503, "service_unavailable")
	c.MaxCalls = 4
	if w := ask(); w.Code != 202 {
		t.Fatal(w.Code)
	}
	<-begun
	w := ask()
	wantProblem(t, w, 429, "too_many_requests")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Shutdown(ended); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := c.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}

	// Spelling and port make no other host.
	one := &webhook.Callback{PerHost: 1, Timeout: time.Nanosecond, Logger: mute}
	wh = &webhook.Target{Origins: []string{"*"}, Callback: one, Logger: mute}
	for i, host := range []string{"a.invalid", "A.invalid", "a.invalid:443", "a.invalid:8443", "a.invalid."} {
		w := preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", "https://"+host+"/")
		if want := []int{202, 429}[min(i, 1)]; w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
	if err := one.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}

	all := &webhook.Callback{PerMinute: 1, Timeout: time.Nanosecond, Logger: mute}
	wh = &webhook.Target{Origins: []string{"*"}, Callback: all, Logger: mute}
	for i, want := range []int{202, 429} {
		if w := preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", fmt.Sprintf("https://192.0.2.%d/", i)); w.Code != want {
			t.Errorf("%d: %d", i, w.Code)
		}
	}
	if err := all.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// A limit of -1 is none.
func TestCallbackWithoutLimits(t *testing.T) {
	release := make(chan bool)
	c := &webhook.Callback{Timeout: -1, MaxCalls: -1, PerMinute: -1, PerHost: -1, Logger: mute, AllowAddress: func(netip.Addr) bool {
		<-release
		return false
	}}
	wh := &webhook.Target{Origins: []string{"*"}, Callback: c, Logger: mute}
	for range 100 {
		if w := preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", "https://127.0.0.1/"); w.Code != 202 {
			t.Fatal(w.Code, w.Body)
		}
	}
	close(release)
	if err := c.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCallbackLogsNoSecrets(t *testing.T) {
	var l cehttptest.Log
	c := &webhook.Callback{Logger: l.Logger()}
	wh := &webhook.Target{Origins: []string{"*"}, Callback: c, Logger: l.Logger()}
	preflight(wh, "WebHook-Request-Origin", "a", "WebHook-Request-Callback", "https://127.0.0.1/confirm?key=do-not-log")
	if err := c.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if text := l.String(); strings.Contains(text, "do-not-log") || !strings.Contains(text, "127.0.0.1") {
		t.Error(text)
	}
}

func TestTargetLogsNoSecrets(t *testing.T) {
	var l cehttptest.Log
	wh := &webhook.Target{Logger: l.Logger()}
	preflight(wh, "WebHook-Request-Origin", "a.example.com", "WebHook-Request-Callback", "https://example.com/confirm?key="+secret)
	delivered(wh, "WebHook-Request-Origin", "a.example.com", "Authorization", "Bearer "+secret)
	if text := l.String(); strings.Contains(text, secret) || !strings.Contains(text, "a.example.com") {
		t.Error(text)
	}
}
