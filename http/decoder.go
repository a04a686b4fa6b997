package cehttp

import (
	"errors"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Decoder reads events from HTTP messages with settings. The zero value is what
// the functions of this package use; it is safe for concurrent use as long as
// nobody changes it.
type Decoder struct {
	Format        format.Formatter // of structured and binary messages; nil is format.JSON{}, in place where the Decoder has read the body
	Batch         format.Batch     // of batches; nil is Format if it is a format.Batch, else format.JSON{}
	Extensions    []spec.Attribute // types of extensions; others are String in a header, or what the format says
	MaxBytes      int64            // of a body; 0 is DefaultMaxBytes, -1 is no limit
	MaxAttributes int              // in ce- headers; 0 is cloudevents.DefaultMaxAttributes, -1 is no limit
}

// ToCloudEvent reads the event in a request, in binary or structured mode. It
// reads the body to its end, unless the header is refused, and does not close it.
//
// Every error can be given to [StatusCode]. It wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode], [ErrContentEncoding], [format.ErrUnknown], a
// [*validation.Error] (several are [validation.Errors]), a [*format.SyntaxError], a
// [*cloudevents.LimitError], an [*http.MaxBytesError], or the error of the body.
func (d *Decoder) ToCloudEvent(r *http.Request) (e cloudevents.Event, err error) {
	err = d.event(&e, r.Header, &payload{reader: r.Body, announced: r.ContentLength})
	return e, err
}

// ToCloudEventBatch reads the batch in a request, which may be empty. Errors are
// those of ToCloudEvent; one about an event wraps a [*cloudevents.BatchError].
func (d *Decoder) ToCloudEventBatch(r *http.Request) ([]cloudevents.Event, error) {
	return d.batch(r.Header, &payload{reader: r.Body, announced: r.ContentLength})
}

// ResponseToCloudEvent is ToCloudEvent for a response. The status is not looked
// at.
func (d *Decoder) ResponseToCloudEvent(r *http.Response) (e cloudevents.Event, err error) {
	err = d.event(&e, r.Header, &payload{reader: r.Body, announced: r.ContentLength})
	return e, err
}

// ResponseToCloudEventBatch is ToCloudEventBatch for a response.
func (d *Decoder) ResponseToCloudEventBatch(r *http.Response) ([]cloudevents.Event, error) {
	return d.batch(r.Header, &payload{reader: r.Body, announced: r.ContentLength})
}

// DecodeMessage is ToCloudEvent for a header, whose keys need not be canonical,
// and a body that the event aliases. MaxBytes is not applied.
func (d *Decoder) DecodeMessage(h http.Header, body []byte) (e cloudevents.Event, err error) {
	err = d.event(&e, h, &payload{bytes: body})
	return e, err
}

// DecodeMessageBatch is ToCloudEventBatch for a header and a body, as
// DecodeMessage is ToCloudEvent.
func (d *Decoder) DecodeMessageBatch(h http.Header, body []byte) ([]cloudevents.Event, error) {
	return d.batch(h, &payload{bytes: body})
}

// event sets e, which is empty, and leaves it so if there is an error.
func (d *Decoder) event(e *cloudevents.Event, h http.Header, p *payload) (err error) {
	if v := h["Content-Type"]; len(v) == 1 && format.ModeOf(trim(v[0])) != cloudevents.BinaryMode {
		var m messageHeader
		m.gather(h) // there may be another under another spelling
		err = d.structured(e, &m, p)
	} else {
		err = d.binary(e, h, p)
	}
	if err != nil {
		*e = cloudevents.Event{}
		return err
	}
	return nil
}

// binary reads an event whose header looks like that of a binary-mode message.
func (d *Decoder) binary(e *cloudevents.Event, h http.Header, p *payload) error {
	maxAttributes := d.MaxAttributes
	if maxAttributes == 0 {
		maxAttributes = cloudevents.DefaultMaxAttributes
	}
	var few [fewExtensions]extensionField
	var m attributeHeader
	extensions := m.gather(h, few[:0], maxAttributes)
	if m.contentTypes > 1 || format.ModeOf(m.contentType) != cloudevents.BinaryMode {
		return d.structured(e, &m.messageHeader, p)
	}
	if err := m.decode(e, extensions, d.Extensions, maxAttributes); err != nil {
		return err
	}
	return d.data(e, &m.messageHeader, p)
}

// structured reads an event that is not in binary mode.
func (d *Decoder) structured(e *cloudevents.Event, m *messageHeader, p *payload) error {
	mode, err := m.mode()
	if err == nil && mode != cloudevents.StructuredMode {
		err = wrongMode(mode, "use the function for batches")
	}
	if err != nil {
		return err
	}
	mediaType := spec.MediaTypeJSON
	if d.Format != nil {
		mediaType = d.Format.MediaType()
	}
	if m.mayBeUnknown(mediaType) {
		if err := d.decodeStructured(e, nil, m.contentType, false); errors.Is(err, format.ErrUnknown) {
			return err
		}
	}
	body, err := d.body(m, p)
	if err != nil {
		return err
	}
	return d.decodeStructured(e, body, m.contentType, p.reader != nil)
}

// decodeStructured decodes with the format. One that stands for nil is not made an
// interface: methods that nobody calls are then not linked.
func (d *Decoder) decodeStructured(e *cloudevents.Event, body []byte, contentType string, inPlace bool) (err error) {
	if d.Format != nil {
		*e, err = d.Format.DecodeStructuredModeMessage(body, contentType, d.Extensions...)
	} else {
		*e, err = format.JSON{InPlace: inPlace}.DecodeStructuredModeMessage(body, contentType, d.Extensions...)
	}
	return err
}

// mayBeUnknown reports whether a format of that media type may be none for the
// message. It is then asked with no body, for it may take other types, before the
// body is read.
func (m *messageHeader) mayBeUnknown(mediaType string) bool {
	return m.contentEncoding == "" && m.contentType != mediaType && !mediatype.Is(m.contentType, mediaType)
}

// data sets the data of a binary-mode event.
func (d *Decoder) data(e *cloudevents.Event, m *messageHeader, p *payload) error {
	body, err := d.body(m, p)
	if err != nil {
		return err
	}
	if d.Format == nil {
		return format.JSON{}.DecodeBinaryModeEventData(body, e)
	}
	*e, err = decodeData(d.Format, body, *e)
	return err
}

// decodeData is apart, because the event that an interface gets escapes.
func decodeData(f format.Formatter, body []byte, e cloudevents.Event) (cloudevents.Event, error) {
	err := f.DecodeBinaryModeEventData(body, &e)
	return e, err
}

func (d *Decoder) batch(h http.Header, p *payload) ([]cloudevents.Event, error) {
	var m messageHeader
	m.gather(h)
	mode, err := m.mode()
	switch {
	case err != nil:
	case mode == cloudevents.BinaryMode && m.attributes == 0:
		err = m.notCloudEvent()
	case mode != cloudevents.BatchMode:
		err = wrongMode(mode, "it is one event, and no batch")
	}
	var es []cloudevents.Event
	if err == nil {
		es, err = d.batchBody(&m, p)
	}
	if err != nil {
		return nil, err
	}
	return es, nil
}

// batchBody reads a message that is a batch.
func (d *Decoder) batchBody(m *messageHeader, p *payload) ([]cloudevents.Event, error) {
	mediaType, f := spec.BatchMediaTypeJSON, d.batchFormat()
	if f != nil {
		mediaType = f.BatchMediaType()
	}
	if m.mayBeUnknown(mediaType) {
		if _, err := d.decodeBatch(f, nil, m.contentType, false); errors.Is(err, format.ErrUnknown) {
			return nil, err
		}
	}
	body, err := d.body(m, p)
	if err != nil {
		return nil, err
	}
	return d.decodeBatch(f, body, m.contentType, p.reader != nil)
}

func (d *Decoder) decodeBatch(f format.Batch, body []byte, contentType string, inPlace bool) ([]cloudevents.Event, error) {
	if f != nil {
		return f.DecodeBatchModeMessage(body, contentType, d.Extensions...)
	}
	return format.JSON{InPlace: inPlace}.DecodeBatchModeMessage(body, contentType, d.Extensions...)
}

// batchFormat returns nil for format.JSON.
func (d *Decoder) batchFormat() format.Batch {
	if d.Batch != nil {
		return d.Batch
	}
	f, _ := d.Format.(format.Batch)
	return f
}

// body reads the body, if its header allows to make something of it.
func (d *Decoder) body(m *messageHeader, p *payload) ([]byte, error) {
	if m.contentEncoding != "" {
		return nil, contentEncoding(m.contentEncoding)
	}
	p.max = d.MaxBytes
	if p.max == 0 {
		p.max = DefaultMaxBytes
	}
	return p.read()
}
