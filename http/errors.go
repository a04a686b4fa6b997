package cehttp

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	// ErrNotCloudEvent is wrapped by the error about a message that has neither a
	// CloudEvents media type nor ce- headers.
	ErrNotCloudEvent = errors.New("message is not a CloudEvent")

	// ErrContentMode is wrapped by the error about a message that is in another
	// content mode than the called function can handle: a batch for
	// [ToCloudEvent], no batch for [ToCloudEventBatch].
	ErrContentMode = errors.New("content mode does not fit")

	// ErrContentEncoding is wrapped by the error about a message whose body is
	// still compressed, or otherwise coded.
	ErrContentEncoding = errors.New("unsupported Content-Encoding")

	errNilHeader = errors.New("header is nil")
)

func wrap(err error) error { return fmt.Errorf("cehttp: %w", err) }

func wrongMode(m cloudevents.Mode, hint string) error {
	return fmt.Errorf("%w: %s mode; %s", ErrContentMode, m, hint)
}

// StatusCode returns the HTTP status with which a receiver answers a message that a
// decoder, or [cloudevents.DataAs], refused with err. An error of an encoder is
// not the sender's.
//
//	415  not a CloudEvent, unknown format, other content mode, content encoding, content type that DataAs cannot take
//	413  a body, a batch or an event over a limit
//	408  the sender was too slow
//	400  malformed or invalid, or the body could not be read
//	500  any other error, which is not about the message
//	200  nil
func StatusCode(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ErrNotCloudEvent), errors.Is(err, ErrContentMode), errors.Is(err, ErrContentEncoding),
		errors.Is(err, format.ErrUnknown), errors.Is(err, cloudevents.ErrDataContentType):
		return http.StatusUnsupportedMediaType
	case wraps[*http.MaxBytesError](err), wraps[*cloudevents.LimitError](err):
		return http.StatusRequestEntityTooLarge
	}
	if body, ok := errorType[*bodyError](err); ok && body.timeout() {
		return http.StatusRequestTimeout
	} else if ok || wraps[*validation.Error](err) || wraps[*cloudevents.SyntaxError](err) {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func contentEncoding(value string) error {
	return fmt.Errorf("%w: %.64q", ErrContentEncoding, value)
}
