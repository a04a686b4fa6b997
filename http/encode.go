package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// EncodeMessage validates e, makes h the header of a message with it, and returns
// the body. Keys are in canonical form, such as Ce-Id; a nil h is an error. It removes the headers of another event from h and leaves others
// alone, Content-Length and Content-Encoding among them; on an error, h is
// unchanged. In binary mode the body is the Data of e,
// not a copy. A nil f is [format.JSON].
//
// The error wraps a [*validation.Error] (several are [validation.Errors]), is that of f, or
// wraps [cloudevents.ErrContentMode]: for a mode other than binary and structured, and in
// binary mode for data whose content type is a CloudEvents media type, which
// receivers would take for another mode.
func EncodeMessage(h http.Header, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (body []byte, err error) {
	if h == nil {
		return nil, errNilHeader
	}
	contentType, body, err := encode(e, m, f)
	if err != nil {
		return nil, err
	}
	describe(h, e, m, contentType)
	return body, nil
}

// EncodeMessageBatch is EncodeMessage for a batch, which may be empty. An error
// about an event wraps a [*cloudevents.BatchError].
func EncodeMessageBatch(h http.Header, es []cloudevents.Event, f format.Batch) (body []byte, err error) {
	if h == nil {
		return nil, errNilHeader
	}
	contentType, body, err := encodeBatch(es, f)
	if err != nil {
		return nil, err
	}
	describe(h, nil, cloudevents.BatchMode, contentType)
	return body, nil
}

// encode returns the body of a message, and its Content-Type in structured mode.
func encode(e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (contentType string, body []byte, err error) {
	if f == nil {
		f = format.JSON{}
	}
	switch m {
	case cloudevents.BinaryMode:
		if err := checkBinary(e); err != nil {
			return "", nil, err
		}
		body, err = f.EncodeBinaryModeEventData(e)
		return "", body, err
	case cloudevents.StructuredMode:
		body, err = f.EncodeStructuredModeMessage(nil, e)
		return f.MediaType(), body, err
	}
	return "", nil, wrongMode(m, "it takes one event in binary or structured mode")
}

func encodeBatch(es []cloudevents.Event, f format.Batch) (contentType string, body []byte, err error) {
	if f == nil {
		f = format.JSON{}
	}
	body, err = f.EncodeBatchModeMessage(nil, es)
	return f.BatchMediaType(), body, err
}

// describe makes h the header of a message: with e in binary mode, with
// contentType in the others.
func describe(h http.Header, e *cloudevents.Event, m cloudevents.Mode, contentType string) {
	if m == cloudevents.BinaryMode {
		setHeader(h, e)
		return
	}
	clearHeader(h)
	h["Content-Type"] = []string{contentType}
}
