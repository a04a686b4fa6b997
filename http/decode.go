package cehttp

import (
	"io"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/spec"
)

// DefaultMaxBytes is the largest body that a [Decoder] reads when its MaxBytes is 0.
const DefaultMaxBytes = 16 << 20

// ToCloudEvent reads the event in a request, in binary or structured mode. A nil f is
// [format.JSON]; exts are the types of extensions. See [Decoder.ToCloudEvent] for the
// errors.
func ToCloudEvent(r *http.Request, f format.Formatter, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	d := Decoder{Format: f, Extensions: exts}
	m := inRequest(r)
	err = d.event(&e, &m)
	return e, err
}

// ToCloudEventBatch reads the batch in a request, which may be empty. A nil f is
// [format.JSON]. See [Decoder.ToCloudEventBatch].
func ToCloudEventBatch(r *http.Request, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ToCloudEventBatch(r)
}

// ResponseToCloudEvent reads the event in a response. The caller closes the body. See
// [Decoder.ResponseToCloudEvent].
func ResponseToCloudEvent(r *http.Response, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.ResponseToCloudEvent(r)
}

// ResponseToCloudEventBatch reads the batch in a response. The caller closes the body.
// See [Decoder.ResponseToCloudEventBatch].
func ResponseToCloudEventBatch(r *http.Response, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ResponseToCloudEventBatch(r)
}

// DecodeMessage reads an event from a header and a body, for frameworks with requests of
// their own. Keys may be spelled in any way. The event aliases body. See
// [Decoder.DecodeMessage].
func DecodeMessage(h http.Header, body []byte, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.DecodeMessage(h, body)
}

// DecodeMessageBatch reads a batch from a header and a body. See
// [Decoder.DecodeMessageBatch].
func DecodeMessageBatch(h http.Header, body []byte, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.DecodeMessageBatch(h, body)
}

// Decoder reads events from HTTP messages with settings. The zero value is what the
// functions of this package use. A Decoder is safe for concurrent use as long as nobody
// changes it.
type Decoder struct {
	// Format reads structured messages and the data of binary ones. nil is
	// format.JSON{}, with InPlace set for bodies that the Decoder reads itself.
	Format format.Formatter

	// Batch reads batches. nil is Format if it is a format.Batch, else format.JSON{}.
	Batch format.Batch

	// Extensions are the types of extensions. Others are Strings in a header, and what
	// the format says in a document.
	Extensions []spec.Attribute

	// MaxBytes limits a body. 0 is DefaultMaxBytes, -1 is no limit.
	MaxBytes int64

	// MaxAttributes limits the attributes in a header. 0 is
	// cloudevents.DefaultMaxAttributes, -1 is no limit.
	MaxAttributes int
}

// ToCloudEvent reads the event in a request, in binary or structured mode. It reads the
// body to its end, unless the header is refused, and does not close it.
//
// Every error can be given to [StatusCode]. It wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode], [ErrContentEncoding], [format.ErrUnknown], a
// [*validation.Error] (several are [validation.Errors]), a [*cloudevents.SyntaxError], a
// [*cloudevents.LimitError], an [*http.MaxBytesError], or the error of the body.
func (d *Decoder) ToCloudEvent(r *http.Request) (e cloudevents.Event, err error) {
	m := inRequest(r)
	err = d.event(&e, &m)
	return e, err
}

// ToCloudEventBatch reads the batch in a request, which may be empty. Errors are those
// of ToCloudEvent. An error about one event wraps a [*cloudevents.BatchError].
func (d *Decoder) ToCloudEventBatch(r *http.Request) ([]cloudevents.Event, error) {
	m := inRequest(r)
	return d.batch(&m)
}

// ResponseToCloudEvent is ToCloudEvent for a response. The status does not matter.
func (d *Decoder) ResponseToCloudEvent(r *http.Response) (e cloudevents.Event, err error) {
	m := inResponse(r)
	err = d.event(&e, &m)
	return e, err
}

// ResponseToCloudEventBatch is ToCloudEventBatch for a response.
func (d *Decoder) ResponseToCloudEventBatch(r *http.Response) ([]cloudevents.Event, error) {
	m := inResponse(r)
	return d.batch(&m)
}

// DecodeMessage is ToCloudEvent for a header, whose keys need not be canonical, and a
// body that the event aliases. MaxBytes is not applied.
func (d *Decoder) DecodeMessage(h http.Header, body []byte) (e cloudevents.Event, err error) {
	m := received{header: h, mode: modeOf(h), body: body}
	err = d.event(&e, &m)
	return e, err
}

// DecodeMessageBatch is ToCloudEventBatch for a header and a body, as DecodeMessage is
// ToCloudEvent.
func (d *Decoder) DecodeMessageBatch(h http.Header, body []byte) ([]cloudevents.Event, error) {
	m := received{header: h, mode: modeOf(h), body: body}
	return d.batch(&m)
}

// received is a message that is yet to be decoded.
type received struct {
	header http.Header
	mode   cloudevents.Mode // of modeOf, until all of the header was seen
	body   []byte           // without a reader, or once it was read
	reader io.Reader        // of the body
	length int64            // what the reader is said to have, or -1
	ended  bool             // the reader was read to its end
}

// unknownMode is the mode of a message whose header was not looked at.
const unknownMode cloudevents.Mode = 0xFF

func inRequest(r *http.Request) received {
	return received{header: r.Header, mode: modeOf(r.Header), reader: r.Body, length: r.ContentLength}
}

func inResponse(r *http.Response) received {
	return received{header: r.Header, mode: modeOf(r.Header), reader: r.Body, length: r.ContentLength}
}

// event sets e, which is empty, and leaves it so if there is an error.
func (d *Decoder) event(e *cloudevents.Event, m *received) (err error) {
	if m.mode == cloudevents.BinaryMode {
		err = d.binary(e, m)
	} else {
		err = d.structured(e, m)
	}
	if err != nil {
		*e = cloudevents.Event{}
	}
	return err
}

// binary reads an event in binary mode.
func (d *Decoder) binary(e *cloudevents.Event, m *received) error {
	var about bodyHeader
	if err := d.attributes(e, m, &about); err != nil {
		return err
	}
	if m.mode != cloudevents.BinaryMode {
		return d.structured(e, m)
	}
	b, err := d.read(m, &about)
	if err != nil {
		return err
	}
	if d.Format == nil {
		return format.JSON{}.DecodeBinaryModeEventData(b, e)
	}
	*e, err = decodeData(d.Format, b, *e)
	return err
}

// decodeData is separate because e escapes when it is passed to an interface method.
func decodeData(f format.Formatter, body []byte, e cloudevents.Event) (cloudevents.Event, error) {
	err := f.DecodeBinaryModeEventData(body, &e)
	return e, err
}

// structured reads an event that is not in binary mode.
//
// A nil Format is called directly, here and below, rather than through the interface:
// the linker then drops the methods that nobody calls.
func (d *Decoder) structured(e *cloudevents.Event, m *received) error {
	var about bodyHeader
	about.gather(m.header)
	if err := about.check(); err != nil {
		return err
	}
	if m.mode != cloudevents.StructuredMode {
		return wrongMode(m.mode, "use the function for batches")
	}
	if err := about.coded(); err != nil {
		return err
	}
	if err := format.Accepts(d.Format, about.contentType); err != nil {
		return err
	}
	b, err := d.read(m, &about)
	if err != nil {
		return err
	}
	if d.Format != nil {
		*e, err = d.Format.DecodeStructuredModeMessage(b, about.contentType, d.Extensions...)
	} else {
		*e, err = format.JSON{InPlace: m.reader != nil}.DecodeStructuredModeMessage(b, about.contentType, d.Extensions...)
	}
	return err
}

// batch reads a batch.
func (d *Decoder) batch(m *received) ([]cloudevents.Event, error) {
	var about bodyHeader
	about.gather(m.header)
	err := about.check()
	if err == nil && about.otherSpelling {
		m.mode = format.ModeOf(about.contentType)
	}
	switch {
	case err != nil:
		return nil, err
	case m.mode == cloudevents.BinaryMode && about.attributes == 0:
		return nil, about.notCloudEvent()
	case m.mode != cloudevents.BatchMode:
		return nil, wrongMode(m.mode, "it is one event, and no batch")
	}
	if err := about.coded(); err != nil {
		return nil, err
	}
	f := d.batchFormat()
	if err := format.AcceptsBatch(f, about.contentType); err != nil {
		return nil, err
	}
	b, err := d.read(m, &about)
	if err != nil {
		return nil, err
	}
	if f != nil {
		return f.DecodeBatchModeMessage(b, about.contentType, d.Extensions...)
	}
	return format.JSON{InPlace: m.reader != nil}.DecodeBatchModeMessage(b, about.contentType, d.Extensions...)
}

// batchFormat returns nil for format.JSON.
func (d *Decoder) batchFormat() format.Batch {
	if d.Batch != nil {
		return d.Batch
	}
	f, _ := d.Format.(format.Batch)
	return f
}

// read reads the body of a message.
func (d *Decoder) read(m *received, about *bodyHeader) ([]byte, error) {
	if err := about.coded(); err != nil {
		return nil, err
	}
	if m.reader == nil {
		return m.body, nil
	}
	most := d.MaxBytes
	if most == 0 {
		most = DefaultMaxBytes
	}
	var err error
	m.body, err = body.Read(m.reader, m.length, most)
	m.ended = err == nil
	return m.body, err
}
