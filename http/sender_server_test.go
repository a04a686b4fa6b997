package cehttp_test

import (
	"io"
	"log"
	"net"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

func oneOf(e cloudevents.Event) []cloudevents.Event { return []cloudevents.Event{e} }

func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// rawServer serves each connection with f, and then closes it.
func rawServer(t *testing.T, f func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				f(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	return l.Addr().String()
}

// refused returns an address without a listener.
func refused(t *testing.T) string {
	t.Helper()
	return freeport.Address(t)
}

// hear reads a request of up to 64 KiB.
func hear(c net.Conn) {
	b := make([]byte, 1<<16)
	_, _ = c.Read(b)
}

// reset closes a connection so that the other end gets ECONNRESET.
func reset(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }

// hang waits until the other end goes away.
func hang(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
