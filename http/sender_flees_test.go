package cehttp_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// rawHTTP2Server answers each frame on a connection of HTTP/2 with what on returns, until that
// is empty and last.
func rawHTTP2Server(t *testing.T, on func(kind, flags byte, stream uint32) (answer string, last bool)) (address string) {
	over, end := context.WithCancel(context.Background())
	address = rawServer(t, func(c net.Conn) {
		defer context.AfterFunc(over, func() { c.Close() })()
		in := bufio.NewReader(c)
		_, _ = in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
		_, _ = io.WriteString(c, frame(frameSettings, 0, 0, nil))
		for {
			var head [9]byte
			if _, err := io.ReadFull(in, head[:]); err != nil {
				return
			}
			_, _ = in.Discard(int(head[0])<<16 | int(head[1])<<8 | int(head[2]))
			text, last := on(head[3], head[4], binary.BigEndian.Uint32(head[5:]))
			if _, err := io.WriteString(c, text); err != nil || last {
				return
			}
		}
	})
	t.Cleanup(end) // before rawServer waits for its connections
	return address
}

// http2Client returns a client that speaks HTTP/2 without TLS.
func http2Client(t *testing.T) *http.Client {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	own := &http.Transport{Protocols: &protocols}
	t.Cleanup(own.CloseIdleConnections)
	return &http.Client{Transport: own}
}

// A target that leaves each connection without an answer gets a few of them, and not as many
// as can be opened in the time of an attempt.
func TestSenderTargetFlees(t *testing.T) {
	for name, data := range map[string]string{"no data": "", "little data": "x", "much data": strings.Repeat("x", 1<<20)} {
		t.Run(name, func(t *testing.T) {
			var connections atomic.Int32
			address := rawHTTP2Server(t, func(kind, _ byte, _ uint32) (string, bool) {
				if kind != frameHeaders {
					return "", false
				}
				connections.Add(1)
				return frame(frameGoAway, 0, 0, make([]byte, 8)), true
			})
			sender := hushed(cehttp.Sender{Target: "http://" + address, Client: http2Client(t), Retry: cehttp.Retry{Attempts: 2, Wait: -1}})
			e := minimal()
			e.Data = []byte(data)
			if data == "" {
				e.Data = nil
			}
			failed := sendError(t, sender.Send(t.Context(), &e))
			if n := connections.Load(); failed.Attempts != 2 || !failed.Retryable() || n > 2*9 {
				t.Errorf("%d connections, %+v", n, failed)
			}
		})
	}
}
