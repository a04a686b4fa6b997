package cehttp_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// serving starts a Server on loopback. end ends its context, and result has what it
// returned.
func serving(t *testing.T, s *cehttp.Server) (l net.Listener, end func(), result <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	return l, cancel, done
}

// deliver sends an event over a new connection.
func deliver(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	client.CloseIdleConnections()
	r, err := http.NewRequest("POST", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = binaryHeader()
	w, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	return w.StatusCode
}

func ready(t *testing.T, client *http.Client, url string) int {
	t.Helper()
	client.CloseIdleConnections()
	w, err := client.Get(url + "/health/ready")
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	return w.StatusCode
}

// testClient returns a client that trusts the certificate of httptest, and that certificate.
func testClient(t *testing.T) (*http.Client, *tls.Config) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	return server.Client(), &tls.Config{Certificates: server.TLS.Certificates}
}

// During the delay the server is not ready, and takes requests on new connections, with TLS
// and without.
func TestDrainDelay(t *testing.T) {
	client, config := testClient(t)
	for scheme, c := range map[string]*tls.Config{"http": nil, "https": config} {
		t.Run(scheme, func(t *testing.T) {
			routes := &cehttp.Routes{Receiver: silent(answering(nil, nil))}
			l, end, result := serving(t, &cehttp.Server{Handler: routes, DrainDelay: time.Hour, TLSConfig: c})
			url := scheme + "://" + l.Addr().String()
			if got := ready(t, client, url); got != 200 {
				t.Errorf("ready is %d before the end", got)
			}
			end()
			if got := ready(t, client, url); got != 503 {
				t.Errorf("ready is %d after the end", got)
			}
			if got := deliver(t, client, url); got != 204 {
				t.Errorf("an event is answered with %d", got)
			}
			l.Close()
			if err := <-result; err == nil {
				t.Error("the listener is lost, and there is no error")
			}
		})
	}
}

// After the delay the listener is closed.
func TestDrainDelayEnds(t *testing.T) {
	l, end, result := serving(t, &cehttp.Server{Handler: silent(answering(nil, nil)), DrainDelay: time.Millisecond})
	end()
	if err := <-result; err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

func TestServeTLS(t *testing.T) {
	client, config := testClient(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			w.WriteHeader(500)
		}
		w.Header().Set("Protocol", r.Proto)
	})
	l, end, result := serving(t, &cehttp.Server{Handler: handler, TLSConfig: config})
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		transport := client.Transport.(*http.Transport).Clone()
		transport.ForceAttemptHTTP2 = protocol == "HTTP/2.0"
		if protocol == "HTTP/1.1" {
			transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
		}
		w, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if got := w.Header.Get("Protocol"); w.StatusCode != 200 || got != protocol {
			t.Errorf("%d, %s, want %s", w.StatusCode, got, protocol)
		}
		transport.CloseIdleConnections()
	}
	end()
	if err := <-result; err != nil {
		t.Error(err)
	}
}

// A mistake is found before anything is served.
func TestServeTLSWithoutCertificate(t *testing.T) {
	s := &cehttp.Server{TLSConfig: &tls.Config{}}
	if err := s.ListenAndServe(t.Context(), "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}
