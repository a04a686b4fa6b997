package cews

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ErrFrame is wrapped by the error of a decoder about a frame whose type is not that of the
// subprotocol.
var ErrFrame = errors.New("wrong type of WebSocket frame")

// SubprotocolError is the error about a connection on which no event can travel, because
// the handshake has agreed on no subprotocol, or on one that the Format does not speak. It
// wraps [cloudevents.ErrNotCloudEvent] in the first case, and [format.ErrUnknown] in the
// second. The connection should be closed with status 1002.
type SubprotocolError struct {
	// Subprotocol is what the handshake has agreed on. "" is nothing.
	Subprotocol string

	// Supported are the subprotocols of the Format. Both ends need one of them: the client
	// offers it, and the server accepts it.
	Supported []string
}

// Error says what to do. If Subprotocol is "", a close frame has room for the
// text.
func (e *SubprotocolError) Error() string {
	var needs string
	switch n := len(e.Supported); n {
	case 0:
		needs = "the Format has no subprotocol"
	case 1:
		needs = "both ends need " + e.Supported[0]
	default:
		needs = "both ends need " + strings.Join(e.Supported[:n-1], ", ") + " or " + e.Supported[n-1]
	}
	if e.Subprotocol == "" {
		return "no CloudEvents subprotocol: close with status 1002; " + needs
	}
	return fmt.Sprintf("%v: subprotocol %q: close with status 1002; %s", format.ErrUnknown, excerpt.Of(e.Subprotocol), needs)
}

// Unwrap returns [cloudevents.ErrNotCloudEvent] or [format.ErrUnknown].
func (e *SubprotocolError) Unwrap() error {
	if e.Subprotocol == "" {
		return cloudevents.ErrNotCloudEvent
	}
	return format.ErrUnknown
}

// StatusCode returns the status with which a connection is closed because of an error of
// this package (RFC 6455, section 7.4.1):
//
//   - 1000 (normal closure) for nil,
//   - 1002 (protocol error) for a [*SubprotocolError],
//   - 1003 (unsupported data) for [ErrFrame],
//   - 1009 (message too big) for a [*cloudevents.LimitError],
//   - 1007 (invalid payload) for a [*cloudevents.SyntaxError] about a malformed document or
//     text that is not UTF-8,
//   - 1008 (policy violation) for everything else, such as a [*validation.Error].
//
// A connection can go on after an event that was refused. It cannot after a
// SubprotocolError: no message on it will be accepted. The reason in a close frame has at
// most 123 bytes, which the text of an error may exceed.
func StatusCode(err error) int {
	var subprotocol *SubprotocolError
	var limit *cloudevents.LimitError
	var violation *validation.Error
	var syntax *cloudevents.SyntaxError
	switch {
	case err == nil:
		return 1000
	case errors.As(err, &subprotocol):
		return 1002
	case errors.Is(err, ErrFrame):
		return 1003
	case errors.As(err, &limit):
		return 1009
	case errors.As(err, &violation):
		return 1008 // also in a SyntaxError
	case errors.As(err, &syntax):
		return 1007
	}
	return 1008
}
