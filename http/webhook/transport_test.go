package webhook_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

// consenting is a target. It answers OPTIONS with header and other requests with status,
// and counts both.
type consenting struct {
	header    http.Header
	options   int // the status of OPTIONS; 0 is 200
	status    atomic.Int32
	after     string // Retry-After
	asked     atomic.Int32
	delivered atomic.Int32
}

func (c *consenting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.after != "" {
		w.Header().Set("Retry-After", c.after)
	}
	if r.Method == http.MethodOptions {
		c.asked.Add(1)
		for k, v := range c.header {
			w.Header()[http.CanonicalHeaderKey(k)] = v
		}
		w.WriteHeader(max(c.options, 200))
		return
	}
	c.delivered.Add(1)
	w.WriteHeader(max(int(c.status.Load()), 200))
}

func grants(origin, rate string) http.Header {
	h := http.Header{}
	if origin != "" {
		h["WebHook-Allowed-Origin"] = []string{origin}
	}
	if rate != "" {
		h["WebHook-Allowed-Rate"] = []string{rate}
	}
	return h
}

func TestTransportHandshake(t *testing.T) {
	for _, c := range []struct {
		name      string
		header    http.Header
		status    int
		rate      int // asked for
		fallback  int
		ok        bool
		retryable bool
		reason    string
	}{
		{"consent", grants("a.example.com", "100"), 200, 0, 0, true, false, ""},
		{"consent to all", grants("*", "*"), 200, 120, 0, true, false, ""},
		{"in another case", grants("A.Example.com", "1"), 200, 120, 0, true, false, ""},
		{"the status does not matter", grants("*", "*"), 405, 0, 0, true, false, ""},
		{"no rate, and none was asked for", grants("*", ""), 200, 0, 0, true, false, ""},
		{"no rate, and one was asked for", grants("*", ""), 200, 120, 0, false, false, "no WebHook-Allowed-Rate"},
		{"nothing", nil, 200, 0, 0, false, false, "no WebHook-Allowed-Origin"},
		{"nothing but a rate", grants("", "*"), 200, 0, 0, false, false, "no WebHook-Allowed-Origin"},
		{"nothing, although there is a fallback", nil, 200, 0, 1, false, false, "no WebHook-Allowed-Origin"},
		{"another origin", grants("b.example.com", "*"), 200, 0, 0, false, false, `is "b.example.com"`},
		{"another origin, which is long", grants(strings.Repeat("x", 999), "*"), 200, 0, 0, false, false, `is "` + strings.Repeat("x", 61) + `…"`},
		{"an origin that goes on", grants("a.example.com.evil.org", "*"), 200, 0, 0, false, false, "is"},
		{"a list of origins", grants("a.example.com, *", "*"), 200, 0, 0, false, false, "is"},
		{"two origins", http.Header{"WebHook-Allowed-Origin": {"a.example.com", "a.example.com"}}, 200, 0, 0, false, false, "more than once"},
		{"two rates", http.Header{"WebHook-Allowed-Origin": {"*"}, "WebHook-Allowed-Rate": {"1", "*"}}, 200, 0, 0, false, false, "more than once"},
		{"a rate of zero", grants("*", "0"), 200, 0, 0, false, false, `Rate is "0"`},
		{"a negative rate", grants("*", "-1"), 200, 0, 0, false, false, `Rate is "-1"`},
		{"an empty rate", http.Header{"WebHook-Allowed-Origin": {"*"}, "WebHook-Allowed-Rate": {""}}, 200, 0, 0, false, false, `Rate is ""`},
		{"not spoken: 405", nil, 405, 0, 0, false, false, "status 405"},
		{"not spoken: 404", nil, 404, 0, 0, false, false, "status 404"},
		{"not spoken, with a fallback", nil, 405, 0, 1, true, false, ""},
		{"not spoken, with a fallback: 501", nil, 501, 0, 1, true, false, ""},
		{"another origin is no fallback", grants("b.example.com", "*"), 405, 0, 1, false, false, "is"},
		{"refused", nil, 403, 0, 1, false, false, "status 403"},
		{"unavailable", nil, 503, 0, 1, false, true, "status 503"},
		{"a redirect", nil, 307, 0, 1, false, false, "status 307"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := &consenting{header: c.header, options: c.status}
			wt := &webhook.Transport{Base: through(target), Origin: "a.example.com", Rate: c.rate, FallbackRate: c.fallback}
			code, err := sent(wt, delivery(t, "https://target.example.org/events?key="+secret[:8]))
			if c.ok {
				if err != nil || code != 200 || target.delivered.Load() != 1 || target.asked.Load() != 1 {
					t.Errorf("%d, %v", code, err)
				}
				return
			}
			var h *webhook.HandshakeError
			if !errors.As(err, &h) || !errors.Is(err, webhook.ErrNoConsent) || target.delivered.Load() > 0 {
				t.Fatalf("%d, %v", code, err)
			}
			if h.Host != "target.example.org" || h.Status != c.status || h.Temporary != c.retryable || !strings.Contains(h.Error(), c.reason) {
				t.Errorf("%+v: %v", h, h)
			}
			if strings.HasPrefix(err.Error(), "cehttp: ") || strings.Contains(err.Error(), secret[:8]) {
				t.Error(err)
			}
		})
	}
}

// Requests have what the specification asks for.
func TestTransportRequests(t *testing.T) {
	var got []*http.Request
	base := roundTrip(func(r *http.Request) (*http.Response, error) {
		got = append(got, r)
		answer := cehttptest.Response(http.Header{"Webhook-Allowed-Origin": {"*"}, "Webhook-Allowed-Rate": {"*"}}, "")
		return answer, nil
	})
	wt := &webhook.Transport{Base: base, Origin: "a.example.com", Rate: 120, Token: bearer, CallbackURL: "https://a.example.com/consent?x=1"}
	r := delivery(t, "https://target.example.org/events?p=q#part")
	r.Header.Set("User-Agent", "test/1")
	before := cehttptest.HeaderText(r.Header)
	for range 2 {
		if _, err := sent(wt, r); err != nil {
			t.Fatal(err)
		}
		r.Body, _ = r.GetBody()
	}
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	ask := got[0]
	callback := ask.Header.Get("WebHook-Request-Callback")
	ask.Header.Del("WebHook-Request-Callback")
	if text := cehttptest.HeaderText(ask.Header); ask.Method != "OPTIONS" || ask.URL.RequestURI() != "/events?p=q" || ask.Body != nil ||
		text != "User-Agent: test/1\nWebhook-Request-Origin: a.example.com\nWebhook-Request-Rate: 120\n" {
		t.Errorf("%s %s\n%s", ask.Method, ask.URL, text)
	}
	if !strings.HasPrefix(callback, "https://a.example.com/consent?id=") || !strings.Contains(callback, "&key=") || !strings.HasSuffix(callback, "&x=1") {
		t.Error(callback)
	}
	for _, d := range got[1:] {
		if h := d.Header; d.Method != "POST" || h.Get("WebHook-Request-Origin") != "a.example.com" || h.Get("Authorization") != "Bearer "+bearer ||
			h.Get("Content-Type") != cehttptest.StructuredType || h.Get("WebHook-Request-Rate") != "" {
			t.Errorf("%s %v", d.Method, h)
		}
	}
	if cehttptest.HeaderText(r.Header) != before {
		t.Error("the request was changed")
	}
	got = nil
	wt = &webhook.Transport{Base: base, Origin: "a.example.com"}
	if _, err := sent(wt, delivery(t, "https://target.example.org/?access_token=x")); err != nil {
		t.Fatal(err)
	}
	if got[0].URL.RequestURI() != "/?access_token=x" || got[1].Header.Get("Cache-Control") != "no-store" || got[1].Header.Get("Authorization") != "" {
		t.Errorf("%s %v", got[0].URL, got[1].Header)
	}
}

func TestTransportRefuses(t *testing.T) {
	never := roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, io.EOF
	})
	for _, c := range []struct {
		name   string
		change func(*webhook.Transport, *http.Request)
		want   string
	}{
		{"no origin", func(wt *webhook.Transport, _ *http.Request) { wt.Origin = "" }, "not a DNS name"},
		{"a URL for an origin", func(wt *webhook.Transport, _ *http.Request) { wt.Origin = "https://a" }, "not a DNS name"},
		{"a line break in the origin", func(wt *webhook.Transport, _ *http.Request) { wt.Origin = "a\r\nX: y" }, "not a DNS name"},
		{"no TLS", func(_ *webhook.Transport, r *http.Request) { r.URL.Scheme = "http" }, "https"},
		{"GET", func(_ *webhook.Transport, r *http.Request) { r.Method = "GET" }, "POST"},
		{"PUT", func(_ *webhook.Transport, r *http.Request) { r.Method = "PUT" }, "POST"},
		{"no body", func(_ *webhook.Transport, r *http.Request) { r.Body = http.NoBody }, "body"},
		{"no content type", func(_ *webhook.Transport, r *http.Request) { r.Header.Del("Content-Type") }, "Content-Type"},
		{"a redirect", func(_ *webhook.Transport, r *http.Request) { r.Response = &http.Response{} }, "redirect"},
		{"two tokens", func(wt *webhook.Transport, r *http.Request) { wt.Token, r.URL.RawQuery = "x", "access_token=y" }, "token"},
		{"two tokens of the caller", func(_ *webhook.Transport, r *http.Request) {
			r.Header.Set("Authorization", "Bearer x")
			r.URL.RawQuery = "access_token=y"
		}, "token"},
		{"a malformed token", func(wt *webhook.Transport, _ *http.Request) { wt.Token = "a\r\nX: y" }, "malformed"},
		{"a callback without TLS", func(wt *webhook.Transport, _ *http.Request) { wt.CallbackURL = "http://a/" }, "CallbackURL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wt := &webhook.Transport{Base: never, Origin: "a"}
			r := delivery(t, "https://b/")
			closed := false
			r.Body = closer{r.Body, &closed}
			c.change(wt, r)
			if _, err := sent(wt, r); err == nil || !strings.Contains(err.Error(), c.want) || strings.HasPrefix(err.Error(), "cehttp: ") {
				t.Error(err)
			}
			if !closed && r.Body != http.NoBody {
				t.Error("the body was not closed")
			}
		})
	}
}

func TestTransportFollowsNoRedirect(t *testing.T) {
	var elsewhere atomic.Int32
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/elsewhere":
			elsewhere.Add(1)
		case r.Method == http.MethodOptions:
			w.Header().Set("WebHook-Allowed-Origin", "*")
			w.Header().Set("WebHook-Allowed-Rate", "*")
		default:
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}
	}))
	defer s.Close()
	client := &http.Client{Transport: &webhook.Transport{Base: s.Client().Transport, Origin: "a"}}
	_, err := client.Do(delivery(t, s.URL))
	if err == nil || !strings.Contains(err.Error(), "redirect") || elsewhere.Load() > 0 {
		t.Errorf("%v; it was followed %d times", err, elsewhere.Load())
	}
}

// A Sender tries again when the Transport says so, and not when it says that no attempt can
// succeed.
func TestTransportTellsSenderWhetherToRetry(t *testing.T) {
	for _, c := range []struct {
		name      string
		target    string
		transport http.RoundTripper
	}{
		{"no TLS", "http://example.com/", &webhook.Transport{Origin: "a"}},
		{"no origin", "https://example.com/", &webhook.Transport{}},
		{"no data in binary mode", "https://example.com/", &webhook.Transport{Origin: "a"}},
		{"a callback without TLS", "https://example.com/", &webhook.Transport{Origin: "a", CallbackURL: "http://example.com/"}},
		{"no consent", "https://example.com/", &webhook.Transport{Origin: "a", Base: through(&webhook.Target{Logger: mute})}},
		{"gone", "https://example.com/", &webhook.Transport{Origin: "a", Base: through(status(410))}},
		{"no secret", "https://example.com/", &webhook.Signer{}},
		{"a dot in the id", "https://example.com/", &webhook.Signer{ID: func(*http.Request) string { return "a.b" }}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &cehttp.Sender{Target: c.target, Client: &http.Client{Transport: c.transport}, Retry: cehttp.Retry{Wait: -1}, Logger: mute}
			e := cehttptest.Minimal()
			if c.name != "no data in binary mode" {
				e = cehttptest.Sample()
			}
			var failed *cehttp.SendError
			if err := s.Send(t.Context(), &e); !errors.As(err, &failed) || failed.Attempts != 1 || failed.Retryable() {
				t.Errorf("%+v", err)
			}
		})
	}
	t.Run("permission later", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			target := &consenting{options: 503, after: "20"}
			wt := &webhook.Transport{Origin: "a", Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				if target.asked.Load() == 1 {
					target.options, target.after, target.header = 200, "", grants("*", "*")
				}
				return through(target)(r)
			})}
			s := &cehttp.Sender{Target: "https://example.com/", Client: &http.Client{Transport: wt}, Retry: cehttp.Retry{Wait: -1}, Logger: mute}
			e := cehttptest.Sample()
			begin := time.Now()
			if err := s.Send(t.Context(), &e); err != nil || time.Since(begin) != 20*time.Second {
				t.Errorf("%v after %v", err, time.Since(begin))
			}
		})
	})
}

func TestTransportStopsAt410(t *testing.T) {
	target := &consenting{header: grants("*", "*")}
	target.status.Store(410)
	wt := &webhook.Transport{Base: through(target), Origin: "a", MaxTargets: 2}
	if code, err := sent(wt, delivery(t, "https://b/1")); code != 410 || err != nil {
		t.Fatal(code, err)
	}
	target.status.Store(200)
	for _, url := range []string{"https://b/2", "https://b/3", "https://b/4"} { // which push out one another
		if code, err := sent(wt, delivery(t, url)); code != 200 {
			t.Fatal(code, err)
		}
	}
	if _, err := sent(wt, delivery(t, "https://b/1")); !errors.Is(err, cehttp.ErrGone) || strings.HasPrefix(err.Error(), "cehttp: ") {
		t.Error(err)
	}
	if n := target.delivered.Load(); n != 4 {
		t.Errorf("%d deliveries", n)
	}
	target.options = 410
	if _, err := sent(wt, delivery(t, "https://b/5")); !errors.Is(err, cehttp.ErrGone) {
		t.Error(err)
	}
}

func TestTransportAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := &consenting{header: grants("*", "*")}
		wt := &webhook.Transport{Base: through(target), Origin: "a", Renew: time.Hour}
		step := func(name string, wantAsked int32, wantErr bool) {
			t.Helper()
			if _, err := sent(wt, delivery(t, "https://b/")); (err != nil) != wantErr {
				t.Errorf("%s: %v", name, err)
			}
			if n := target.asked.Load(); n != wantAsked {
				t.Errorf("%s: asked %d times, want %d", name, n, wantAsked)
			}
		}
		step("first", 1, false)
		step("second", 1, false)
		target.status.Store(403)
		step("forbidden", 1, false)
		target.status.Store(200)
		step("after 403", 2, false)
		time.Sleep(time.Hour)
		step("renewed", 3, false)
		time.Sleep(time.Hour)
		target.header = nil
		step("withdrawn", 4, true)
		step("not asked at once", 4, true)
		time.Sleep(time.Minute)
		step("asked after a minute", 5, true)
		target.options, target.after = 503, "600"
		time.Sleep(time.Minute)
		step("unavailable", 6, true)
		time.Sleep(599 * time.Second)
		_, err := sent(wt, delivery(t, "https://b/"))
		var h *webhook.HandshakeError
		if !errors.As(err, &h) || h.RetryAfter != time.Second || !h.Temporary {
			t.Errorf("%+v", h)
		}
		time.Sleep(time.Second)
		target.header, target.options, target.after = grants("*", "*"), 200, ""
		step("available again", 7, false)
	})
}
