package cehttp_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// pipes is a listener without a network, which a synctest bubble needs.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	client, server := net.Pipe()
	p <- server
	return client
}

const rawEvent = "POST / HTTP/1.1\r\nHost: x\r\nCe-Id: 1\r\nCe-Source: /s\r\nCe-Specversion: 1.0\r\nCe-Type: t\r\n"

// The time to read a request is bounded, the time to handle it is not.
func TestServeTimeouts(t *testing.T) {
	for _, c := range []struct {
		name   string
		write  []string // with a pause of half a minute before each but the first
		answer string   // beginning of the answer
		after  time.Duration
	}{
		{"slow handler", []string{rawEvent + "Content-Length: 1\r\n\r\nx"}, "HTTP/1.1 204", time.Hour},
		{"slow handler, no body", []string{rawEvent + "Content-Length: 0\r\n\r\n"}, "HTTP/1.1 204", time.Hour},
		{"slow handler after a slow body", []string{rawEvent + "Content-Length: 2\r\n\r\nx", "x"}, "HTTP/1.1 204", time.Hour + 30*time.Second},
		{"slow header", []string{rawEvent}, "", 10 * time.Second},
		{"slow body", []string{rawEvent + "Content-Length: 4\r\n\r\nx", "x"}, "HTTP/1.1 408", time.Minute},
		{"nothing", []string{""}, "", 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := make(pipes)
				ctx, cancel := context.WithCancel(t.Context())
				served := make(chan error, 1)
				go func() {
					served <- cehttp.Serve(ctx, p, silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
						time.Sleep(time.Hour)
						return nil, ctx.Err()
					}))
				}()
				begin := time.Now()
				conn := p.dial()
				go func() {
					for i, text := range c.write {
						if i > 0 {
							time.Sleep(30 * time.Second)
						}
						_, _ = io.WriteString(conn, text)
					}
				}()
				var answer [12]byte
				n, _ := io.ReadFull(conn, answer[:])
				if string(answer[:n]) != c.answer || time.Since(begin) != c.after {
					t.Errorf("%q after %v, want %q after %v", answer[:n], time.Since(begin), c.answer, c.after)
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

// Serve does not wait forever for a handler.
func TestServeDrainsWithinBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := make(pipes)
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		var ended error
		go func() {
			served <- cehttp.Serve(ctx, p, silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				cancel()
				<-ctx.Done()
				ended = ctx.Err()
				return nil, ctx.Err()
			}))
		}()
		conn := p.dial()
		begin := time.Now()
		if _, err := io.WriteString(conn, rawEvent+"Content-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := <-served; err == nil || time.Since(begin) != 25*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		synctest.Wait()
		if ended == nil {
			t.Error("the request was not ended")
		}
	})
}

// A client has a minute for each piece of an answer, not for all of it.
func TestServeCutsOffWhoDoesNotRead(t *testing.T) {
	const size = 1 << 20
	for _, c := range []struct {
		name  string
		pause time.Duration
		whole bool
	}{
		{"a slow client", 30 * time.Second, true},
		{"a client that does not read", 2 * time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := make(pipes)
				ctx, cancel := context.WithCancel(t.Context())
				served := make(chan error, 1)
				go func() {
					served <- cehttp.Serve(ctx, p, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
						time.Sleep(time.Hour) // is not limited
						w.Header().Set("Content-Length", strconv.Itoa(size))
						n, err := w.Write(make([]byte, size))
						if (err == nil) != c.whole || (n == size) != c.whole {
							t.Errorf("%d bytes were written, %v", n, err)
						}
					}))
				}()
				conn := p.dial()
				if _, err := io.WriteString(conn, rawEvent+"Content-Length: 0\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				read, piece := 0, make([]byte, 64<<10)
				for read < size {
					n, err := conn.Read(piece)
					read += n
					if err != nil {
						break
					}
					time.Sleep(c.pause)
				}
				if (read >= size) != c.whole {
					t.Errorf("%d bytes were read", read)
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
