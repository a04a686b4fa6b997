package cehttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// The address is logged, so that a program that waits for its first request does not seem
// dead. What clients do wrong is logged at level Debug, and what this program does wrong above
// it. Nothing is written on standard error.
func TestServerLogger(t *testing.T) {
	var standard bytes.Buffer
	log.SetOutput(&standard)
	defer log.SetOutput(os.Stderr)
	const get = "GET / HTTP/1.0\r\n\r\n"
	for _, c := range []struct {
		name    string
		sent    string
		handler http.HandlerFunc
		want    string
	}{
		{"HTTP/2 that does not begin with its settings", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(6, 0, 0, make([]byte, 8)), nil, `level=DEBUG msg="HTTP server" error="http2: server c`},
		{"a panic", get, func(http.ResponseWriter, *http.Request) { panic("bug") }, `level=ERROR msg="HTTP server" error="http: panic serving `},
		{"two statuses", get, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); w.WriteHeader(200) },
			`level=WARN msg="HTTP server" error="http: superfluous `},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			served := make(chan error, 1)
			var out logged
			s := &cehttp.Server{Handler: c.handler, Logger: out.logger()}
			go func() { served <- s.Serve(ctx, l) }()
			conn := dial(t, l.Addr().String())
			conn.write(c.sent)
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
			begin, rest, _ := strings.Cut(out.String(), "\n")
			if want := `level=INFO msg="HTTP server listens" address=` + l.Addr().String(); !strings.HasSuffix(begin, want) {
				t.Errorf("logged %s, want %s", begin, want)
			}
			if !strings.Contains(rest, c.want) || strings.Count(rest, "\n") != 1 {
				t.Errorf("logged %s", rest)
			}
		})
	}
	if standard.Len() > 0 {
		t.Errorf("on standard error: %s", &standard)
	}
}

// Mistakes are found before the first event, also behind Routes.
func TestValidateFindsMistakes(t *testing.T) {
	whole, empty := silent(answering(nil, nil)), &cehttp.Receiver{}
	working := &dispatch.Background{Handler: answering(nil, nil)}
	for _, c := range []struct {
		name string
		h    http.Handler
		want string
	}{
		{"a Receiver", whole, ""},
		{"a Receiver without a handler", empty, "Receiver has no Handler"},
		{"a Receiver with an illegal extension", &cehttp.Receiver{Handler: answering(nil, nil), Decoder: cehttp.Decoder{
			Extensions: []spec.Attribute{{Name: "orderId", Type: spec.Integer}},
		}}, `Decoder: Extensions, entry 0: attribute "orderId": attribute name has a character other than a-z and 0-9 (spec.md#naming-conventions)`},
		{"Routes", &cehttp.Routes{Receiver: whole, Background: working}, ""},
		{"Routes with neither", &cehttp.Routes{}, ""},
		{"Routes and a Receiver without a handler", &cehttp.Routes{Receiver: empty}, "Receiver has no Handler"},
		{"Routes and a Background without a handler", &cehttp.Routes{Receiver: whole, Background: &dispatch.Background{}}, "Background has no Handler"},
		{"Routes with two mistakes", &cehttp.Routes{Receiver: empty, Background: &dispatch.Background{}}, "Receiver has no Handler\nBackground has no Handler"},
		{"Routes and another handler", &cehttp.Routes{Receiver: http.NotFoundHandler()}, ""},
	} {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		got := ""
		if err := cehttp.ListenAndServe(ended, "127.0.0.1:0", c.h); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// nothing is a handler with wrong settings.
type nothing struct{ error }

func (n nothing) Validate() error                            { return n.error }
func (nothing) ServeHTTP(http.ResponseWriter, *http.Request) {}

// A server with a wrong handler does not begin, and closes its listener.
func TestServeAsksForMistakes(t *testing.T) {
	wrong := errors.New("wrong")
	if err := cehttp.ListenAndServe(t.Context(), "127.0.0.1:0", nothing{wrong}); err != wrong {
		t.Errorf("%v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := cehttp.Serve(t.Context(), l, nothing{wrong}); err != wrong {
		t.Errorf("%v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := cehttp.ListenAndServe(ended, "127.0.0.1:0", nothing{}); err != nil {
		t.Errorf("a handler without mistakes: %v", err)
	}
}
