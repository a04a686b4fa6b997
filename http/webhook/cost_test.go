package webhook_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// forgotten is a response that nobody reads.
type forgotten http.Header

func (w forgotten) Header() http.Header       { return http.Header(w) }
func (forgotten) Write(b []byte) (int, error) { return len(b), nil }
func (forgotten) WriteHeader(int)             {}

// Whatever a stranger sends in a header or in a query, refusing it costs little: at most ten
// bytes for each byte that came.
func TestRefusalsAreCheap(t *testing.T) {
	const size = 1 << 20
	known := secrets(t, firstSecret)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	a := &webhook.Authorization{Next: status(204), Tokens: []string{bearer}, Logger: mute}
	wh := &webhook.Target{Next: status(204), Origins: []string{"*.example.com"}, Callback: &webhook.Callback{}, Logger: mute}
	v := &webhook.Verifier{Next: status(204), Secrets: known, Logger: mute}
	consent := http.HandlerFunc((&webhook.Transport{Origin: "a", CallbackURL: "https://a/"}).ServeConsent)
	long := func(text string) string { return strings.Repeat(text, size/len(text)) }
	signed := func(id, timestamp, list string) http.Header {
		return http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {list}}
	}
	attributes := func(id string, name func(i int) string) http.Header {
		h := signed(id, now, "v1,x")
		for i := range size / 16 {
			h[name(i)] = []string{"1"}
		}
		return h
	}
	values := func() []string {
		all := make([]string, size/8)
		for i := range all {
			all[i] = "1234"
		}
		return all
	}
	for _, c := range []struct {
		name    string
		handler http.Handler
		method  string
		query   string
		header  http.Header
	}{
		{"a query of separators", a, "POST", long("&"), nil},
		{"a query of parameters", a, "POST", long("a=b&"), nil},
		{"a query of escaped names", a, "POST", long("%61&"), nil},
		{"a query of almost the name", a, "POST", long("access%5Ftokem=x&"), nil},
		{"a query of one name", a, "POST", long("%61"), nil},
		{"a token in a long query", a, "POST", long("a&") + "&access_token=x", nil},
		{"tokens", a, "POST", long("access_token=x&"), nil},
		{"names for a consent", consent, "POST", long("a&"), nil},
		{"pairs for a consent", consent, "POST", long("a=&"), nil},
		{"ids for a consent", consent, "POST", long("id=&key=&"), nil},
		{"bad ids for a consent", consent, "POST", long("id=%&"), nil},
		{"a long token in a query", a, "POST", "access_token=" + long("x"), nil},
		{"a long token of escapes", a, "POST", "access_token=" + long("%61"), nil},
		{"a long token", a, "POST", "", http.Header{"Authorization": {"Bearer " + long("x")}}},
		{"a long token that is none", a, "POST", "", http.Header{"Authorization": {"Bearer " + long("x ")}}},
		{"a long scheme", a, "POST", "", http.Header{"Authorization": {long("x")}}},
		{"spaces before a token", a, "POST", "", http.Header{"Authorization": {"Bearer " + long(" ")}}},
		{"many tokens", a, "POST", "", http.Header{"Authorization": values()}},
		{"a long origin", wh, "POST", "", http.Header{"Webhook-Request-Origin": {long("a.")}}},
		{"many origins", wh, "POST", "", http.Header{"Webhook-Request-Origin": values()}},
		{"a long origin of OPTIONS", wh, "OPTIONS", "", http.Header{"Webhook-Request-Origin": {long("a.")}}},
		{"a long rate", wh, "OPTIONS", "", http.Header{"Webhook-Request-Origin": {"a.example.com"}, "Webhook-Request-Rate": {long("9")}}},
		{"a long callback", wh, "OPTIONS", "", http.Header{"Webhook-Request-Origin": {"a.example.com"}, "Webhook-Request-Callback": {"https://a/" + long("%zz")}}},
		{"a long id", v, "POST", "", signed(long("x"), now, "v1,x")},
		{"a long timestamp", v, "POST", "", signed("x", long("1"), "v1,x")},
		{"many signatures", v, "POST", "", signed("x", now, long("v1, "))},
		{"long signatures", v, "POST", "", signed("x", now, strings.Repeat("v1,"+strings.Repeat("x", size/32)+" ", 31))},
		{"a long signature", v, "POST", "", signed("x", now, long("v"))},
		{"a long content type", v, "POST", "", http.Header{"Content-Type": {long(`"\`)}, "Webhook-Id": {"x"}, "Webhook-Timestamp": {now}, "Webhook-Signature": {"v1,x"}}},
		{"many attributes", v, "POST", "", attributes("ceb_x", func(i int) string { return "Ce-" + strconv.Itoa(i+100_000) })},
		{"many attributes in odd spelling", v, "POST", "", attributes("ceb_x", func(i int) string { return "CE-A" + strconv.Itoa(i+10_000) })},
		{"many values", v, "POST", "", func() http.Header {
			h := signed("ceb_x", now, "v1,x")
			h["Ce-Id"] = values()
			return h
		}()},
		{"a long attribute", v, "POST", "", func() http.Header {
			h := signed("ceb_x", now, "v1,x")
			h["Ce-Id"] = []string{long("x")}
			return h
		}()},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", strings.NewReader("x"))
			r.URL.RawQuery = c.query
			if c.header != nil {
				r.Header = c.header
			}
			w := forgotten{}
			if n := alloctest.Bytes(func() { c.handler.ServeHTTP(w, r) }); n > 10*size {
				t.Errorf("%d bytes, %.1f for each that came", n, float64(n)/size)
			}
		})
	}
}

// A request that is refused by its header is answered at once, although its body does not
// come, and the connection is closed.
func TestRefusalsDoNotWaitForTheBody(t *testing.T) {
	known := secrets(t, firstSecret)
	for _, c := range []struct {
		name    string
		handler http.Handler
		fields  string
		status  int
	}{
		{"no token", &webhook.Authorization{Next: status(204), Tokens: []string{bearer}, Logger: mute}, "", 401},
		{"an invalid token", &webhook.Authorization{Next: status(204), Tokens: []string{bearer}, Logger: mute}, "Authorization: Bearer x\r\n", 401},
		{"two tokens", &webhook.Authorization{Next: status(204), Tokens: []string{bearer}, Logger: mute}, "Authorization: Bearer x\r\nAuthorization: Bearer x\r\n", 400},
		{"nobody behind the authorization", &webhook.Authorization{Tokens: []string{bearer}, Logger: mute}, "Authorization: Bearer " + bearer + "\r\n", 404},
		{"no origin", &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: mute}, "", 403},
		{"another origin", &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: mute}, "WebHook-Request-Origin: b\r\n", 403},
		{"two origins", &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: mute}, "WebHook-Request-Origin: a\r\nWebHook-Request-Origin: a\r\n", 400},
		{"nobody behind the target", &webhook.Target{Origins: []string{"a"}, Logger: mute}, "WebHook-Request-Origin: a\r\n", 404},
		{"no signature", &webhook.Verifier{Next: status(204), Secrets: known, Logger: mute}, "", 403},
		{"an old signature", &webhook.Verifier{Next: status(204), Secrets: known, Logger: mute}, "webhook-id: a\r\nwebhook-timestamp: 1\r\nwebhook-signature: v1,x\r\n", 403},
		{"a body that is too large", &webhook.Verifier{Next: status(204), Secrets: known, MaxBytes: 5, Logger: mute},
			fmt.Sprintf("webhook-id: a\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,x\r\n", time.Now().Unix()), 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(c.handler)
			defer s.Close()
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(2 * time.Minute))
			_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: a\r\n"+c.fields+"Content-Length: 10\r\n\r\n")
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != c.status || !answer.Close {
				t.Errorf("%d, the connection is closed: %t", answer.StatusCode, answer.Close)
			}
		})
	}
}

// A connection without a body that is yet to come stays open.
func TestRefusalsKeepConnections(t *testing.T) {
	known := secrets(t, firstSecret)
	wrong := signedHeader(t, "a", "y", known...)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"no body":              cehttptest.Record(&webhook.Authorization{Logger: mute}, httptest.NewRequest("POST", "/", http.NoBody)),
		"a body that was read": cehttptest.Post(&webhook.Verifier{Next: status(204), Secrets: known, Logger: mute}, wrong, "x"),
		"handshake":            cehttptest.Record(&webhook.Target{Logger: mute}, httptest.NewRequest("OPTIONS", "/", http.NoBody)),
	} {
		if w.Code < 400 || w.Header().Get("Connection") != "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("x"))
	r.ProtoMajor = 2
	if w := cehttptest.Record(&webhook.Authorization{Logger: mute}, r); w.Header().Get("Connection") != "" {
		t.Errorf("HTTP/2: %v", w.Header())
	}
}
