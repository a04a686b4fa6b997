package cecoderws

import (
	"errors"
	"fmt"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/status"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// SendError is the error about an event that the other end did not confirm. The other end
// may have the event nevertheless. When a handler returns a SendError, dispatch.Judge
// makes it a retry if it is Retryable, and otherwise a refusal.
type SendError struct {
	// Index is the position of the event in its batch. It is -1 if the event was sent by
	// Send, and for Flush.
	Index int

	// URL is the scheme and the host of the server. The rest is left out, because it may
	// be secret.
	URL string

	// Err is the cause. websocket.CloseStatus returns the status with which the other end
	// closed the connection, if it did.
	Err error
}

// maxURL is the size of a URL in the text of an error, in bytes.
const maxURL = 128

// Error returns the URL, the index and the cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cecoderws: %q: %v", excerpt.Shorten(e.URL, maxURL), e.Err)
	}
	return fmt.Sprintf("cecoderws: %q: event %d: %v", excerpt.Shorten(e.URL, maxURL), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again. It is false if the other end has
// refused the event or the handshake, or if the event is too large.
func (e *SendError) Retryable() bool { return isRetryable(e.Err) }

func isRetryable(err error) bool {
	var handshake *HandshakeError
	var subprotocol *cews.SubprotocolError
	switch {
	case errors.As(err, &handshake):
		return status.Repeated(handshake.Status)
	case errors.As(err, &subprotocol):
		return false
	}
	switch websocket.CloseStatus(err) {
	case websocket.StatusProtocolError, websocket.StatusUnsupportedData, websocket.StatusInvalidFramePayloadData,
		websocket.StatusPolicyViolation, websocket.StatusMessageTooBig, websocket.StatusMandatoryExtension:
		return false
	}
	return true
}
