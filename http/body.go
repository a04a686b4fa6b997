package cehttp

import (
	"io"

	"github.com/seed763dd41b/cloudevents/http/internal/body"
)

// DefaultMaxBytes is how long a body may be for a [Decoder] that does not say.
const DefaultMaxBytes = 16 << 20

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
	return body.Read(p.reader, p.announced, p.max)
}
