package cehttp_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// listen starts Serve on loopback, and returns its address and a function that
// shuts it down and returns its error.
func listen(t *testing.T, h http.Handler) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- cehttp.Serve(ctx, l, h) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	return l.Addr().String(), stop
}

func TestListenAndServe(t *testing.T) {
	l, err := net.Listen("tcp", freeport.Address(t)) // it is closed and opened again
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := cehttp.ListenAndServe(ctx, l.Addr().String(), nil); err == nil || strings.HasPrefix(err.Error(), "cehttp: ") {
		t.Errorf("address in use: %v", err)
	}
	address := l.Addr().String()
	l.Close()
	done := make(chan error, 1)
	go func() { done <- cehttp.ListenAndServe(ctx, address, silent(answering(nil, nil))) }()
	for {
		r, err := http.NewRequest("POST", "http://"+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = binaryHeader()
		w, err := http.DefaultClient.Do(r)
		if err != nil { // it does not listen yet
			continue
		}
		w.Body.Close()
		if w.StatusCode != 204 {
			t.Errorf("%d", w.StatusCode)
		}
		break
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := cehttp.ListenAndServe(ctx, "127.0.0.1:0", nil); err != nil {
		t.Errorf("a context that has ended: %v", err)
	}
}

// A nil handler is http.DefaultServeMux.
func TestServeDefaultHandler(t *testing.T) {
	address, stop := listen(t, nil)
	response, err := http.Get("http://" + address + "/nothing-is-here")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if err := stop(); response.StatusCode != 404 || err != nil {
		t.Errorf("%s, %v", response.Status, err)
	}
}

func TestServeReturnsTheErrorOfTheListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := cehttp.Serve(t.Context(), l, nil); err == nil {
		t.Error("no error")
	}
}

// Requests that are being handled are answered; their contexts do not end with that of the
// server. The service is not ready meanwhile.
func TestServeDrains(t *testing.T) {
	type key struct{}
	in, out := make(chan bool), make(chan bool)
	handled := silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		in <- true
		<-out
		return nil, ctx.Err()
	})
	var readiness int
	routes := &cehttp.Routes{Receiver: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handled.ServeHTTP(w, r)
		check := withHeader("GET", "/health/ready").WithContext(r.Context())
		readiness = record(&cehttp.Routes{}, check).Code
		if r.Context().Value(key{}) != "kept" {
			t.Error("the context of the server is not that of the request")
		}
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "kept"))
	served, answered := make(chan error, 1), make(chan int, 1)
	go func() { served <- cehttp.Serve(ctx, l, routes) }()
	go func() {
		r, _ := http.NewRequest("POST", "http://"+l.Addr().String()+"/", nil)
		r.Header = binaryHeader()
		w, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		w.Body.Close()
		answered <- w.StatusCode
	}()
	<-in
	cancel()
	for { // until the listener is closed
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	out <- true
	if status := <-answered; status != 204 {
		t.Errorf("status %d", status)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if readiness != 503 {
		t.Errorf("ready: %d", readiness)
	}
}

func TestServeSpeaksHTTP2WithoutTLS(t *testing.T) {
	address, stop := listen(t, silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) { return e, nil }))
	for _, major := range []int{1, 2} {
		var protocols http.Protocols
		protocols.SetHTTP1(major == 1)
		protocols.SetUnencryptedHTTP2(major == 2)
		transport := &http.Transport{Protocols: &protocols}
		event := sample()
		r, err := cehttp.ToHTTPRequest(t.Context(), "http://"+address, &event, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		w, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := cehttp.ResponseToCloudEvent(w, nil)
		if err != nil || w.ProtoMajor != major {
			t.Fatalf("%s: %v", w.Proto, err)
		}
		w.Body.Close()
		wantEvent(t, got, event)
		transport.CloseIdleConnections()
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
