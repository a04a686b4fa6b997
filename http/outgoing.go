package cehttp

import (
	"bytes"
	"io"
	"sync"

	"github.com/seed763dd41b/cloudevents"
)

const (
	// Bodies up to this size are copied, so that net/http knows that they are in memory
	// and sends them in one piece with the header. Larger ones do not fit into its buffer
	// of 4 KiB together with the header, so that a copy would not save a write.
	maxCopied = 3 << 10

	// Bodies up to this size fit into the buffers of the system and the windows of HTTP/2,
	// so that they have left before a target can answer. Larger ones are followed.
	maxUnfollowed = 64 << 10
)

// outgoing is a message whose body is read by each attempt.
type outgoing struct {
	encoded
	events int
	logged *cloudevents.Event // the event of log records; nil for a batch

	// isBorrowed says that the body is the caller's. A transport may read on after it
	// has returned the response, so the body is taken away when the call ends.
	isBorrowed bool
	mu         sync.Mutex
	ended      bool
	last       *outgoingReader
}

// isFollowed reports whether attempts have an upload: for a body that a target may answer
// before it has it, and for no body, of which net/http asks for no second one.
func (o *outgoing) isFollowed() bool { return len(o.body) == 0 || len(o.body) > maxUnfollowed }

// newOutgoing encodes an event.
func (s *Sender) newOutgoing(e *cloudevents.Event) (*outgoing, error) {
	m, err := encode(e, s.Mode, s.Format)
	if err != nil {
		return nil, err
	}
	o := &outgoing{encoded: m, events: 1, logged: e}
	if s.Mode == cloudevents.BinaryMode {
		if o.isBorrowed = len(m.body) > maxCopied; !o.isBorrowed {
			o.body = bytes.Clone(m.body)
		}
	}
	return o, nil
}

// reader returns a new reader of a body. net/http knows one that is in memory by its type.
func (o *outgoing) reader() io.ReadCloser {
	if !o.isBorrowed && !o.isFollowed() {
		return io.NopCloser(bytes.NewReader(o.body))
	}
	r := &outgoingReader{out: o}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = r
	return r
}

// isRead reports whether the last reader has been read to the end.
func (o *outgoing) isRead() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.body) == 0 || o.last != nil && o.last.at == len(o.body)
}

type outgoingReader struct {
	out *outgoing
	at  int
}

func (r *outgoingReader) Read(p []byte) (int, error) {
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	switch {
	case r.out.ended:
		return 0, errCallEnded
	case r.at == len(r.out.body):
		return 0, io.EOF
	}
	n := copy(p, r.out.body[r.at:])
	r.at += n
	return n, nil
}

func (r *outgoingReader) Close() error { return nil }

// end takes the body away from transports that have not read it to the end.
func (o *outgoing) end() {
	o.mu.Lock()
	o.ended, o.body = true, nil
	o.mu.Unlock()
}
