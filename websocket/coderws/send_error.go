package cecoderws

import (
	"errors"
	"fmt"

	"github.com/coder/websocket"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/status"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// SendError is about an event that the other end does not have, or of which that is not known. A
// handler that returns it asks for a retry, or refuses its event, as dispatch.Judge says.
type SendError struct {
	// Index is the place of the event in its batch. It is -1 in Send and Flush.
	Index int

	// URL is where the event was to go: scheme and host, because the rest may be secret.
	URL string

	// Err is the cause. websocket.CloseStatus tells the status with which the other end has
	// closed the connection.
	Err error
}

// Error returns URL, index and cause.
func (e *SendError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("cecoderws: %q: %v", excerpt.Shorten(e.URL, 128), e.Err)
	}
	return fmt.Sprintf("cecoderws: %q: event %d: %v", excerpt.Shorten(e.URL, 128), e.Index, e.Err)
}

// Unwrap returns e.Err.
func (e *SendError) Unwrap() error { return e.Err }

// Retryable reports whether the event may be sent again: unless the other end has refused it or
// the handshake, or the event was too large.
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
