package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

func noEnv(string) string { return "" }

// Mistakes on the command line are told, and no secret is.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "want SOURCE and TARGET"},
		{[]string{"http://:0", "kafka://localhost:9092"}, "there is no topic"},
		{[]string{"http://:0", "nats://localhost/stream"}, "stream/subject"},
		{[]string{"ftp://host", "http://host"}, "scheme"},
		{[]string{"http://me:secret@host", "http://host"}, "credentials"},
		{[]string{"http:///path", "http://host"}, "no host"},
		{[]string{"https://:0", "http://host"}, "without TLS"},
		{[]string{"-mode", "batch", "http://:0", "http://host"}, "-mode"},
		{[]string{"-invalid", "ignore", "http://:0", "http://host"}, "-invalid"},
		{[]string{"-invalid", "dead-letter", "kafka://h/t", "http://host"}, "needs -dead-letter"},
		{[]string{"-dead-letter", "x", "http://:0", "http://host"}, "broker"},
		{[]string{"-attempts", "-1", "http://:0", "http://host"}, "-attempts"},
		{[]string{"-filter", "a =", "http://:0", "http://host"}, "-filter"},
		{[]string{"-credentials", "/no/such/file", "http://:0", "http://host"}, "no such file"},
		{[]string{"http://:0", "http://%zz"}, "invalid"},
	} {
		err := run(context.Background(), append([]string{"-admin", ""}, c.args...), noEnv, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

// The help fits a terminal.
func TestHelp(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-help"}, noEnv, &out, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for _, want := range []string{"usage:", "-dead-letter", "kafka://", "examples:"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help has no %q", want)
		}
	}
}

// Credentials come from a file or from the environment; the file comes first.
func TestSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("# ours\n\nCEBRIDGE_SOURCE_USER=me\nCEBRIDGE_SOURCE_PASSWORD=a=b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := readSecrets(file, func(name string) string { return name })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.of("SOURCE"), (secret{"me", "a=b", "CEBRIDGE_SOURCE_TOKEN"}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if err := os.WriteFile(file, []byte("CEBRIDGE_SOURCE_USER=me\nhunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSecrets(file, noEnv); err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error: %v", err)
	}
}

// A source of HTTP asks for the secret that it was given.
func TestHTTPSourceAdmits(t *testing.T) {
	request := func(set func(*http.Request)) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		set(r)
		return r
	}
	bearer := func(token string) *http.Request {
		return request(func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
	}
	basic := func(password string) *http.Request {
		return request(func(r *http.Request) { r.SetBasicAuth("me", password) })
	}
	for _, c := range []struct {
		reason string
		secret secret
		r      *http.Request
		want   bool
	}{
		{"no secret", secret{}, bearer(""), true},
		{"the token", secret{token: "t"}, bearer("t"), true},
		{"another token", secret{token: "t"}, bearer("x"), false},
		{"no token", secret{token: "t"}, request(func(*http.Request) {}), false},
		{"the password", secret{user: "me", password: "p"}, basic("p"), true},
		{"another password", secret{user: "me", password: "p"}, basic("x"), false},
	} {
		if got := (&httpSource{secret: c.secret}).admits(c.r); got != c.want {
			t.Errorf("%s: %t", c.reason, got)
		}
	}
}

// The metrics are in the text format of Prometheus.
func TestMetrics(t *testing.T) {
	b := &bridge{lag: func() int64 { return 7 }}
	b.counts.sent.Add(3)
	w := httptest.NewRecorder()
	b.adminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{"# TYPE cebridge_sent_total counter\ncebridge_sent_total 3\n", "cebridge_lag 7\n", "cebridge_failed_total 0\n"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q in\n%s", want, w.Body)
		}
	}
	for _, path := range []string{"/health", "/ready"} {
		w := httptest.NewRecorder()
		b.adminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// Types are compared as a whole, or up to a star.
func TestTypes(t *testing.T) {
	b := &bridge{settings: settings{types: []string{"a.b", "c.*"}}}
	for eventType, want := range map[string]bool{"a.b": true, "a.b.c": false, "c.d": true, "c": false} {
		if got := b.wants(&cloudevents.Event{Type: eventType}); got != want {
			t.Errorf("%s: %t", eventType, got)
		}
	}
}
