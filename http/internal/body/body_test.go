package body_test

import (
	"bytes"
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

	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// content returns n bytes, which are like neither those around them nor those of another n.
func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i + i>>8 + i>>16 + 7*n)
	}
	return b
}

// A body comes back as it is, whatever its length, the length that was announced and the pieces
// that it comes in.
func TestRead(t *testing.T) {
	readers := map[string]func(io.Reader) io.Reader{
		"at once":                func(r io.Reader) io.Reader { return r },
		"in halves":              iotest.HalfReader,
		"the end with the bytes": iotest.DataErrReader,
		"byte by byte":           iotest.OneByteReader,
	}
	var first, copied []byte
	for _, size := range []int{0, 1, 2, 511, 512, 513, 32<<10 - 1, 32 << 10, 32<<10 + 1, 288<<10 - 1, 288 << 10, 288<<10 + 1, 600_000} {
		want := content(size)
		for _, announced := range []int{-1, 0, size / 2, size - 1, size, size + 1, 10 * size, 1 << 20} {
			for name, reader := range readers {
				if size > 100_000 && name == "byte by byte" {
					continue
				}
				b, err := body.Read(reader(bytes.NewReader(want)), int64(announced), -1)
				if err != nil || !bytes.Equal(b, want) {
					t.Fatalf("%d bytes, %d announced, %s: %d bytes, %v", size, announced, name, len(b), err)
				}
				if size == 32<<10 && announced == 1<<20 {
					first, copied = b, bytes.Clone(b)
				}
			}
		}
	}
	if len(first) == 0 || !bytes.Equal(first, copied) {
		t.Error("a body shares memory with a later one")
	}
	if b, err := body.Read(http.NoBody, 10, 0); b != nil || err != nil {
		t.Errorf("no body: %q, %v", b, err)
	}
}

func TestReadLimit(t *testing.T) {
	for _, c := range []struct {
		size, announced int
		limit           int64
		fits            bool
	}{
		{0, -1, 0, true}, {0, 0, 0, true}, {1, -1, 0, false}, {1, 0, 0, false}, {1, 1, 0, false}, {1, -1, 1, true}, {2, -1, 1, false},
		{10, 10, 10, true}, {11, 10, 10, false}, {11, -1, 10, false}, {10, 11, 10, false}, {11, 11, -1, true},
		{512, -1, 512, true}, {513, -1, 512, false}, {40_000, 40_000, 40_000, true}, {40_001, 40_000, 40_000, false},
		{400_000, 400_000, 400_000, true}, {400_001, 400_000, 400_000, false},
	} {
		b, err := body.Read(bytes.NewReader(content(c.size)), int64(c.announced), c.limit)
		var long *http.MaxBytesError
		switch {
		case c.fits && (err != nil || len(b) != c.size):
			t.Errorf("%+v: %d bytes, %v", c, len(b), err)
		case !c.fits && (b != nil || !errors.As(err, &long) || long.Limit != c.limit):
			t.Errorf("%+v: %d bytes, %v", c, len(b), err)
		}
	}
	// What is announced as too long is not read.
	for limit := range int64(2) {
		_, err := body.Read(iotest.ErrReader(io.ErrUnexpectedEOF), limit+1, limit)
		if !errors.As(err, new(*http.MaxBytesError)) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// Memory follows the bytes that came, not the length that was announced.
func TestReadMemory(t *testing.T) {
	for _, c := range []struct {
		size, announced int
		most            uint64
	}{
		{1, 16 << 20, 4 << 10}, {32 << 10, 16 << 20, 10 * 32 << 10}, {33 << 10, 16 << 20, 10 * 33 << 10},
		{100, 100, 1 << 10}, {100, -1, 2 << 10}, {32 << 10, 32 << 10, 34 << 10}, {1 << 20, 1 << 20, 1<<20 + 64<<10},
		{289 << 10, 16 << 20, 10 * 289 << 10},
	} {
		b := content(c.size)
		r := bytes.NewReader(b)
		read := func() {
			r.Reset(b)
			if _, err := body.Read(r, int64(c.announced), -1); err != nil {
				t.Fatal(err)
			}
		}
		if least := alloctest.Least(read); least > c.most {
			t.Errorf("%d bytes, %d announced: %d bytes are allocated, want at most %d", c.size, c.announced, least, c.most)
		}
	}
}

// idler returns nothing and no error so many times before each byte.
type idler struct{ idle, left, bytes int }

func (r *idler) Read(p []byte) (int, error) {
	switch {
	case r.left > 0:
		r.left--
		return 0, nil
	case r.bytes == 0:
		return 0, io.EOF
	}
	r.left = r.idle
	r.bytes--
	p[0] = 'x'
	return 1, nil
}

// A reader that returns nothing is asked a hundred times in a row.
func TestReadIdle(t *testing.T) {
	for idle, ok := range map[int]bool{1: true, 99: true, 100: false, 1 << 30: false} {
		b, err := body.Read(&idler{idle: idle, left: idle, bytes: 3}, -1, -1)
		if ok && (string(b) != "xxx" || err != nil) || !ok && !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%d times: %q, %v", idle, b, err)
		}
	}
}

// The text of an error has nothing of its cause, which is there for programs.
func TestError(t *testing.T) {
	opError := func(err error) error { return &net.OpError{Op: "read", Net: "tcp", Err: err} }
	for _, c := range []struct {
		name    string
		cause   error
		timeout bool
	}{
		{"a deadline of a connection", opError(os.ErrDeadlineExceeded), true},
		{"a deadline of a context", fmt.Errorf("read: %w", context.DeadlineExceeded), true},
		{"a wrapped deadline", fmt.Errorf("read: %w", opError(os.ErrDeadlineExceeded)), true},
		{"a deadline beside another error of a network", errors.Join(opError(net.ErrClosed), context.DeadlineExceeded), true},
		{"another error of a network", opError(errors.New("10.0.0.1:80 is gone")), false},
		{"a body that is cut off", io.ErrUnexpectedEOF, false},
		{"a canceled context", context.Canceled, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := body.Read(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(c.cause)), -1, -1)
			var failed *body.Error
			if b != nil || !errors.As(err, &failed) || failed.Err != c.cause || !errors.Is(err, c.cause) {
				t.Fatalf("%q, %v", b, err)
			}
			want := "the body could not be read"
			if c.timeout {
				want = "the body did not arrive in time"
			}
			for _, e := range []*body.Error{failed, body.Failed(c.cause)} {
				if e.Timeout() != c.timeout || e.Error() != want || e.Unwrap() != c.cause {
					t.Errorf("%t, %q, %v", e.Timeout(), e, e.Err)
				}
			}
		})
	}
}
