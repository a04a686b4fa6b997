package cehttp_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// eventHeader has, in HPACK, the header of an event in binary mode.
func eventHeader() []byte {
	b := []byte{0x83, 0x86, 0x84, 0x41, 1, 'x'} // :method POST, :scheme http, :path / and :authority x
	for _, h := range [][2]string{{"ce-id", "1"}, {"ce-source", "/s"}, {"ce-type", "t"}, {"ce-specversion", "1.0"}} {
		b = append(append(append(b, 0, byte(len(h[0]))), h[0]...), byte(len(h[1])))
		b = append(b, h[1]...)
	}
	return b
}

// Frames that cost their sender nothing keep neither other senders out, nor memory, nor the
// end of the server.
func TestAttackHTTP2Frames(t *testing.T) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	const n = 20_000
	streams := func(f func(stream uint32) string) string {
		var b strings.Builder
		for i := range uint32(n) {
			b.WriteString(f(2*i + 1))
		}
		return b.String()
	}
	reset := binary.BigEndian.AppendUint32(nil, 8)
	head := eventHeader()
	for name, sent := range map[string]string{
		"streams that are reset at once": streams(func(s uint32) string {
			return frame(frameHeaders, endOfRequest, s, head) + frame(frameReset, 0, s, reset)
		}),
		"streams whose bodies are reset": streams(func(s uint32) string {
			return frame(frameHeaders, 4, s, head) + frame(frameData, 0, s, []byte("x")) + frame(frameReset, 0, s, reset)
		}),
		"streams without a body":        streams(func(s uint32) string { return frame(frameHeaders, 4, s, head) }),
		"pings":                         strings.Repeat(frame(framePing, 0, 0, make([]byte, 8)), 10*n),
		"settings":                      strings.Repeat(frame(frameSettings, 0, 0, nil), 10*n),
		"a header that does not end":    frame(frameHeaders, 0, 1, head) + strings.Repeat(frame(frameContinuation, 0, 1, []byte("\x00\x01a\x01b")), 10*n),
		"empty pieces of a body":        frame(frameHeaders, 4, 1, head) + strings.Repeat(frame(frameData, 0, 1, nil), 10*n),
		"windows":                       strings.Repeat(frame(frameWindowUpdate, 0, 0, []byte{0, 0, 0, 1}), 10*n),
		"resets of streams without one": streams(func(s uint32) string { return frame(frameReset, 0, s, reset) }),
		"a frame that is cut":           frame(frameHeaders, endOfRequest, 1, head)[:20],
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			var handled, working, most atomic.Int64
			ctx, cancel := context.WithCancel(t.Context())
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			rc := silent(func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
				handled.Add(1)
				if w := working.Add(1); w > most.Load() {
					most.Store(w)
				}
				defer working.Add(-1)
				select {
				case <-ctx.Done():
				case <-time.After(time.Millisecond):
				}
				return nil, nil
			})
			server := cehttp.Server{Handler: rc, Logger: rc.Logger}
			go func() { served <- server.Serve(ctx, l) }()
			var heap runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&heap)
			began := heap.HeapAlloc
			var connections []net.Conn
			for range 4 {
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				connections = append(connections, c)
				go func() { _, _ = io.Copy(io.Discard, c) }()
				_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second))
				_, _ = io.WriteString(c, preface+frame(frameSettings, 0, 0, nil)+sent)
			}
			alive(t, l.Addr().String())
			runtime.GC()
			runtime.ReadMemStats(&heap)
			if grown := int64(heap.HeapAlloc) - int64(began); grown > 64<<20 {
				t.Errorf("%d MiB of memory", grown>>20)
			}
			if most.Load() > 4*250 {
				t.Errorf("%d handlers at the same time", most.Load())
			}
			for _, c := range connections {
				c.Close()
			}
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
			waitFor(t, func() bool { return runtime.NumGoroutine() <= before })
			t.Logf("%d handled, %d at the same time", handled.Load(), most.Load())
		})
	}
}
