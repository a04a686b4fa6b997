package cehttp_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// rawConn is a connection on which anything can be written.
type rawConn struct {
	*net.TCPConn
	t *testing.T
	r *bufio.Reader
}

func dial(t *testing.T, address string) *rawConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
	return &rawConn{c.(*net.TCPConn), t, bufio.NewReader(c)}
}

// write writes as much as the server takes.
func (w *rawConn) write(text string) { _, _ = io.WriteString(w.TCPConn, text) }

// status reads an answer, and returns 0 if there is none.
func (w *rawConn) status() int {
	r, err := http.ReadResponse(w.r, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, r.Body)
	return r.StatusCode
}

// closed reports whether the server closes the connection.
func (w *rawConn) closed() bool {
	_, err := w.r.ReadByte()
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

const chunked = "Transfer-Encoding: chunked\r\n\r\n"

func TestAttacks(t *testing.T) {
	deep := `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}"
	structured := "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/cloudevents+json\r\n"
	for _, c := range []struct {
		name   string
		sent   string
		end    bool // nothing more will be sent
		status int
	}{
		{"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 garbage\r\n\r\n", false, 400},
		{"garbage in a header", "POST / HTTP/1.1\r\nHost: x\r\nCe-Id\x00: 1\r\n\r\n", false, 400},
		{"two hundred thousand headers", rawEvent + strings.Repeat("Ce-X: 1\r\n", 200_000) + "\r\n", false, 431},
		{"six thousand headers", rawEvent + manyHeaders(6000), false, 413},
		{"one long header", rawEvent + "Ce-Subject: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", false, 431},
		{"illegal chunk size", rawEvent + chunked + "xx\r\n", false, 400},
		{"cut chunk", rawEvent + chunked + "5\r\nab", true, 400},
		{"no last chunk", rawEvent + chunked + "2\r\nab\r\n", true, 400},
		{"chunk longer than it says", rawEvent + chunked + "2\r\nabcd\r\n0\r\n\r\n", false, 400},
		{"cut body", rawEvent + "Content-Length: 10\r\n\r\nab", true, 400},
		{"length over the limit", rawEvent + "Content-Length: 99999999999\r\n\r\nab", false, 413},
		{"length that is no number", rawEvent + "Content-Length: -1\r\n\r\n", false, 400},
		{"two lengths", rawEvent + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", false, 400},
		{"unknown transfer encoding", rawEvent + "Transfer-Encoding: gzip, chunked\r\n\r\n", false, 501},
		{"deep JSON", structured + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(deep), deep), false, 413},
		{"deep JSON, not closed", structured + "Content-Length: 1000000\r\n\r\n" + strings.Repeat("[", 1_000_000), false, 400},
		{"a compressed bomb", rawEvent + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", false, 415},
		{"expectation that nobody knows", rawEvent + "Expect: the-unexpected\r\nContent-Length: 1\r\n\r\nx", false, 417},
		{"TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", false, 405},
		{"CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", false, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := listen(t, silent(answering(nil, nil)))
			w := dial(t, address)
			go func() {
				w.write(c.sent)
				if c.end {
					_ = w.CloseWrite()
				}
			}()
			if got := w.status(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			alive(t, address)
		})
	}
}

// alive sends an event that must be taken.
func alive(t *testing.T, address string) {
	t.Helper()
	w := dial(t, address)
	w.write(rawEvent + "Content-Length: 1\r\n\r\nx")
	if got := w.status(); got != 204 {
		t.Errorf("afterwards, an event is answered with %d", got)
	}
}

func manyHeaders(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Ce-%d:\r\n", i)
	}
	b.WriteString("\r\n")
	return b.String()
}

// A body that comes a byte at a time ends with its time. See TestServeTimeouts for
// the timeouts of Serve.
func TestAttackSlowBody(t *testing.T) {
	s := httptest.NewUnstartedServer(silent(answering(nil, nil)))
	s.Config.ReadTimeout = 100 * time.Millisecond
	s.Start()
	defer s.Close()
	address := s.Listener.Addr().String()
	var all sync.WaitGroup
	for _, framing := range []string{"Content-Length: 100000\r\n\r\n", chunked + "1\r\nx\r\n"} {
		for range 16 {
			all.Go(func() {
				w := dial(t, address)
				w.write(rawEvent + framing)
				go func() {
					for {
						if _, err := w.Write([]byte("x")); err != nil {
							return
						}
						time.Sleep(time.Millisecond)
					}
				}()
				if got := w.status(); got != 408 && got != 400 && got != 0 { // "xxx" is an illegal chunk size
					t.Errorf("status %d", got)
				}
				if !w.closed() {
					t.Error("the connection was left open")
				}
			})
		}
	}
	all.Wait()
	waitFor(t, func() bool { // a slow machine may need more than the time for a request
		w := dial(t, address)
		w.write(rawEvent + "Content-Length: 1\r\n\r\nx")
		return w.status() == 204
	})
}

// Bodies without an end are answered when the limit is reached, and take no more
// memory than that.
func TestAttackEndlessBody(t *testing.T) {
	rc := silent(answering(nil, nil))
	rc.Decoder.MaxBytes = 1 << 20
	address, _ := listen(t, rc)
	chunk := "10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			w := dial(t, address)
			w.write(rawEvent + chunked)
			go func() {
				for {
					if _, err := io.WriteString(w.TCPConn, chunk); err != nil {
						return
					}
				}
			}()
			if got := w.status(); got != 413 {
				t.Errorf("status %d", got)
			}
			if !w.closed() {
				t.Error("the connection was left open")
			}
		})
	}
	all.Wait()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 16*(16<<20) {
		t.Errorf("%d bytes allocated", n)
	}
	alive(t, address)
}

func TestExpectContinue(t *testing.T) {
	address, _ := listen(t, silent(answering(nil, nil)))
	t.Run("taken", func(t *testing.T) {
		w := dial(t, address)
		w.write(rawEvent + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n")
		if got := w.status(); got != 100 {
			t.Fatalf("status %d", got)
		}
		w.write("x")
		if got := w.status(); got != 204 {
			t.Errorf("status %d", got)
		}
		w.write(rawEvent + "Content-Length: 0\r\n\r\n")
		if got := w.status(); got != 204 {
			t.Errorf("the connection is not used again: status %d", got)
		}
	})
	for status, header := range map[int]string{415: "Content-Encoding: br\r\nContent-Length: 1\r\n", 413: "Content-Length: 99999999999\r\n"} {
		t.Run(fmt.Sprint("refused with ", status), func(t *testing.T) {
			w := dial(t, address)
			w.write(rawEvent + "Expect: 100-continue\r\n" + header + "\r\n")
			r, err := http.ReadResponse(w.r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.StatusCode != status || !r.Close {
				t.Errorf("status %d, Connection: close %v, and the body was not sent", r.StatusCode, r.Close)
			}
		})
	}
}

func TestAttackHTTP2(t *testing.T) {
	rc := silent(answering(nil, nil))
	rc.Decoder.Format = format.JSON{}
	rc.Decoder.MaxBytes = 1 << 20
	address, _ := listen(t, rc)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols}
	defer transport.CloseIdleConnections()
	for _, c := range []struct {
		name   string
		header http.Header
		body   io.Reader
		status int
	}{
		{"endless body", binaryHeader(), endless{}, 413},
		{"no event", typed("text/plain"), endless{}, 415},
		{"too many attributes", hostile(1200, legalKey), nil, 413},
		{"handled", binaryHeader(), bytes.NewReader(make([]byte, 1<<20)), 204},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					r, err := http.NewRequest("POST", "http://"+address, c.body)
					if err != nil {
						t.Error(err)
						return
					}
					if b, ok := c.body.(*bytes.Reader); ok {
						copied := *b
						r.Body = io.NopCloser(&copied)
					}
					r.Header = c.header.Clone()
					w, err := transport.RoundTrip(r)
					if err != nil {
						t.Error(err)
						return
					}
					w.Body.Close()
					if w.StatusCode != c.status {
						t.Errorf("status %d, want %d", w.StatusCode, c.status)
					}
				})
			}
			all.Wait()
		})
	}
	t.Run("headers over the limit of the server", func(t *testing.T) {
		r, _ := http.NewRequest("POST", "http://"+address, nil)
		r.Header = hostile(20_000, legalKey)
		w, err := transport.RoundTrip(r)
		if err == nil {
			w.Body.Close()
		}
		if err == nil && w.StatusCode != 431 {
			t.Errorf("status %d", w.StatusCode)
		}
	})
	alive(t, address)
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

var _ http.Handler = (*cehttp.Receiver)(nil)
