package cehttp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Whatever a receiver does, each call ends within its context and with the right error, and
// leaves no goroutine behind.
func TestSenderHostileServer(t *testing.T) {
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			hear(c)
			_, _ = io.WriteString(c, text)
		}
	}
	then := func(text string, f func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			says(text)(c)
			f(c)
		}
	}
	gigabyte := func(head string) func(net.Conn) {
		return then(head, func(c net.Conn) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for range 1 << 10 {
				if _, err := c.Write(chunk); err != nil {
					return
				}
			}
		})
	}
	const (
		head  = "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"
		event = "HTTP/1.1 200 OK\r\nContent-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n%s"
	)
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	anything := func(err error) bool { return err != nil }
	tooLarge := func(err error) bool {
		var large *http.MaxBytesError
		return errors.As(err, &large)
	}
	longHeader := func(err error) bool {
		return strings.HasSuffix(err.Error(), "the header of the answer is longer than the Transport of the Client allows")
	}
	tests := []struct {
		reason   string
		server   func(net.Conn) // nil is an address without a listener
		status   int            // of Send, which succeeds with 2xx
		cause    func(error) bool
		request  func(error) bool // nil is as for Send
		batch    func(error) bool // nil is as for Send
		attempts int
	}{
		{"refuses", nil, 0, is(syscall.ECONNREFUSED), nil, nil, 2},
		{"closes at once", func(net.Conn) {}, 0, anything, nil, nil, 2},
		{"closes after the request", hear, 0, is(io.EOF), nil, nil, 2},
		{"resets after the request", func(c net.Conn) { hear(c); reset(c) }, 0, is(syscall.ECONNRESET), nil, nil, 2},
		{"resets in the status line", then("HTTP/1.1 20", reset), 0, anything, nil, nil, 2},
		{"resets in the header", then("HTTP/1.1 200 OK\r\nX: ", reset), 0, anything, nil, nil, 2},
		{"resets in an error body", then("HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\nabc", reset), 400, nil, nil, nil, 1},
		{"resets in a reply", then(fmt.Sprintf(event, 99, minimalJSON[:9]), reset), 200, nil, anything, anything, 2},
		{"resets in results", then("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", reset), 200, nil, nil, anything, 2},
		{"a reply shorter than its length", says(fmt.Sprintf(event, 99, minimalJSON)), 200, nil, is(io.ErrUnexpectedEOF), anything, 2},
		{"a reply longer than its length", says(fmt.Sprintf(event, len(minimalJSON)-1, minimalJSON)), 200, nil, anything, nil, 1},
		{"an error longer than its length", says("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nabc"), 400, nil, nil, nil, 1},
		{"two lengths", says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"), 0, anything, nil, nil, 2},
		{"a length below zero", says("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nabc"), 0, anything, nil, nil, 2},
		{"a status that is none", says("HTTP/1.1 000 What\r\nContent-Length: 0\r\n\r\n"), 0, anything, nil, nil, 2},
		{"no HTTP", says("220 mail.example.com ESMTP\r\n"), 0, anything, nil, nil, 2},
		{"101 Switching Protocols", then("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", hang), 101, nil, nil, nil, 1},
		{"redirects", says("HTTP/1.1 307 Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"), 307, is(cehttp.ErrRedirect), nil, nil, 1},
		{"redirects to nowhere", says("HTTP/1.1 301 Moved\r\nLocation: http://%zz\r\nContent-Length: 0\r\n\r\n"), 301, is(cehttp.ErrRedirect), nil, nil, 1},
		{"redirects without a location", says("HTTP/1.1 303 Other\r\nContent-Length: 0\r\n\r\n"), 303, is(cehttp.ErrRedirect), nil, nil, 1},
		{"a gigabyte with 200", gigabyte(fmt.Sprintf(head, "200 OK")), 200, nil, nil, tooLarge, 1},
		{"a gigabyte with 400", gigabyte(fmt.Sprintf(head, "400 Bad")), 400, nil, nil, nil, 1},
		{"a gigabyte of chunks", gigabyte("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n"), 500, nil, nil, nil, 2},
		{"a gigabyte of reply", gigabyte(strings.Replace(fmt.Sprintf(head, "200 OK"), "json", "cloudevents+json", 1)), 200, nil, tooLarge, tooLarge, 1},
		{"a gigabyte of header", gigabyte("HTTP/1.1 200 OK\r\nX: "), 0, longHeader, nil, nil, 2},
		{"Retry-After of years", says("HTTP/1.1 503 Busy\r\nRetry-After: 99999999\r\nContent-Length: 0\r\n\r\n"), 503, nil, nil, nil, 1},
		{"a bad Retry-After", says("HTTP/1.1 503 Busy\r\nRetry-After: never\r\nContent-Length: 0\r\n\r\n"), 503, nil, nil, nil, 2},
	}
	e := minimal()
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			address := refused(t)
			if test.server != nil {
				address = rawServer(t, test.server)
			}
			wantNoLeak(t, func() {
				// These servers close the connection without saying so.
				own := &http.Transport{DisableKeepAlives: true}
				defer own.CloseIdleConnections()
				sender := hushed(cehttp.Sender{
					Target: "http://" + address, Client: &http.Client{Transport: own}, MaxResponseBytes: 1 << 20,
					Retry: cehttp.Retry{Attempts: 2, Wait: -1},
				})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				check := func(call string, err error, cause func(error) bool) {
					if cause == nil && test.status/100 == 2 {
						if err != nil {
							t.Errorf("%s: %v", call, err)
						}
						return
					}
					failed := sendError(t, err)
					if failed.Status != test.status || cause != nil && !cause(err) || failed.Attempts != test.attempts {
						t.Errorf("%s: %+v", call, failed)
					}
					if len(failed.Body) > 64<<10 {
						t.Errorf("%s: body of %d bytes", call, len(failed.Body))
					}
				}
				or := func(own func(error) bool) func(error) bool {
					if own == nil {
						return test.cause
					}
					return own
				}
				check("Send", sender.Send(ctx, &e), test.cause)
				_, err := sender.Request(ctx, &e)
				check("Request", err, or(test.request))
				_, err = sender.SendBatch(ctx, oneOf(e))
				check("SendBatch", err, or(test.batch))
				if ctx.Err() != nil {
					t.Error("the context has ended")
				}
			})
		})
	}
}

// A call to a receiver that hangs ends with its context.
func TestSenderHangingServer(t *testing.T) {
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			hear(c)
			_, _ = io.WriteString(c, text)
			hang(c)
		}
	}
	tests := []struct {
		reason string
		server func(net.Conn)
	}{
		{"without an answer", hang},
		{"in the status line", says("HTTP/1.1 2")},
		{"in the header", says("HTTP/1.1 200 OK\r\nX: y\r\n")},
		{"in a reply", says("HTTP/1.1 200 OK\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 99\r\n\r\n{")},
		{"after 100 Continue", says("HTTP/1.1 100 Continue\r\n\r\n")},
	}
	e := minimal()
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			address := rawServer(t, test.server)
			wantNoLeak(t, func() {
				own := &http.Transport{}
				defer own.CloseIdleConnections()
				sender := hushed(cehttp.Sender{Target: "http://" + address, Client: &http.Client{Transport: own}})
				ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
				defer cancel()
				_, err := sender.Request(ctx, &e)
				if failed := sendError(t, err); !errors.Is(err, context.DeadlineExceeded) || failed.Attempts != 1 || !failed.Retryable() {
					t.Errorf("%+v", failed)
				}
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(20*time.Millisecond, cancel)
				_, err = sender.Request(ctx, &e)
				if sendError(t, err); !errors.Is(err, context.Canceled) {
					t.Errorf("error is %v", err)
				}
			})
		})
	}
}

// Redirects are not followed, even if the Client would follow them.
func TestSenderFollowsNothing(t *testing.T) {
	var followed atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/followed", func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	mux.HandleFunc("/{status}", func(w http.ResponseWriter, r *http.Request) {
		status := 0
		_, _ = fmt.Sscan(r.PathValue("status"), &status)
		http.Redirect(w, r, "/followed", status)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	client := *s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
	e := minimal()
	for _, c := range []*http.Client{s.Client(), &client} {
		for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
			sender := hushed(cehttp.Sender{Target: fmt.Sprintf("%s/%d", s.URL, status), Client: c})
			_, err := sender.Request(t.Context(), &e)
			if failed := sendError(t, err); failed.Status != status || failed.Attempts != 1 || !errors.Is(err, cehttp.ErrRedirect) {
				t.Errorf("%+v", failed)
			}
		}
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// One connection is enough for responses of all kinds.
func TestSenderReusesConnections(t *testing.T) {
	var opened atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 0
		_, _ = fmt.Sscan(r.URL.Path[1:], &status)
		w.WriteHeader(status)
		if status != http.StatusNoContent {
			_, _ = io.WriteString(w, strings.Repeat("x", 40<<10))
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	e := minimal()
	for _, status := range []int{200, 202, 204, 302, 400, 410, 500, 503, 200} {
		sender := hushed(cehttp.Sender{
			Target: fmt.Sprintf("%s/%d", s.URL, status), Client: s.Client(), Retry: cehttp.Retry{Wait: -1, MaxTime: time.Minute},
		})
		_ = sender.Send(t.Context(), &e)
		_, _ = sender.Request(t.Context(), &e)
		_, _ = sender.SendBatch(t.Context(), oneOf(e))
	}
	if n := opened.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// An incomplete response of a transport counts as none. A nil body without a length counts
// as an empty one.
func TestSenderIncompleteResponse(t *testing.T) {
	tests := []struct {
		reason   string
		response *http.Response
		ok       bool
	}{
		{"nothing", nil, false},
		{"a length without a body", &http.Response{StatusCode: 200, ContentLength: 1}, false},
		{"a status alone", &http.Response{StatusCode: 200}, true},
	}
	for _, test := range tests {
		t.Run(test.reason, func(t *testing.T) {
			sender := hushed(cehttp.Sender{Target: "http://example.com", Retry: cehttp.Retry{Wait: -1}, Client: &http.Client{
				Transport: transport(func(*http.Request) (*http.Response, error) { return test.response, nil }),
			}})
			e := minimal()
			_, err := sender.Request(t.Context(), &e)
			if test.ok {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if failed := sendError(t, err); failed.Status != 0 || failed.Attempts != 3 || !failed.Retryable() {
				t.Errorf("%+v", failed)
			}
		})
	}
}
