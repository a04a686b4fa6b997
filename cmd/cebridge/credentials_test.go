package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// hush is part of every secret of these tests, and must not be in a log.
const hush = "hunter2"

// Credentials from the environment and from a file open servers and brokers, and wrong ones do
// not. They are in no log, and neither are paths and queries of HTTP.
func TestCredentials(t *testing.T) {
	kafka, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"), kfake.EnableSASL(), kfake.Superuser("PLAIN", "me", hush))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(kafka.Close)
	var js *server.Server
	host := startNATSServer(t, "ORDERS", &js, func(o *server.Options) { o.Authorization = hush })

	last := newSink(t)
	guarded := func(t *testing.T, admits func(*http.Request) bool) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !admits(r) {
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			last.Config.Handler.ServeHTTP(w, r)
		}))
		t.Cleanup(s.Close)
		return s.URL + "/" + hush + "?key=" + hush
	}
	hook := guarded(t, func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+hush })
	basic := guarded(t, func(r *http.Request) bool {
		user, password, _ := r.BasicAuth()
		return user == "me" && password == hush
	})
	door := "http://" + freeport.Address(t) + "/"
	socket := "ws://" + freeport.Address(t) + "/" + hush

	sourceToken, targetToken := "CEBRIDGE_SOURCE_TOKEN="+hush, "CEBRIDGE_TARGET_TOKEN="+hush
	for i, c := range []struct {
		name string
		in   []string // lines of the first bridge
		via  string
		out  []string // lines of the second bridge
		end  string
	}{
		{"HTTP token, JetStream token", []string{sourceToken, targetToken}, "nats://" + host + "/ORDERS/orders.placed", []string{sourceToken, targetToken}, hook},
		{"Kafka user, HTTP user", []string{sourceToken, "CEBRIDGE_TARGET_USER=me", "CEBRIDGE_TARGET_PASSWORD=" + hush}, "kafka://" + kafka.ListenAddrs()[0] + "/orders",
			[]string{"CEBRIDGE_SOURCE_USER=me", "CEBRIDGE_SOURCE_PASSWORD=" + hush, "CEBRIDGE_TARGET_USER=me", "CEBRIDGE_TARGET_PASSWORD=" + hush}, basic},
		{"WebSocket token", []string{sourceToken, targetToken}, socket, []string{sourceToken, targetToken}, hook},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "credentials")
			if err := os.WriteFile(file, []byte(strings.Join(c.in, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			out := startWith(t, c.out, "-v", c.via, c.end)
			in := start(t, "-v", "-credentials", file, door, c.via)
			e := generated(i)
			s := cehttp.Sender{Target: door, Retry: cehttp.Retry{Attempts: 1}, Logger: slog.New(slog.DiscardHandler)}
			if err := s.Send(t.Context(), &e); err == nil || !strings.Contains(err.Error(), "401") {
				t.Errorf("without a token: %v", err)
			}
			s.Header = http.Header{"Authorization": {"Bearer " + hush}}
			if err := s.Send(t.Context(), &e); err != nil {
				t.Error(err)
			}
			last.has(t, i+1)
			in.stop()
			out.stop()
			for _, p := range []*bridgeProcess{in, out} {
				if strings.Contains(p.log.String(), hush) {
					t.Errorf("a log has a secret: %s", p.log)
				}
			}

			// With a secret that is wrong, a broker is not opened.
			if strings.HasPrefix(c.via, "ws") { // where the second bridge is the server
				return
			}
			wrong := func(name string) string {
				for _, line := range c.out {
					if value, ok := strings.CutPrefix(line, name+"="); ok {
						return strings.Replace(value, hush, hush+"?", 1)
					}
				}
				return ""
			}
			var log strings.Builder
			err := run(t.Context(), []string{"-admin", "", c.via, c.end}, wrong, &log, &log)
			if err == nil || strings.Contains(err.Error()+log.String(), hush) {
				t.Errorf("a wrong secret: %v\n%s", err, &log)
			}
		})
	}
}

// A target that cannot be reached, or refuses, does not bring a secret into a log, an answer or
// the state of the bridge.
func TestSecretsOfFailures(t *testing.T) {
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	nobody := freeport.Address(t)
	for _, target := range []string{
		"http://" + nobody + "/" + hush + "?key=" + hush, refusing.URL + "/" + hush + "?key=" + hush,
		"ws://" + nobody + "/events?key=" + hush, strings.Replace(refusing.URL, "http", "ws", 1) + "/events?key=" + hush,
	} {
		door := "http://" + freeport.Address(t) + "/"
		p := startWith(t, []string{"CEBRIDGE_TARGET_USER=me", "CEBRIDGE_TARGET_PASSWORD=" + hush}, "-v", door, target)
		e := generated(1)
		s := cehttp.Sender{Target: door, Mode: cloudevents.StructuredMode, Retry: cehttp.Retry{Attempts: 1}, Logger: slog.New(slog.DiscardHandler)}
		err := s.Send(t.Context(), &e)
		if err == nil {
			t.Fatalf("%s: no error", target)
		}
		_, ready := p.get("/ready")
		p.stop() // the log has all then
		if text := err.Error() + ready + p.log.String(); strings.Contains(text, hush) {
			t.Errorf("%s:\n%s", target, text)
		}
	}
}
