package cehttp_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Frames of HTTP/2 (RFC 9113, section 4.1).
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	frameReset        = 0x3
	frameSettings     = 0x4
	framePing         = 0x6
	frameGoAway       = 0x7
	frameWindowUpdate = 0x8
	frameContinuation = 0x9
	endOfRequest      = 0x5 // END_STREAM and END_HEADERS
)

// frame returns a frame of HTTP/2.
func frame(kind, flags byte, stream uint32, payload []byte) string {
	b := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	b = binary.BigEndian.AppendUint32(b, stream)
	return string(append(b, payload...))
}

// rawHTTP2 is a connection with one GET request, on which the server may send window bytes
// before the client asks for more. 0 is the 64 KiB of the specification.
func rawHTTP2(window uint32) string {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	var settings, update []byte
	if window > 0 {
		settings = binary.BigEndian.AppendUint32([]byte{0, 4}, window) // SETTINGS_INITIAL_WINDOW_SIZE
		update = binary.BigEndian.AppendUint32(nil, window-65535)
	}
	text := preface + frame(frameSettings, 0, 0, settings)
	if window > 0 {
		text += frame(frameWindowUpdate, 0, 0, update)
	}
	// HPACK: :method GET, :scheme http, :path / and :authority x.
	return text + frame(frameHeaders, endOfRequest, 1, []byte{0x82, 0x86, 0x84, 0x41, 1, 'x'})
}

// A client that does not read its answer is cut off after a minute, in every protocol and
// in whatever way it does not read. Nothing stays behind: synctest waits for all
// goroutines.
func TestServeCutsOffBlockedWriters(t *testing.T) {
	const size = 1 << 20
	writes := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(size))
		_, _ = w.Write(make([]byte, size))
	})
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	get := "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	nobody := func(net.Conn) {}
	trickle := func(c net.Conn) { // a byte at a time
		for {
			if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
				return
			}
			time.Sleep(10 * time.Second)
		}
	}
	drain := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) } // without asking for more
	for _, c := range []struct {
		name    string
		handler http.Handler
		sent    string
		read    func(net.Conn)
	}{
		{"HTTP/1.1, reads nothing", writes, get, nobody},
		{"HTTP/1.1, reads a byte now and then", writes, get, trickle},
		{"HTTP/1.1, the handler writes nothing", nothing, get, nobody},
		{"HTTP/1.1, malformed", nothing, "garbage\r\n\r\n", nobody},
		{"HTTP/1.1, too large a header", nothing, "GET / HTTP/1.1\r\nX: " + string(make([]byte, 100<<10)), nobody},
		{"HTTP/1.1, for the server", nothing, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", nobody},
		{"HTTP/1.1, expects a 100", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) }),
			"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n", nobody},
		{"HTTP/2, reads nothing", writes, rawHTTP2(0), nobody},
		{"HTTP/2, reads nothing of a large window", writes, rawHTTP2(1<<31 - 1), nobody},
		{"HTTP/2, reads a byte now and then", writes, rawHTTP2(1<<31 - 1), trickle},
		{"HTTP/2, asks for no more", writes, rawHTTP2(0), drain},
		{"HTTP/2, the handler writes nothing", nothing, rawHTTP2(0), nobody},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := make(pipes)
				ctx, cancel := context.WithCancel(t.Context())
				served := make(chan error, 1)
				in, out := false, false
				go func() {
					served <- cehttp.Serve(ctx, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						in = true
						c.handler.ServeHTTP(w, r)
						out = true
					}))
				}()
				conn := p.dial()
				go func() { _, _ = io.WriteString(conn, c.sent) }()
				go c.read(conn)
				// An idle connection is closed two minutes later.
				time.Sleep(4 * time.Minute)
				synctest.Wait()
				if in && !out {
					t.Error("the handler is blocked")
				}
				// The server has closed the connection, whatever is left to read.
				_ = conn.SetReadDeadline(time.Now().Add(time.Hour))
				begin := time.Now()
				_, err := io.Copy(io.Discard, conn)
				if waited := time.Since(begin); err != nil || waited > 0 {
					t.Errorf("the connection is open: %v after %v", err, waited)
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

// A handler may set a deadline that is earlier than that of the server, but not a later
// one, and it is not that of the next handler on the connection.
func TestServeDeadlinesOfHandlers(t *testing.T) {
	for _, c := range []struct {
		own, want time.Duration
	}{
		{0, time.Minute}, {10 * time.Second, 10 * time.Second}, {time.Hour, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := make(pipes)
			ctx, cancel := context.WithCancel(t.Context())
			served := make(chan error, 1)
			var took time.Duration
			go func() {
				served <- cehttp.Serve(ctx, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/set" {
						if c.own > 0 {
							_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(c.own))
						}
						w.WriteHeader(204)
						return
					}
					if c.own > 0 && r.URL.Path == "/" {
						_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(c.own))
					}
					begin := time.Now()
					_, err := w.Write(make([]byte, 1<<20))
					took = time.Since(begin)
					if err == nil {
						t.Error("all is written")
					}
				}))
			}()
			request := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" }
			conn := p.dial()
			_, _ = io.WriteString(conn, request("/"))
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			if took != c.want {
				t.Errorf("own deadline %v: cut off after %v, want %v", c.own, took, c.want)
			}
			conn.Close()

			next := p.dial()
			_, _ = io.WriteString(next, request("/set"))
			r, err := http.ReadResponse(bufio.NewReader(next), nil)
			if err != nil || r.StatusCode != 204 {
				t.Errorf("own deadline %v: %v", c.own, err)
			} else {
				time.Sleep(30 * time.Second)
				_, _ = io.WriteString(next, request("/again"))
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if took != time.Minute {
					t.Errorf("own deadline %v of another handler: cut off after %v", c.own, took)
				}
			}
			next.Close()
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}
