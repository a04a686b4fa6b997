package cehttp_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A request that is refused before its body was read is answered at once, and its
// connection closed, although the sender stalls. The time is that of synctest.
func TestRefusalsDoNotWaitForTheBody(t *testing.T) {
	small := silent(answering(nil, nil))
	small.Decoder.MaxBytes = 100
	background := &dispatch.Background{Handler: patient, Logger: silent(nil).Logger}
	routes := &cehttp.Routes{Receiver: small, Background: background}
	mux := http.NewServeMux()
	mux.Handle("POST /events", small)
	const (
		stalled = "Host: x\r\nContent-Length: 100\r\n\r\nx"
		endless = "Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		event   = "Ce-Id: 1\r\nCe-Source: /s\r\nCe-Specversion: 1.0\r\nCe-Type: t\r\n"
		json    = "Content-Type: application/cloudevents+json\r\n"
	)
	chunk := "65\r\n" + strings.Repeat("x", 101) + "\r\n"
	for _, c := range []struct {
		name    string
		handler http.Handler
		sent    string
		want    int
	}{
		{"another method", small, "PUT / HTTP/1.1\r\n" + event + stalled, 405},
		{"GET with a body", small, "GET / HTTP/1.1\r\n" + event + stalled, 405},
		{"no event", small, "POST / HTTP/1.1\r\n" + stalled, 415},
		{"no event, chunked", small, "POST / HTTP/1.1\r\n" + endless + "1\r\nx\r\n", 415},
		{"a coded body", small, "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n" + event + stalled, 415},
		{"an unknown format", small, "POST / HTTP/1.1\r\nContent-Type: application/cloudevents+x\r\n" + stalled, 415},
		{"an unknown format of a batch", small, "POST / HTTP/1.1\r\nContent-Type: application/cloudevents-batch+x\r\n" + stalled, 415},
		{"an invalid attribute", small, "POST / HTTP/1.1\r\nCe-Id:\r\n" + event[len("Ce-Id: 1\r\n"):] + stalled, 400},
		{"HTTP/1.0", small, "POST / HTTP/1.0\r\n" + stalled, 415},
		{"too long, as announced", small, "POST / HTTP/1.1\r\n" + event + "Host: x\r\nContent-Length: 101\r\n\r\nx", 413},
		{"too long, as it turns out", small, "POST / HTTP/1.1\r\n" + event + endless + chunk, 413},
		{"a document that is too long", small, "POST / HTTP/1.1\r\n" + json + endless + chunk, 413},
		{"no such path", routes, "POST /x HTTP/1.1\r\n" + stalled, 404},
		{"no such work", routes, "POST /cancel/x HTTP/1.1\r\n" + stalled, 404},
		{"health by POST", routes, "POST /health/live HTTP/1.1\r\n" + stalled, 405},
		{"health with a body", routes, "GET /health/live HTTP/1.1\r\n" + stalled, 200},
		{"ready with a body", routes, "GET /health/ready HTTP/1.1\r\n" + stalled, 200},
		{"a receiver in routes", routes, "POST / HTTP/1.1\r\n" + stalled, 415},
		{"a path of another handler", mux, "POST /x HTTP/1.1\r\n" + stalled, 404},
		{"a method of another handler", mux, "PUT /events HTTP/1.1\r\n" + stalled, 405},
	} {
		servers := map[string]func(context.Context, pipes, http.Handler) error{
			"Serve": func(ctx context.Context, p pipes, h http.Handler) error { return cehttp.Serve(ctx, p, h) },
		}
		if c.handler != mux {
			servers["net/http"] = func(ctx context.Context, p pipes, h http.Handler) error {
				s := &http.Server{Handler: h, ReadTimeout: time.Minute}
				go func() { _ = s.Serve(p) }()
				<-ctx.Done()
				return s.Close()
			}
		}
		for server, serve := range servers {
			t.Run(c.name+"/"+server, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := make(pipes)
					ctx, cancel := context.WithCancel(t.Context())
					served := make(chan error, 1)
					go func() { served <- serve(ctx, p, c.handler) }()
					begin := time.Now()
					conn := p.dial()
					go func() { _, _ = io.WriteString(conn, c.sent) }()
					r, err := http.ReadResponse(bufio.NewReader(conn), nil)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if waited := time.Since(begin); r.StatusCode != c.want || waited > 0 || !r.Close {
						t.Errorf("%s after %v, Connection: close %v; want %d at once", r.Status, waited, r.Close, c.want)
					}
					conn.Close()
					cancel()
					if err := <-served; err != nil {
						t.Error(err)
					}
				})
			})
		}
	}
}

// The connection stays open for the next event if the body was read, or if there is none.
func TestRefusalsKeepTheConnection(t *testing.T) {
	address, _ := listen(t, &cehttp.Routes{Receiver: silent(func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
		return nil, dispatch.Permanent(io.EOF)
	})})
	w := dial(t, address)
	for _, c := range []struct {
		sent string
		want int
	}{
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
		{"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404},
		{rawEvent + "Content-Length: 1\r\n\r\nx", 422},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 1\r\n\r\nx", 400},
		{"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", 200},
	} {
		w.write(c.sent)
		if got := w.status(); got != c.want {
			t.Fatalf("%q: status %d, want %d", c.sent, got, c.want)
		}
	}
}

// A connection whose sender stalls is closed soon after the answer, and does not hold up a
// shutdown: the request was answered.
func TestAnsweredConnectionsEnd(t *testing.T) {
	deaf := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for _, c := range []struct {
		name    string
		handler http.Handler
		sent    string
		want    int
	}{
		{"refused", silent(answering(nil, nil)), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx", 415},
		{"refused, chunked", silent(answering(nil, nil)), "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", 415},
		{"refused before 100 Continue", silent(answering(nil, nil)), "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n", 415},
		{"health", &cehttp.Routes{Receiver: silent(answering(nil, nil))}, "GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", 200},
		{"a handler that does not read", deaf, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx", 200},
	} {
		for _, ends := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/shutdown %t", c.name, ends), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := make(pipes)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					served := make(chan error, 1)
					go func() { served <- cehttp.Serve(ctx, p, c.handler) }()
					conn := p.dial()
					gone := make(chan struct{})
					go func() {
						defer close(gone)
						_, err := io.WriteString(conn, c.sent)
						for err == nil {
							time.Sleep(time.Second)
							_, err = io.WriteString(conn, "x")
						}
					}()
					begin := time.Now()
					in := bufio.NewReader(conn)
					r, err := http.ReadResponse(in, nil)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if r.StatusCode != c.want {
						t.Errorf("%s, want %d", r.Status, c.want)
					}
					if ends {
						cancel()
						if err := <-served; err != nil {
							t.Error(err)
						}
					}
					if _, err := in.ReadByte(); err == nil {
						t.Error("there is more behind the answer")
					}
					if waited := time.Since(begin); waited > 5*time.Second {
						t.Errorf("the connection was closed after %v", waited)
					}
					conn.Close()
					<-gone
					if cancel(); !ends {
						if err := <-served; err != nil {
							t.Error(err)
						}
					}
				})
			})
		}
	}
}
