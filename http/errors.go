package cehttp

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/errtree"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	// ErrContentEncoding is wrapped by the error about a message whose body is still
	// compressed, or encoded in another way.
	ErrContentEncoding = errors.New("unsupported Content-Encoding")

	errNilHeader = errors.New("header is nil")
)

func wrongMode(m cloudevents.Mode, hint string) error {
	return fmt.Errorf("%w: %s mode; %s", cloudevents.ErrContentMode, m, hint)
}

// StatusCode returns the HTTP status of the answer to a message that a decoder, or
// [cloudevents.DataAs], refused with err. It is not for errors of encoders, which are not
// the sender's fault: answer them with 500.
//
//	415  not a CloudEvent, an unknown format, another content mode, a content encoding,
//	     or a content type that DataAs does not decode
//	413  a body, a batch or an event exceeds a limit
//	408  the sender was too slow
//	400  the message is malformed or invalid, or the body could not be read
//	500  any other error
//	200  nil
func StatusCode(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, cloudevents.ErrNotCloudEvent), errors.Is(err, cloudevents.ErrContentMode), errors.Is(err, ErrContentEncoding),
		errors.Is(err, format.ErrUnknown), errors.Is(err, cloudevents.ErrDataContentType):
		return http.StatusUnsupportedMediaType
	case errtree.Wraps[*http.MaxBytesError](err), errtree.Wraps[*cloudevents.LimitError](err):
		return http.StatusRequestEntityTooLarge
	}
	if unread, ok := errtree.Find[*body.Error](err); ok && unread.Timeout() {
		return http.StatusRequestTimeout
	} else if ok || errtree.Wraps[*validation.Error](err) || errtree.Wraps[*cloudevents.SyntaxError](err) {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}
