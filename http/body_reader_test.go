package cehttp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestNoBody(t *testing.T) {
	bodies := map[string]io.ReadCloser{
		"nil":         nil,
		"http.NoBody": http.NoBody,
		"empty":       io.NopCloser(strings.NewReader("")),
	}
	for name, body := range bodies {
		for _, length := range []int64{0, -1, 5} { // a HEAD response has a length and no body
			t.Run(fmt.Sprintf("%s announced as %d", name, length), func(t *testing.T) {
				e, err := cehttp.ToCloudEvent(&http.Request{Header: binaryHeader(), Body: body, ContentLength: length}, nil)
				if err != nil {
					t.Fatal(err)
				}
				wantEvent(t, e, minimal())
				e, err = cehttp.ResponseToCloudEvent(&http.Response{Header: binaryHeader(), Body: body, ContentLength: length}, nil)
				if err != nil {
					t.Fatal(err)
				}
				wantEvent(t, e, minimal())
			})
		}
	}
}

// Readers are allowed to behave in all these ways.
func TestLegalReaders(t *testing.T) {
	const data = "some data, a little more than one read takes"
	pause := func(r io.Reader) io.Reader { // 99 reads of nothing before each byte
		n := 0
		return readFunc(func(p []byte) (int, error) {
			if n++; n%100 != 0 {
				return 0, nil
			}
			return r.Read(p[:1])
		})
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte a read":           iotest.OneByteReader,
		"half of the buffer":        iotest.HalfReader,
		"end of file with data":     iotest.DataErrReader,
		"pauses":                    pause,
		"pauses, and data at EOF":   func(r io.Reader) io.Reader { return pause(iotest.DataErrReader(r)) },
		"no method other than Read": func(r io.Reader) io.Reader { return readFunc(r.Read) },
	} {
		for _, length := range []int64{-1, int64(len(data)), 1, 1000} {
			t.Run(fmt.Sprintf("%s announced as %d", name, length), func(t *testing.T) {
				r := request(binaryHeader(), "")
				r.Body, r.ContentLength = io.NopCloser(wrap(strings.NewReader(data))), length
				e, err := cehttp.ToCloudEvent(r, nil)
				if err != nil {
					t.Fatal(err)
				}
				wantEvent(t, e, withData("", data))
			})
		}
	}
}

func TestFailingReaders(t *testing.T) {
	broken := errors.New("broken")
	fail := func(err error) io.Reader { return iotest.ErrReader(err) }
	cases := []struct {
		name   string
		body   io.Reader
		want   error
		status int
	}{
		{"error at once", fail(broken), broken, 400},
		{"error after data", io.MultiReader(strings.NewReader("abc"), fail(broken)), broken, 400},
		{"error with data", readFunc(func(p []byte) (int, error) { return 1, broken }), broken, 400},
		{"connection cut", fail(io.ErrUnexpectedEOF), io.ErrUnexpectedEOF, 400},
		{"nothing, for ever", readFunc(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress, 400},
		{"canceled", fail(context.Canceled), context.Canceled, 400},
		{"deadline of the context", fail(context.DeadlineExceeded), context.DeadlineExceeded, 408},
		{"deadline of the connection", fail(os.ErrDeadlineExceeded), os.ErrDeadlineExceeded, 408},
		{"timeout of the network", fail(&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}), os.ErrDeadlineExceeded, 408},
		{"reset by the network", fail(&net.OpError{Op: "read", Err: broken}), broken, 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := request(binaryHeader(), "")
			r.Body, r.ContentLength = io.NopCloser(c.body), -1
			e, err := cehttp.ToCloudEvent(r, nil)
			wantError(t, err, c.want)
			if got := cehttp.StatusCode(err); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			wantEvent(t, e, cloudevents.Event{})
		})
	}
}

// The body is read to its end, so that the connection can be used again, and left
// open, for it is the caller's.
func TestBodyIsReadAndNotClosed(t *testing.T) {
	rest := strings.NewReader("data")
	r := request(binaryHeader(), "")
	r.Body = closeFunc{rest, func() { t.Error("body is closed") }}
	if _, err := cehttp.ToCloudEvent(r, nil); err != nil {
		t.Fatal(err)
	}
	if rest.Len() > 0 {
		t.Errorf("%d bytes are unread", rest.Len())
	}
}

type closeFunc struct {
	io.Reader
	close func()
}

func (c closeFunc) Close() error { c.close(); return nil }

// A client that announces a body and sends none gets 408, from a real server.
func TestSlowClient(t *testing.T) {
	s := serve(t, 1, func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
			t.Error(err)
		}
		_, err := cehttp.ToCloudEvent(r, nil)
		http.Error(w, "", cehttp.StatusCode(err))
	})
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 10\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", resp.StatusCode)
	}
}

// What the header alone refuses costs the sender's connection nothing, and leaves
// the body to another handler.
func TestRefusedByHeaderLeavesTheBody(t *testing.T) {
	cases := []struct {
		name   string
		header http.Header
		want   error
	}{
		{"foreign", typed("application/json"), cloudevents.ErrNotCloudEvent},
		{"no header", nil, cloudevents.ErrNotCloudEvent},
		{"batch", typed(batchType), cloudevents.ErrContentMode},
		{"required attribute missing", http.Header{"Ce-Specversion": {"1.0"}}, validation.ErrMissing},
		{"compressed", binaryHeader("Content-Encoding", "gzip"), cehttp.ErrContentEncoding},
		{"compressed document", http.Header{"Content-Type": {structuredType}, "Content-Encoding": {"gzip"}}, cehttp.ErrContentEncoding},
		{"unknown format", typed(barType), format.ErrUnknown},
		{"no format", typed("application/cloudevents"), format.ErrUnknown},
		{"Content-Type twice", binaryHeader("Content-Type", "a/b", "Content-Type", "a/c"), validation.ErrDuplicate},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			body := readFunc(func([]byte) (int, error) {
				t.Error("body is read")
				return 0, io.EOF
			})
			_, err := cehttp.ToCloudEvent(&http.Request{Header: c.header, Body: body, ContentLength: 5}, nil)
			wantError(t, err, c.want)
			_, err = cehttp.ResponseToCloudEvent(&http.Response{Header: c.header, Body: body, ContentLength: 5}, nil)
			wantError(t, err, c.want)
		})
	}
	for _, f := range []format.Formatter{nil, format.JSON{}, format.Set{format.JSON{}, barFormat{}}, format.Set{}} {
		body := readFunc(func([]byte) (int, error) {
			t.Errorf("%T: body is read", f)
			return 0, io.EOF
		})
		d := cehttp.Decoder{Format: f}
		_, err := d.ToCloudEvent(&http.Request{Header: typed("application/cloudevents+xml"), Body: body})
		wantError(t, err, format.ErrUnknown)
		_, err = d.ToCloudEventBatch(&http.Request{Header: typed("application/cloudevents-batch+xml"), Body: body})
		wantError(t, err, format.ErrUnknown)
	}
}
