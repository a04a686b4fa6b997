package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// EncodeMessage validates e, replaces any event headers in h with those of e, and returns
// the body. Keys are in canonical form, such as Ce-Id. Other headers are kept,
// Content-Length and Content-Encoding included. In binary mode the body is the Data of e
// itself. A nil f is [format.JSON]. On an error h is unchanged. A nil h is an error.
//
// The error is that of f, wraps a [*validation.Error] (several are [validation.Errors]),
// or wraps [cloudevents.ErrContentMode]. The latter is for a mode other than binary and
// structured. It is also for data in binary mode whose content type is a CloudEvents
// media type, because receivers would read the message in another mode.
func EncodeMessage(h http.Header, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (body []byte, err error) {
	if h == nil {
		return nil, errNilHeader
	}
	out, err := encode(e, m, f)
	if err != nil {
		return nil, err
	}
	out.describe(h)
	return out.body, nil
}

// EncodeMessageBatch is EncodeMessage for a batch, which may be empty. An error about one
// event wraps a [*cloudevents.BatchError].
func EncodeMessageBatch(h http.Header, es []cloudevents.Event, f format.Batch) (body []byte, err error) {
	if h == nil {
		return nil, errNilHeader
	}
	out, err := encodeBatch(es, f)
	if err != nil {
		return nil, err
	}
	out.describe(h)
	return out.body, nil
}

// encoded is a message that is ready to be written.
type encoded struct {
	event       *cloudevents.Event // set in binary mode: its attributes go into the header
	contentType string             // set in the other modes
	body        []byte
}

func encode(e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (out encoded, err error) {
	if f == nil {
		f = format.JSON{}
	}
	switch m {
	case cloudevents.BinaryMode:
		if err := format.CheckBinaryMode(e); err != nil {
			return encoded{}, err
		}
		out.event = e
		out.body, err = f.EncodeBinaryModeEventData(e)
	case cloudevents.StructuredMode:
		out.contentType = f.MediaType()
		out.body, err = f.EncodeStructuredModeMessage(nil, e)
	default:
		err = wrongMode(m, "it takes one event in binary or structured mode")
	}
	return out, err
}

func encodeBatch(es []cloudevents.Event, f format.Batch) (out encoded, err error) {
	if f == nil {
		f = format.JSON{}
	}
	out.contentType = f.BatchMediaType()
	out.body, err = f.EncodeBatchModeMessage(nil, es)
	return out, err
}

// describe makes h the header of the message.
func (out *encoded) describe(h http.Header) {
	if out.event != nil {
		setHeader(h, out.event)
		return
	}
	clearHeader(h)
	h["Content-Type"] = []string{out.contentType}
}
