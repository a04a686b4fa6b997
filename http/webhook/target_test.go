package webhook_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

func TestTargetHandshake(t *testing.T) {
	const origin = "WebHook-Request-Origin"
	for _, c := range []struct {
		name    string
		origins string
		rate    int
		fields  []string
		status  int
		allowed string // WebHook-Allowed-Origin
		granted string // WebHook-Allowed-Rate
	}{
		{"an origin that is named", "eventemitter.example.com", 100, []string{origin, "eventemitter.example.com"}, 200, "eventemitter.example.com", "100"},
		{"no limit is an asterisk", "eventemitter.example.com", 0, []string{origin, "eventemitter.example.com"}, 200, "eventemitter.example.com", "*"},
		{"the origin is echoed as it was asked", "a.example.com", 0, []string{origin, "A.Example.COM"}, 200, "A.Example.COM", "*"},
		{"by suffix", "*.example.com", 0, []string{origin, "a.example.com"}, 200, "a.example.com", "*"},
		{"all origins", "*", 0, []string{origin, "a.example.com"}, 200, "*", "*"},
		{"all origins, and one by name", "a.example.com *", 5, []string{origin, "a.example.com"}, 200, "*", "5"},
		{"more was asked for than is granted", "*", 100, []string{origin, "a.example.com", "WebHook-Request-Rate", "120"}, 200, "*", "100"},
		{"less was asked for than is granted", "*", 100, []string{origin, "a.example.com", "WebHook-Request-Rate", "1"}, 200, "*", "100"},
		{"a rate of many digits", "*", 100, []string{origin, "a.example.com", "WebHook-Request-Rate", strings.Repeat("9", 60)}, 200, "*", "100"},
		{"a callback is ignored", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Callback", "https://example.com/confirm"}, 200, "*", "*"},
		{"names of headers in lower case", "*", 0, []string{"webhook-request-origin", "a.example.com", "webhook-request-rate", "7"}, 200, "*", "*"},

		{"nobody is allowed", "", 0, []string{origin, "a.example.com"}, 403, "", ""},
		{"another origin", "a.example.com", 0, []string{origin, "b.example.com"}, 403, "", ""},
		{"a name that goes on", "*.example.com", 0, []string{origin, "example.com.evil.org"}, 403, "", ""},
		{"no origin", "*", 0, nil, 400, "", ""},
		{"a rate but no origin", "*", 0, []string{"WebHook-Request-Rate", "1"}, 400, "", ""},
		{"an empty origin", "*", 0, []string{origin, ""}, 400, "", ""},
		{"two origins", "*", 0, []string{origin, "a.example.com", origin, "b.example.com"}, 400, "", ""},
		{"the same origin twice", "*", 0, []string{origin, "a.example.com", origin, "a.example.com"}, 400, "", ""},
		{"a list of origins", "*", 0, []string{origin, "a.example.com, b.example.com"}, 400, "", ""},
		{"an asterisk for an origin", "*", 0, []string{origin, "*"}, 400, "", ""},
		{"an origin of the web", "*", 0, []string{origin, "https://a.example.com"}, 400, "", ""},
		{"a header of 64 KiB", "*", 0, []string{origin, strings.Repeat("a.", 32<<10) + "example.com"}, 400, "", ""},
		{"a rate of zero", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "0"}, 400, "", ""},
		{"a negative rate", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "-1"}, 400, "", ""},
		{"a signed rate", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "+1"}, 400, "", ""},
		{"a fraction", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "1.5"}, 400, "", ""},
		{"an asterisk for a rate", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "*"}, 400, "", ""},
		{"an empty rate", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", ""}, 400, "", ""},
		{"Arabic digits", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "\u0661"}, 400, "", ""},
		{"two rates", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Rate", "1", "WebHook-Request-Rate", "1"}, 400, "", ""},
		{"two callbacks", "*", 0, []string{origin, "a.example.com", "WebHook-Request-Callback", "https://a.example.com/", "WebHook-Request-Callback", "https://b.example.com/"}, 400, "", ""},
		{"CORS is something else", "*", 0, []string{"Origin", "https://a.example.com", "Access-Control-Request-Method", "POST"}, 400, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			never := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("OPTIONS was handed on") })
			w := preflight(&webhook.Target{Next: never, Origins: strings.Fields(c.origins), Rate: c.rate, Logger: mute}, c.fields...)
			if w.Code != c.status || w.Header().Get("Allow") != "POST" {
				t.Errorf("status %d, want %d; Allow %q", w.Code, c.status, w.Header().Get("Allow"))
			}
			if c.allowed == "" {
				wantNoConsent(t, w.Header())
				return
			}
			if a, r := w.Header().Values("WebHook-Allowed-Origin"), w.Header().Values("WebHook-Allowed-Rate"); len(a) != 1 || a[0] != c.allowed || len(r) != 1 || r[0] != c.granted {
				t.Errorf("allowed %q at %q, want %q at %q", a, r, c.allowed, c.granted)
			}
			if w.Body.Len() > 0 {
				t.Errorf("body %q", w.Body)
			}
		})
	}
}

func TestTargetChecksDeliveries(t *testing.T) {
	const origin = "WebHook-Request-Origin"
	for _, c := range []struct {
		name     string
		optional bool
		fields   []string
		status   int
		typ      string
	}{
		{"an allowed origin", false, []string{origin, "a.example.com"}, 204, ""},
		{"in another case", false, []string{origin, "A.EXAMPLE.com"}, 204, ""},
		{"another origin", false, []string{origin, "a.example.org"}, 403, "origin_not_allowed"},
		{"no origin", false, nil, 403, "origin_missing"},
		{"no origin, which is optional", true, nil, 204, ""},
		{"another origin where it is optional", true, []string{origin, "a.example.org"}, 403, "origin_not_allowed"},
		{"two origins, the first allowed", false, []string{origin, "a.example.com", origin, "evil.org"}, 400, "origin_invalid"},
		{"two origins, the second allowed", false, []string{origin, "evil.org", origin, "a.example.com"}, 400, "origin_invalid"},
		{"two origins where it is optional", true, []string{origin, "evil.org", origin, "a.example.com"}, 400, "origin_invalid"},
		{"an empty origin where it is optional", true, []string{origin, ""}, 400, "origin_invalid"},
		{"a list", false, []string{origin, "evil.org,a.example.com"}, 400, "origin_invalid"},
		{"a port", false, []string{origin, "a.example.com:80"}, 400, "origin_invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wh := &webhook.Target{Next: receiver(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) { return nil, nil }), Origins: []string{"*.example.com"}, OriginOptional: c.optional, Logger: mute}
			w := delivered(wh, c.fields...)
			if c.typ != "" {
				wantProblem(t, w, c.status, c.typ)
			} else if w.Code != c.status {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			wantNoConsent(t, w.Header())
		})
	}
	if w := delivered(&webhook.Target{Origins: []string{"*"}}, origin, "a.example.com"); w.Code != 404 {
		t.Errorf("without Next: status %d", w.Code)
	}
}

func TestTargetPermit(t *testing.T) {
	rates := map[string]int{"a.example.com": 1, "free.example.com": 0}
	var refused []webhook.Handshake
	wh := &webhook.Target{
		Next:    status(204),
		Origins: []string{"*"}, // not looked at
		Permit: func(_ context.Context, origin string) (int, bool) {
			rate, ok := rates[origin]
			return rate, ok
		},
		Refused: func(_ context.Context, h webhook.Handshake) { refused = append(refused, h) },
		Logger:  mute,
	}
	w := preflight(wh, "WebHook-Request-Origin", "A.example.com")
	if h := w.Header(); h.Get("WebHook-Allowed-Origin") != "A.example.com" || h.Get("WebHook-Allowed-Rate") != "1" {
		t.Errorf("%v", h)
	}
	wantNoConsent(t, preflight(wh, "WebHook-Request-Origin", "b.example.com", "WebHook-Request-Rate", "9", "WebHook-Request-Callback", "https://b.example.com/").Header())
	if want := (webhook.Handshake{Origin: "b.example.com", Rate: 9, Callback: "https://b.example.com/"}); len(refused) != 1 || refused[0] != want {
		t.Errorf("refused %+v", refused)
	}
	for i, want := range []int{204, 429, 429} {
		if w := delivered(wh, "WebHook-Request-Origin", "a.EXAMPLE.com"); w.Code != want {
			t.Errorf("delivery %d: %d", i, w.Code)
		}
	}
	for range 100 {
		if w := delivered(wh, "WebHook-Request-Origin", "free.example.com"); w.Code != 204 {
			t.Fatal(w.Code)
		}
	}
}

// A bucket holds a minute's worth, and fills evenly.
func TestTargetRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wh := &webhook.Target{Next: status(204), Origins: []string{"*"}, Rate: 6, Logger: mute}
		deliver := func(origin string) (int, string) {
			w := delivered(wh, "WebHook-Request-Origin", origin)
			return w.Code, w.Header().Get("Retry-After")
		}
		for range 6 {
			if code, _ := deliver("a.example.com"); code != 204 {
				t.Fatal(code)
			}
		}
		for _, spelling := range []string{"a.example.com", "A.EXAMPLE.COM"} {
			if code, after := deliver(spelling); code != 429 || after != "10" {
				t.Errorf("the seventh: %d, Retry-After %q", code, after)
			}
		}
		if code, _ := deliver("b.example.com"); code != 204 {
			t.Errorf("another origin: %d", code)
		}
		time.Sleep(9500 * time.Millisecond)
		if code, after := deliver("a.example.com"); code != 429 || after != "1" {
			t.Errorf("half a second early: %d, Retry-After %q", code, after)
		}
		time.Sleep(500 * time.Millisecond)
		if code, _ := deliver("a.example.com"); code != 204 {
			t.Errorf("after ten seconds: %d", code)
		}
		if code, _ := deliver("a.example.com"); code != 429 {
			t.Errorf("and one more: %d", code)
		}
		time.Sleep(time.Hour)
		for i := range 7 {
			if code, _ := deliver("a.example.com"); (code == 204) != (i < 6) {
				t.Errorf("after an hour, delivery %d: %d", i, code)
			}
		}
		w := delivered(wh, "WebHook-Request-Origin", "a.example.com")
		wantProblem(t, w, 429, "too_many_requests")
		if p := cehttptest.Decoded[cehttp.Problem](t, w); !p.Retryable {
			t.Error("it may be sent again")
		}
	})
}

// Origins beyond the limit share a bucket, and do not use up that of another one.
func TestTargetOriginsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wh := &webhook.Target{Next: status(204), Origins: []string{"*"}, Rate: 2, MaxOrigins: 2, Logger: mute}
		for i, c := range []struct {
			origin string
			want   int
		}{
			{"a", 204}, {"b", 204}, {"c", 204}, {"d", 204}, {"e", 429}, {"c", 429},
			{"a", 204}, {"a", 429}, {"b", 204}, {"b", 429},
		} {
			if w := delivered(wh, "WebHook-Request-Origin", c.origin); w.Code != c.want {
				t.Errorf("%d, %s: %d", i, c.origin, w.Code)
			}
		}
		unlimited := &webhook.Target{Next: status(204), Origins: []string{"*"}, Rate: 1, MaxOrigins: -1, Logger: mute}
		for i := range 2000 {
			if w := delivered(unlimited, "WebHook-Request-Origin", "a"+strconv.Itoa(i)); w.Code != 204 {
				t.Fatalf("-1, origin %d: %d", i, w.Code)
			}
		}
		time.Sleep(time.Minute)
		for _, origin := range []string{"e", "f", "e", "f"} { // a and b have made room
			if w := delivered(wh, "WebHook-Request-Origin", origin); w.Code != 204 {
				t.Errorf("%s: %d", origin, w.Code)
			}
		}
	})
}

// Responses that the specification forbids are corrected.
func TestTargetCorrectsAnswers(t *testing.T) {
	for _, c := range []struct {
		name       string
		next       http.HandlerFunc
		status     int
		retryAfter string
	}{
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, 500, ""},
		{"not modified", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }, 500, ""},
		{"429 without a time", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, 429, "1"},
		{"429 with a time", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "9"); w.WriteHeader(429) }, 429, "9"},
		{"a body without a status", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "x") }, 200, ""},
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 204, ""},
		{"flushed", func(w http.ResponseWriter, _ *http.Request) { http.NewResponseController(w).Flush() }, 200, ""},
		{"gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) }, 410, ""},
		{"a second status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); w.WriteHeader(301) }, 204, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := delivered(&webhook.Target{Next: c.next, Origins: []string{"*"}, Logger: mute}, "WebHook-Request-Origin", "a")
			if w.Code != c.status || w.Header().Get("Retry-After") != c.retryAfter || w.Header().Get("Location") != "" {
				t.Errorf("%d %v", w.Code, w.Header())
			}
		})
	}
}

// A server answers the examples of the specification, byte for byte.
func TestTargetByHand(t *testing.T) {
	var got cloudevents.Event
	next := receiver(func(_ context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		got = *e
		return nil, nil
	})
	s := httptest.NewServer(&webhook.Target{Next: next, Origins: []string{"eventemitter.example.com"}, Rate: 100, Logger: mute})
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, c := range []struct{ name, request, want string }{
		{"handshake", "OPTIONS /resource HTTP/1.1\r\nHost: server.example.com\r\nWebHook-Request-Origin: eventemitter.example.com\r\nWebHook-Request-Rate: 120\r\n" +
			"WebHook-Request-Callback: https://example.com/confirm?id=12345&key=...base64...\r\n\r\n",
			"HTTP/1.1 200 OK\r\nAllow: POST\r\nCache-Control: no-store\r\nContent-Length: 0\r\n" +
				"Webhook-Allowed-Origin: eventemitter.example.com\r\nWebhook-Allowed-Rate: 100\r\n"},
		{"delivery", "POST /resource HTTP/1.1\r\nHost: server.example.com\r\nWebHook-Request-Origin: eventemitter.example.com\r\n" +
			"Content-Type: application/cloudevents+json\r\nContent-Length: 55\r\n\r\n" + cehttptest.MinimalJSON,
			"HTTP/1.1 204 No Content\r\n"},
		{"refusal", "OPTIONS /resource HTTP/1.1\r\nHost: server.example.com\r\nWebHook-Request-Origin: eventemitter.example.com.evil.org\r\nConnection: close\r\n\r\n",
			"HTTP/1.1 403 Forbidden\r\nAllow: POST\r\n"},
	} {
		if _, err := io.WriteString(conn, c.request); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 4096)
		n, err := conn.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if answer := string(b[:n]); !strings.HasPrefix(answer, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, answer, c.want)
		}
	}
	cehttptest.WantEvent(t, got, cehttptest.Minimal())
}
