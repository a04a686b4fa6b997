package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/http/internal/cehttptest"
	"github.com/seed763dd41b/cloudevents/http/webhook"
)

type checkError int

func (e checkError) Error() string   { return "the token is secret" }
func (e checkError) StatusCode() int { return int(e) }

// A refused delivery is one record that is seen by default, without a token in it. A
// handshake is none.
func TestRefusalsAreLogged(t *testing.T) {
	known := secrets(t, firstSecret)
	for _, c := range []struct {
		name    string
		handler func(l *cehttptest.Log) http.Handler
		method  string
		fields  []string
		want    string // parts of the record, "" is no record
	}{
		{"another origin", func(l *cehttptest.Log) http.Handler {
			return &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: l.Logger()}
		}, "POST", []string{"WebHook-Request-Origin", "b"}, "WARN|webhook request refused|403|deliveries of that origin are not allowed"},
		{"no origin", func(l *cehttptest.Log) http.Handler {
			return &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: l.Logger()}
		}, "POST", nil, "WARN|webhook request refused|403"},
		{"nobody behind", func(l *cehttptest.Log) http.Handler {
			return &webhook.Target{Origins: []string{"a"}, Logger: l.Logger()}
		}, "POST", []string{"WebHook-Request-Origin", "a"}, "WARN|webhook request refused|404"},
		{"a handshake", func(l *cehttptest.Log) http.Handler {
			return &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: l.Logger()}
		}, "OPTIONS", []string{"WebHook-Request-Origin", "b"}, ""},
		{"permitted", func(l *cehttptest.Log) http.Handler {
			return &webhook.Target{Next: status(204), Origins: []string{"a"}, Logger: l.Logger()}
		}, "POST", []string{"WebHook-Request-Origin", "a"}, ""},
		{"no token", func(l *cehttptest.Log) http.Handler {
			return &webhook.Authorization{Next: status(204), Tokens: []string{bearer}, Logger: l.Logger()}
		}, "POST", nil, "WARN|token refused|401"},
		{"a token that cannot be checked now", func(l *cehttptest.Log) http.Handler {
			check := func(context.Context, string) error { return checkError(503) }
			return &webhook.Authorization{Next: status(204), Check: check, Logger: l.Logger()}
		}, "POST", []string{"Authorization", "Bearer secret"}, "WARN|token refused|503"},
		{"a check that fails", func(l *cehttptest.Log) http.Handler {
			check := func(context.Context, string) error { return errors.Join(checkError(500)) }
			return &webhook.Authorization{Next: status(204), Check: check, Logger: l.Logger()}
		}, "POST", []string{"Authorization", "Bearer secret"}, "ERROR|token refused|500"},
		{"no signature", func(l *cehttptest.Log) http.Handler {
			return &webhook.Verifier{Next: status(204), Secrets: known, Logger: l.Logger()}
		}, "POST", nil, "WARN|signature refused|403"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l cehttptest.Log
			cehttptest.Record(c.handler(&l), asked(c.method, "/", "", c.fields...))
			var seen []string
			for line := range strings.Lines(l.String()) {
				if !strings.Contains(line, "DEBUG") {
					seen = append(seen, line)
				}
			}
			if c.want == "" {
				if len(seen) > 0 {
					t.Errorf("logged %q", seen)
				}
				return
			}
			if len(seen) != 1 || strings.Contains(l.String(), "secret") {
				t.Fatalf("logged %q", l.String())
			}
			for part := range strings.SplitSeq(c.want, "|") {
				if !strings.Contains(seen[0], part) {
					t.Errorf("no %q in %s", part, seen[0])
				}
			}
		})
	}
}

// ServeConsent finds its two parameters in a query of any kind, and keeps nothing else of it.
func TestServeConsentQueries(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(query string) string
		status int
	}{
		{"as it was offered", func(q string) string { return q }, 200},
		{"behind others", func(q string) string { return "a=b&&=&c&" + q }, 200},
		{"before others", func(q string) string { return q + "&id=x&key=y&id" }, 200},
		{"with escapes", func(q string) string {
			id, key, _ := strings.Cut(strings.TrimPrefix(q, "id="), "&key=")
			return "id=%" + hexOf(id[0]) + id[1:] + "&key=" + key[:1] + "%" + hexOf(key[1]) + key[2:]
		}, 200},
		{"behind another id", func(q string) string { return "id=x&" + q }, 404},
		{"no key", func(q string) string { q, _, _ = strings.Cut(q, "&"); return q }, 404},
		{"nothing", func(string) string { return "" }, 404},
		{"long", func(q string) string { return "key=" + strings.Repeat("x", 1000) }, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			wt := &webhook.Transport{Origin: "a", CallbackURL: "https://a/consent"}
			path, query, _ := strings.Cut(askedCallback(t, wt, "https://b/"), "?")
			if w := cehttptest.Record(http.HandlerFunc(wt.ServeConsent), asked("POST", path+"?"+c.change(query), "")); w.Code != c.status {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func hexOf(c byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[c>>4], digits[c&15]})
}
