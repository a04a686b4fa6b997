package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

const binaryHead = "Host: x\r\nCe-Id: slow\r\nCe-Source: /s\r\nCe-Specversion: 1.0\r\nCe-Type: t\r\n"

// stalledBodies are the beginnings of requests whose body does not come.
var stalledBodies = map[string]string{
	"binary":             "POST /in HTTP/1.1\r\n" + binaryHead + "Content-Length: 100000\r\n\r\nx",
	"chunked":            "POST /in HTTP/1.1\r\n" + binaryHead + "Transfer-Encoding: chunked\r\n\r\nfffff\r\nx",
	"structured":         "POST /in HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 100000\r\n\r\n{",
	"batch":              "POST /in HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents-batch+json\r\nContent-Length: 100000\r\n\r\n[",
	"100-continue":       "POST /in HTTP/1.1\r\n" + binaryHead + "Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n",
	"behind another one": "POST /in HTTP/1.1\r\n" + binaryHead + "Content-Length: 1\r\n\r\nxPOST /in HTTP/1.1\r\n" + binaryHead + "Content-Length: 100000\r\n\r\nx",
}

// stall opens a connection and begins a request on it, whose body comes a byte a second.
func stall(t *testing.T, address, begin string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		_, err := io.WriteString(c, begin)
		for err == nil {
			time.Sleep(time.Second)
			_, err = io.WriteString(c, "x")
		}
	}()
}

// Senders whose bodies do not come keep no other sender out, whatever their number, and do
// not hold up the end.
func TestStalledBodies(t *testing.T) {
	for name, begin := range stalledBodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := newSink(t)
			address := freeport.Address(t)
			const places = 8
			p := start(t, "-concurrency", fmt.Sprint(places), "-grace", "1s", "http://"+address+"/in", last.URL)
			for range 4 * places {
				stall(t, address, begin)
			}
			sender := cehttp.Sender{Target: "http://" + address + "/in", Logger: slog.New(slog.DiscardHandler), Retry: cehttp.Retry{Attempts: 20, MaxWait: time.Second}}
			for i := range 10 {
				e := cloudevents.Event{ID: fmt.Sprint(i), Source: "/s", Type: "t", Data: []byte("x")}
				if err := sender.Send(t.Context(), &e); err != nil {
					t.Fatal(err)
				}
			}
			if r, err := http.Get("http://" + address + "/health"); err != nil || r.StatusCode != 200 {
				t.Errorf("/health: %v, %v", r, err)
			}
			for range places {
				stall(t, address, begin)
			}
			for range places {
				stall(t, address, strings.Replace(begin, "POST /in", "GET /health", 1))
			}
			time.Sleep(100 * time.Millisecond)
			begun := time.Now()
			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := p.cmd.Wait(); err != nil {
				t.Errorf("after %v: %v", time.Since(begun), err)
			}
			if !strings.Contains(p.log.String(), "bridge is closed") {
				t.Errorf("log: %s", p.log)
			}
		})
	}
}

// A connection of HTTP/2 whose other end is silent is left: later events go on another one.
func TestSilentTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bridge{settings: settings{timeout: 30 * time.Second, target: endpoint{url: "http://target/"}}, logger: slog.New(slog.DiscardHandler)}
		to := newHTTPTarget(b, secret{})
		transport := to.client.Transport.(*http.Transport)
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
		works := make(pipes)
		server := http.Server{Protocols: transport.Protocols, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNoContent)
		})}
		go func() { _ = server.Serve(works) }()
		dialed := 0
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, other := net.Pipe()
			if dialed++; dialed == 1 {
				go func() { _, _ = io.Copy(io.Discard, other) }()
			} else {
				works <- other
			}
			return client, nil
		}
		e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", Data: []byte("x")}
		err := errors.New("not sent")
		for attempt := 0; err != nil && attempt < 5; attempt++ {
			err = to.send(t.Context(), &e, binaryLayout)
			time.Sleep(time.Second)
		}
		if err != nil || dialed != 2 {
			t.Errorf("%v, %d connections", err, dialed)
		}
		to.close()
		server.Close()
	})
}
