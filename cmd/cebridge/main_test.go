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
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

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
		{[]string{"-dead-letter", "t", "kafka://h/t", "http://host"}, "the source reads it"},
		{[]string{"-dead-letter", "t", "amqp://h/t", "http://host"}, "the source reads it"},
		{[]string{"-dead-letter", "t.dead", "nats://h/S/t.*", "http://host"}, "the source reads it"},
		{[]string{"-dead-letter", "t/dead", "mqtt://h/t/+", "http://host"}, "the source reads it"},
		{[]string{"-dead-letter", "x", "http://:0", "http://host"}, "broker"},
		{[]string{"-attempts", "-1", "http://:0", "http://host"}, "-attempts"},
		{[]string{"-filter", "a =", "http://:0", "http://host"}, "-filter: offset 3: syntax error"},
		{[]string{"-filter", "", "http://:0", "http://host"}, "-filter: the expression is empty"},
		{[]string{"-type", "", "http://:0", "http://host"}, "-type: the type is empty"},
		{[]string{"-credentials", "/no/such/file", "http://:0", "http://host"}, "no such file"},
		{[]string{"http://:0", "http://%zz"}, "not a URL"},
		{[]string{"http://:0", "http://host:secret"}, "not a URL"},
		{[]string{"http://:0", "http://host/#part"}, "fragment"},
		{[]string{"http://:0", "hook"}, "scheme://"},
		{[]string{"http://:0", "kafka://h/%zz"}, "percent-encoded"},
		{[]string{"http://:0", "kafka://h/t?tsl=1"}, "in the query"},
		{[]string{"http://:0", "kafka://h/t?tls=secret"}, "in the query"},
		{[]string{"http://:0", "mqtt://h/t?tls=1"}, "in the query"},
		{[]string{"http://:0", "mqtt://h/t/#"}, "wildcard"},
		{[]string{"http://:0", "nats://h/STREAM/t.*"}, "wildcard"},
		{[]string{"http://:0", "http://host", "-v"}, "behind the flags"},
		{[]string{"-timeout", "0", "http://:0", "http://host"}, "-timeout"},
		{[]string{"-mode", "binary", "http://:0", "ws://host"}, "structured mode only"},
		{[]string{"-dead-letter", "x", "ws://:0", "http://host"}, "broker"},
	} {
		err := run(context.Background(), append([]string{"-admin", ""}, c.args...), noEnv, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

// The exit status tells a mistake on the command line from what comes later.
func TestStatus(t *testing.T) {
	for _, c := range []struct {
		reason string
		args   string
		want   int
	}{
		{"the help", "-help", 0},
		{"no target", "http://127.0.0.1:0", 2},
		{"no such flag", "-quiet", 2},
		{"an expression that is none", "-admin=\t-filter\ta =\thttp://127.0.0.1:0\thttp://127.0.0.1:1", 2},
		{"a mode that does not exist", "-mode\tbatch\thttp://127.0.0.1:0\thttp://127.0.0.1:1", 2},
		{"no broker", "-admin=\tamqp://127.0.0.1:1/orders\thttp://127.0.0.1:1", 1},
	} {
		t.Run(c.reason, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childArgs+"="+c.args)
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != c.want || strings.Contains(string(out), "is open") {
				t.Errorf("status %d, want %d:\n%s", got, c.want, out)
			}
		})
	}
}

// The help fits a terminal.
func TestHelp(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"-help"}, noEnv, &out, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.NewReplacer("    \t", "        ", "\t", "  ").Replace(out.String())) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{"usage:", "-dead-letter", "kafka://", "examples:"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help has no %q", want)
		}
	}
}

// Credentials come from a file or from the environment; the file comes first. Errors do not
// have them.
func TestSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# ours\n\nCEBRIDGE_SOURCE_USER=me\nCEBRIDGE_SOURCE_PASSWORD=a=b\n")
	s, err := readSecrets(file, func(name string) string {
		return map[string]string{"CEBRIDGE_SOURCE_USER": "other", "CEBRIDGE_TARGET_TOKEN": "hunter2"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	for end, want := range map[string]secret{"SOURCE": {"me", "a=b", ""}, "TARGET": {"", "", "hunter2"}} {
		if got, err := s.of(end, "nats"); got != want || err != nil {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
	if _, err := s.of("TARGET", "kafka"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a token for Kafka: %v", err)
	}
	for reason, text := range map[string]string{
		"no name":         "CEBRIDGE_SOURCE_USER=me\nhunter2\n",
		"misspelled name": "CEBRIDGE_SOURCE_USER=me\nCEBRIDGE_SORCE_PASSWORD=hunter2\n",
	} {
		write(text)
		if _, err := readSecrets(file, noEnv); err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", reason, err)
		}
	}
	for reason, env := range map[string]map[string]string{
		"password without a user": {"CEBRIDGE_SOURCE_PASSWORD": "hunter2"},
		"user and token":          {"CEBRIDGE_SOURCE_USER": "me", "CEBRIDGE_SOURCE_TOKEN": "hunter2"},
	} {
		s := secrets{getenv: func(name string) string { return env[name] }}
		if _, err := s.of("SOURCE", "http"); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// A source of HTTP asks for the secret that it was given.
func TestDoorAdmits(t *testing.T) {
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
		if got := (&door{secret: c.secret}).admits(c.r); got != c.want {
			t.Errorf("%s: %t", c.reason, got)
		}
	}
}

// What stands behind the host is taken as it is: topics may have a #, and hosts may be several.
func TestEndpoints(t *testing.T) {
	for text, want := range map[string]endpoint{
		"kafka://a:1,b:2/orders":               {scheme: "kafka", host: "a:1,b:2", path: "orders"},
		"mqtt://h/orders/#":                    {scheme: "mqtt", host: "h", path: "orders/#"},
		"mqtt://h//orders/+":                   {scheme: "mqtt", host: "h", path: "/orders/+"},
		"amqp://h:5672//queue/a%3Fb?durable=1": {scheme: "amqp", host: "h:5672", path: "/queue/a?b"},
		"nats://h/S/orders.>":                  {scheme: "nats", host: "h", path: "S/orders.>"},
		"https://h/a?token=x":                  {scheme: "https", host: "h", path: "a", url: "https://h/a?token=x"},
	} {
		got, err := parseEndpoint(text)
		if err != nil || got.scheme != want.scheme || got.host != want.host || got.path != want.path || got.url != want.url {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if shown := got.String(); strings.Contains(shown, "token") || strings.Contains(shown, "?") && want.path != "/queue/a?b" {
			t.Errorf("%s is shown as %s", text, shown)
		}
	}
}

// Types are compared as a whole, or up to a star.
func TestTypes(t *testing.T) {
	b := &bridge{settings: settings{types: []string{"a.b", "c.*"}}}
	for eventType, want := range map[string]bool{"a.b": true, "a.b.c": false, "c.d": true, "c": false} {
		if got := b.wants(t.Context(), &cloudevents.Event{Type: eventType}); got != want {
			t.Errorf("%s: %t", eventType, got)
		}
	}
}
