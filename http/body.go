package cehttp

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
)

// DefaultMaxBytes is how long a body may be for a [Decoder] that does not say.
const DefaultMaxBytes = 16 << 20

// bodyError is a failure to read a body. It is the sender's or the network's.
type bodyError struct{ err error }

// Error leaves out the cause, which may have addresses of this host.
func (e *bodyError) Error() string {
	if e.timeout() {
		return "the body did not arrive in time"
	}
	return "the body could not be read"
}

func (e *bodyError) timeout() bool {
	if errors.Is(e.err, context.DeadlineExceeded) {
		return true
	}
	timeout, ok := errorType[net.Error](e.err)
	return ok && timeout.Timeout()
}

func (e *bodyError) Unwrap() error { return e.err }

const (
	firstRead = 512            // where the length is not known
	trusted   = 1<<20 + 64<<10 // an announced length that is allocated at once: 1 MiB of data in an envelope
	idleReads = 100            // reads without a byte and without an error
)

// payload is the body of a message: bytes, or a reader that is yet to be read.
type payload struct {
	bytes     []byte
	reader    io.Reader
	announced int64 // Content-Length, or -1
	max       int64 // negative is no limit
}

func (p *payload) read() ([]byte, error) {
	if p.reader == nil {
		return p.bytes, nil
	}
	return readBody(p.reader, p.announced, p.max)
}

// readBody reads a body to its end. announced is its Content-Length, or -1. A body
// of more than max bytes is an [*http.MaxBytesError]; a negative max is no limit.
func readBody(body io.Reader, announced, max int64) ([]byte, error) {
	if body == http.NoBody {
		return nil, nil
	}
	if max >= 0 && announced > max {
		return nil, &http.MaxBytesError{Limit: max}
	}
	size := int64(firstRead)
	switch {
	case announced > 0:
		size = min(announced, trusted)
	case announced == 0:
		size = 1 // to see that nothing comes
	}
	b := make([]byte, 0, size)
	for idle := 0; ; {
		var n int
		var err error
		if len(b) < cap(b) {
			n, err = body.Read(b[len(b):cap(b)])
			b = b[:len(b)+n]
		} else {
			b, n, err = readOneMore(b, body)
		}
		if max >= 0 && int64(len(b)) > max {
			return nil, &http.MaxBytesError{Limit: max}
		}
		switch {
		case err == io.EOF:
			return b[:len(b):len(b)], nil
		case err != nil:
			return nil, &bodyError{err}
		case n > 0:
			idle = 0
		default:
			if idle++; idle == idleReads {
				return nil, &bodyError{io.ErrNoProgress}
			}
		}
	}
}

// readOneMore reads a byte behind b, which has no room. Most often that is the end
// of the body, which is no reason to grow: the byte is read to the place of the
// last one.
func readOneMore(b []byte, body io.Reader) ([]byte, int, error) {
	place := b[len(b)-1:]
	last := place[0]
	n, err := body.Read(place)
	more := place[0]
	place[0] = last
	if n > 0 {
		b = append(b, more)
	}
	return b, n, err
}
