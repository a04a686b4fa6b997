package cehttp

import (
	"io"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Decoder reads events from HTTP messages with settings. The zero value is what
// the functions of this package use; it is safe for concurrent use as long as
// nobody changes it.
type Decoder struct {
	Format        format.Formatter // of structured and binary messages; nil is format.JSON{}
	Batch         format.Batch     // of batches; nil is Format if it is a format.Batch, else format.JSON{}
	Extensions    []spec.Attribute // types of extensions; others are String in a header, or what the format says
	MaxBytes      int64            // of a body; 0 is DefaultMaxBytes, -1 is no limit
	MaxAttributes int              // in ce- headers; 0 is cloudevents.DefaultMaxAttributes, -1 is no limit
}

// ToCloudEvent reads the event in a request, in binary or structured mode. It
// reads the body to its end, and does not close it.
//
// Every error can be given to [StatusCode]. It wraps [ErrNotCloudEvent],
// [ErrContentMode], [ErrContentEncoding], [format.ErrUnknown], a
// [*validation.Error] (several are joined), a [*format.SyntaxError], a
// [*cloudevents.LimitError], an [*http.MaxBytesError], or the error of the body.
func (d *Decoder) ToCloudEvent(r *http.Request) (cloudevents.Event, error) {
	return d.one(r.Header, r.Body, r.ContentLength)
}

// ToCloudEventBatch reads the batch in a request, which may be empty. Errors are
// those of ToCloudEvent; one about an event wraps a [*cloudevents.BatchError].
func (d *Decoder) ToCloudEventBatch(r *http.Request) ([]cloudevents.Event, error) {
	return d.batch(r.Header, r.Body, r.ContentLength)
}

// ResponseToCloudEvent is ToCloudEvent for a response. The status is not looked
// at.
func (d *Decoder) ResponseToCloudEvent(r *http.Response) (cloudevents.Event, error) {
	return d.one(r.Header, r.Body, r.ContentLength)
}

// ResponseToCloudEventBatch is ToCloudEventBatch for a response.
func (d *Decoder) ResponseToCloudEventBatch(r *http.Response) ([]cloudevents.Event, error) {
	return d.batch(r.Header, r.Body, r.ContentLength)
}

// DecodeMessage is ToCloudEvent for a header, whose keys need not be canonical,
// and a body that the event aliases. MaxBytes is not applied.
func (d *Decoder) DecodeMessage(h http.Header, body []byte) (cloudevents.Event, error) {
	e, err := d.decode(h, contentType(h), body)
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	return e, nil
}

// DecodeMessageBatch is ToCloudEventBatch for a header and a body, as
// DecodeMessage is ToCloudEvent.
func (d *Decoder) DecodeMessageBatch(h http.Header, body []byte) ([]cloudevents.Event, error) {
	es, err := d.decodeBatch(h, contentType(h), body)
	if err != nil {
		return nil, wrap(err)
	}
	return es, nil
}

func (d *Decoder) one(h http.Header, body io.Reader, length int64) (cloudevents.Event, error) {
	t := contentType(h)
	if mode(t) == cloudevents.BatchMode {
		return cloudevents.Event{}, wrap(wrongMode(cloudevents.BatchMode))
	}
	b, err := readBody(body, length, d.maxBytes())
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	e, err := d.decode(h, t, b)
	if err != nil {
		return cloudevents.Event{}, wrap(err)
	}
	return e, nil
}

func (d *Decoder) batch(h http.Header, body io.Reader, length int64) ([]cloudevents.Event, error) {
	t := contentType(h)
	if m := mode(t); m != cloudevents.BatchMode {
		return nil, wrap(notBatch(h, m))
	}
	b, err := readBody(body, length, d.maxBytes())
	if err != nil {
		return nil, wrap(err)
	}
	es, err := d.decodeBatch(h, t, b)
	if err != nil {
		return nil, wrap(err)
	}
	return es, nil
}

func (d *Decoder) decode(h http.Header, contentType string, body []byte) (cloudevents.Event, error) {
	m := mode(contentType)
	if m == cloudevents.BatchMode {
		return cloudevents.Event{}, wrongMode(m)
	}
	if err := checkContent(h); err != nil {
		return cloudevents.Event{}, err
	}
	f := d.format()
	if m == cloudevents.StructuredMode {
		return f.DecodeStructuredModeMessage(body, contentType, d.Extensions...)
	}
	maxAttributes := d.MaxAttributes
	if maxAttributes == 0 {
		maxAttributes = cloudevents.DefaultMaxAttributes
	}
	e, err := decodeHeader(h, d.Extensions, maxAttributes)
	if err != nil {
		return cloudevents.Event{}, err
	}
	err = f.DecodeBinaryModeEventData(body, &e)
	return e, err
}

func (d *Decoder) decodeBatch(h http.Header, contentType string, body []byte) ([]cloudevents.Event, error) {
	if m := mode(contentType); m != cloudevents.BatchMode {
		return nil, notBatch(h, m)
	}
	if err := checkContent(h); err != nil {
		return nil, err
	}
	return d.batchFormat().DecodeBatchModeMessage(body, contentType, d.Extensions...)
}

// notBatch is the error about a message that is not a batch.
func notBatch(h http.Header, m cloudevents.Mode) error {
	if !IsCloudEvent(h) {
		return ErrNotCloudEvent
	}
	return wrongMode(m)
}

// checkContent checks what is said about the body.
func checkContent(h http.Header) error {
	if len(values(h, "Content-Type")) > 1 {
		return duplicate(spec.DataContentType)
	}
	for _, v := range values(h, "Content-Encoding") {
		if v = trim(v); v != "" && !strings.EqualFold(v, "identity") {
			return contentEncoding(v)
		}
	}
	return nil
}

func (d *Decoder) format() format.Formatter {
	if d.Format == nil {
		return format.JSON{}
	}
	return d.Format
}

func (d *Decoder) batchFormat() format.Batch {
	if d.Batch != nil {
		return d.Batch
	}
	if b, ok := d.Format.(format.Batch); ok {
		return b
	}
	return format.JSON{}
}

func (d *Decoder) maxBytes() int64 {
	if d.MaxBytes == 0 {
		return DefaultMaxBytes
	}
	return d.MaxBytes
}
