// Package body reads the bodies of HTTP messages within limits.
package body

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"sync"

	"github.com/seed763dd41b/cloudevents/internal/errtree"
)

// Error is a failure to read a body. It is the sender's or the network's.
type Error struct{ Err error }

// Error leaves out the cause, which may have addresses of this host.
func (e *Error) Error() string {
	if e.Timeout() {
		return "the body did not arrive in time"
	}
	return "the body could not be read"
}

// Timeout reports whether the body did not come in time.
func (e *Error) Timeout() bool {
	if errors.Is(e.Err, context.DeadlineExceeded) {
		return true
	}
	timeout, ok := errtree.Find[net.Error](e.Err)
	return ok && timeout.Timeout()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

const (
	firstRead = 512      // where the length is not known
	trusted   = 32 << 10 // an announced length that is allocated at once
	growth    = 9        // of an announced length, what is allocated next for a byte that came
	idleReads = 100      // reads without a byte and without an error
)

// Read reads a body to its end. announced is its Content-Length, or -1. It is a claim:
// beyond 32 KiB, memory is taken as the bytes come, at most ten for each of them. A body of
// more than limit bytes is an [*http.MaxBytesError]; a negative limit is no limit.
func Read(r io.Reader, announced, limit int64) ([]byte, error) {
	if r == http.NoBody {
		return nil, nil
	}
	if limit >= 0 && announced > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	if announced > trusted {
		var s scratch
		defer s.release()
		b, err := read(r, s.first(), announced, limit, &s)
		if s.isUsed {
			b = bytes.Clone(b)
		}
		return b, err
	}
	size := int64(firstRead)
	switch {
	case announced > 0:
		size = announced
	case announced == 0:
		size = 1 // to see that nothing comes
	}
	return read(r, make([]byte, 0, size), announced, limit, nil)
}

// read reads into b, which is empty. s has more room for a long body.
func read(r io.Reader, b []byte, announced, limit int64, s *scratch) ([]byte, error) {
	for idle := 0; ; {
		var n int
		var err error
		if len(b) == cap(b) && int64(len(b)) < announced {
			b = s.grow(b, announced)
		}
		if len(b) < cap(b) {
			n, err = r.Read(b[len(b):cap(b)])
			b = b[:len(b)+n]
		} else {
			b, n, err = readOneMore(b, r)
		}
		if limit >= 0 && int64(len(b)) > limit {
			return nil, &http.MaxBytesError{Limit: limit}
		}
		switch {
		case err == io.EOF:
			return b[:len(b):len(b)], nil
		case err != nil:
			return nil, &Error{err}
		case n > 0:
			idle = 0
		default:
			if idle++; idle == idleReads {
				return nil, &Error{io.ErrNoProgress}
			}
		}
	}
}

// scratch is memory for the beginning of a long body, which is used again. Nothing that is
// returned aliases it.
type scratch struct {
	small  *[trusted]byte
	large  *[growth * trusted]byte
	isUsed bool // by the bytes that were read last
}

var (
	smallPool = sync.Pool{New: func() any { return new([trusted]byte) }}
	largePool = sync.Pool{New: func() any { return new([growth * trusted]byte) }}
)

// first returns the room for the first bytes.
func (s *scratch) first() []byte {
	s.small = smallPool.Get().(*[trusted]byte)
	s.isUsed = true
	return s.small[:0]
}

// grow returns b with more room.
func (s *scratch) grow(b []byte, announced int64) []byte {
	if s.large == nil && announced > growth*trusted {
		s.large = largePool.Get().(*[growth * trusted]byte)
		return append(s.large[:0], b...)
	}
	s.isUsed = false
	return append(make([]byte, 0, min(announced, growth*int64(len(b)))), b...)
}

func (s *scratch) release() {
	smallPool.Put(s.small)
	if s.large != nil {
		largePool.Put(s.large)
	}
}

// readOneMore reads a byte behind b, which has no room. Most often that is the end
// of the body, which is no reason to grow: the byte is read to the place of the
// last one.
func readOneMore(b []byte, r io.Reader) ([]byte, int, error) {
	place := b[len(b)-1:]
	last := place[0]
	n, err := r.Read(place)
	more := place[0]
	place[0] = last
	if n > 0 {
		b = append(b, more)
	}
	return b, n, err
}
