package cehttp

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// DefaultMaxBytes is the largest body that a [Decoder] reads when its MaxBytes is 0.
const DefaultMaxBytes = 16 << 20

// ToCloudEvent decodes the event in a request, in binary or structured mode. A nil f is
// [format.JSON]. exts are the types of extensions. [Decoder.ToCloudEvent] lists the
// errors.
func ToCloudEvent(r *http.Request, f format.Formatter, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	d := Decoder{Format: f, Extensions: exts}
	m := inRequest(r)
	err = d.event(&e, &m)
	return e, err
}

// ToCloudEventBatch decodes the batch in a request, which may be empty. A nil f is
// [format.JSON]. See [Decoder.ToCloudEventBatch].
func ToCloudEventBatch(r *http.Request, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ToCloudEventBatch(r)
}

// ResponseToCloudEvent decodes the event in a response. The caller closes the body. See
// [Decoder.ResponseToCloudEvent].
func ResponseToCloudEvent(r *http.Response, f format.Formatter, exts ...spec.Attribute) (cloudevents.Event, error) {
	d := Decoder{Format: f, Extensions: exts}
	return d.ResponseToCloudEvent(r)
}

// ResponseToCloudEventBatch decodes the batch in a response. The caller closes the body.
// See [Decoder.ResponseToCloudEventBatch].
func ResponseToCloudEventBatch(r *http.Response, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.ResponseToCloudEventBatch(r)
}

// DecodeMessage decodes an event from a header and a body, for frameworks that have
// requests of their own. The keys of h need not be canonical. The event aliases body. See
// [Decoder.DecodeMessage].
func DecodeMessage(h http.Header, body []byte, f format.Formatter, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	d := Decoder{Format: f, Extensions: exts}
	m := received{header: h, mode: unknownMode, body: body}
	err = d.event(&e, &m)
	return e, err
}

// DecodeMessageBatch decodes a batch from a header and a body. See
// [Decoder.DecodeMessageBatch].
func DecodeMessageBatch(h http.Header, body []byte, f format.Batch, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	d := Decoder{Batch: f, Extensions: exts}
	return d.DecodeMessageBatch(h, body)
}

// Decoder decodes events from HTTP messages, with settings. The functions of this package
// use the zero value. A Decoder is safe for concurrent use as long as its fields do not
// change.
type Decoder struct {
	// Format decodes structured messages and the data of binary ones. nil is
	// format.JSON{}, with InPlace set for bodies that the Decoder reads itself.
	Format format.Formatter

	// Batch decodes batches. nil is Format if it is a format.Batch, and format.JSON{}
	// otherwise.
	Batch format.Batch

	// Extensions are the types of extensions. An extension that is not listed is a
	// String in a header. In a document it has the type that the format gives it.
	Extensions []spec.Attribute

	// MaxBytes limits the size of a body. 0 is DefaultMaxBytes, -1 is no limit.
	MaxBytes int64

	// MaxAttributes limits the attributes of an event, core attributes and Content-Type
	// included. 0 is cloudevents.DefaultMaxAttributes, -1 is no limit. If there is a
	// Format or a Batch, the limit in a document is that of the format.
	MaxAttributes int

	// V1Only refuses events of version 0.3. If there is a Format or a Batch, it says
	// that for documents.
	V1Only bool

	// Forgive makes the decoder forgiving, as [cloudevents.JSONDecoder] describes it. nil
	// is strict. It is called for each event that was not taken as it is, and says why.
	// If there is a Format or a Batch, it does that for documents.
	Forgive func(cloudevents.Receipt)

	// JSONEvents takes a JSON object with a member specversion for an event in structured
	// mode, if there is no ce- header and Content-Type is application/json,
	// application/x-www-form-urlencoded, which curl -d sends, or absent. Without it such a
	// message is not a CloudEvent.
	JSONEvents bool

	// Decompress undoes Content-Encodings, which are its keys, in lower case; [Gzip] is for
	// "gzip". MaxBytes limits the body before and after. A body with any other
	// Content-Encoding is refused, as all are if Decompress is nil.
	Decompress map[string]func(io.Reader) (io.ReadCloser, error)
}

// Gzip is for the key "gzip" of Decoder.Decompress.
func Gzip(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }

// ToCloudEvent decodes the event in a request, in binary or structured mode. It reads the
// body to its end, unless it refuses the header, and does not close it.
//
// [StatusCode] accepts every error. An error wraps [cloudevents.ErrNotCloudEvent],
// [cloudevents.ErrContentMode], [ErrContentEncoding], [format.ErrUnknown], a
// [*validation.Error] (several are [validation.Errors]), a [*cloudevents.SyntaxError], a
// [*cloudevents.LimitError], an [*http.MaxBytesError], or the error of the body.
func (d *Decoder) ToCloudEvent(r *http.Request) (e cloudevents.Event, err error) {
	m := inRequest(r)
	err = d.event(&e, &m)
	return e, err
}

// ToCloudEventBatch decodes the batch in a request, which may be empty. Its errors are
// those of ToCloudEvent. An error about one event wraps a [*cloudevents.BatchError].
func (d *Decoder) ToCloudEventBatch(r *http.Request) ([]cloudevents.Event, error) {
	m := inRequest(r)
	return d.batch(&m)
}

// ResponseToCloudEvent is ToCloudEvent for a response, with any status.
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

// DecodeMessage is ToCloudEvent for a header and a body. The keys of h need not be
// canonical. The event aliases body. MaxBytes does not apply.
func (d *Decoder) DecodeMessage(h http.Header, body []byte) (e cloudevents.Event, err error) {
	m := received{header: h, mode: unknownMode, body: body}
	err = d.event(&e, &m)
	return e, err
}

// DecodeMessageBatch is ToCloudEventBatch for a header and a body. The notes on
// DecodeMessage apply.
func (d *Decoder) DecodeMessageBatch(h http.Header, body []byte) ([]cloudevents.Event, error) {
	m := received{header: h, mode: unknownMode, body: body}
	return d.batch(&m)
}

// received is a message that is still to be decoded.
type received struct {
	header http.Header
	mode   cloudevents.Mode // unknownMode until the header was seen
	body   []byte           // without a reader, or once it was read
	reader io.Reader        // of the body
	length int64            // what the reader is said to have, or -1
	ended  bool             // the reader was read to its end
}

const unknownMode cloudevents.Mode = 0xFF

func inRequest(r *http.Request) received {
	return received{header: r.Header, mode: unknownMode, reader: r.Body, length: r.ContentLength}
}

func inResponse(r *http.Response) received {
	return received{header: r.Header, mode: unknownMode, reader: r.Body, length: r.ContentLength}
}

// event sets e, which is empty, and leaves it so if there is an error.
func (d *Decoder) event(e *cloudevents.Event, m *received) (err error) {
	if m.mode == unknownMode || m.mode == cloudevents.BinaryMode {
		err = d.binary(e, m)
	} else {
		var about bodyHeader
		about.gather(m.header)
		if err = about.check(); err == nil {
			err = d.structured(e, m, &about)
		}
	}
	if err != nil {
		*e = cloudevents.Event{}
		err = explained(m, err)
	}
	return err
}

// binary reads an event in binary mode, or in another one if the header turns out to say
// so.
func (d *Decoder) binary(e *cloudevents.Event, m *received) error {
	var a cloudevents.Attributes
	var about bodyHeader
	if err := d.gather(&a, m, &about); err != nil {
		return err
	}
	if m.mode != cloudevents.BinaryMode {
		return d.structured(e, m, &about)
	}
	if err := a.Assemble(e); err != nil {
		return err
	}
	b, err := d.read(m, &about)
	if err == nil {
		b, err = a.Data(b)
	}
	switch {
	case err != nil:
		return err
	case d.Format == nil:
		err = format.JSON{}.DecodeBinaryModeEventData(b, e)
	default:
		*e, err = decodeData(d.Format, b, *e)
	}
	if forgiven := a.Forgiven(); err == nil && forgiven != nil {
		d.receipt(*e, forgiven)
	}
	return err
}

// receipt is separate because e escapes.
func (d *Decoder) receipt(e cloudevents.Event, err error) {
	d.Forgive(cloudevents.Receipt{Index: -1, Event: &e, Err: err})
}

// decodeData is separate because e escapes when it is passed to an interface method.
func decodeData(f format.Formatter, body []byte, e cloudevents.Event) (cloudevents.Event, error) {
	err := f.DecodeBinaryModeEventData(body, &e)
	return e, err
}

// structured decodes an event that is not in binary mode.
//
// A nil Format is called directly, here and below, rather than through the interface:
// the linker then drops the methods that nobody calls.
func (d *Decoder) structured(e *cloudevents.Event, m *received, about *bodyHeader) error {
	if m.mode != cloudevents.StructuredMode {
		return wrongMode(m.mode, "use the function for batches")
	}
	if err := d.coded(about); err != nil {
		return err
	}
	if err := format.Accepts(d.Format, about.contentType); err != nil {
		return err
	}
	b, err := d.read(m, about)
	if err != nil {
		return err
	}
	if about.unsaid && !bytes.Contains(b, []byte(`"specversion"`)) {
		about.contentType = about.said
		return about.notCloudEvent()
	}
	if d.Format != nil {
		*e, err = d.Format.DecodeStructuredModeMessage(b, about.contentType, d.Extensions...)
	} else {
		*e, err = d.json(m).DecodeStructuredModeMessage(b, about.contentType, d.Extensions...)
	}
	if err != nil && bytes.HasPrefix(b, []byte{0x1F, 0x8B}) {
		err = fmt.Errorf("%w; the body begins like gzip, and there is no Content-Encoding", err)
	}
	return err
}

// batch decodes a batch.
func (d *Decoder) batch(m *received) ([]cloudevents.Event, error) {
	es, err := d.decodeBatch(m)
	if err != nil {
		return nil, explained(m, err)
	}
	return es, nil
}

func (d *Decoder) decodeBatch(m *received) ([]cloudevents.Event, error) {
	f := d.batchFormat()
	b, contentType, err := d.readBatch(m, f)
	switch {
	case err != nil:
		return nil, err
	case f != nil:
		return f.DecodeBatchModeMessage(b, contentType, d.Extensions...)
	}
	return d.json(m).DecodeBatchModeMessage(b, contentType, d.Extensions...)
}

// readBatch returns the body of a message that f, or else format.JSON, decodes as a batch.
func (d *Decoder) readBatch(m *received, f format.Batch) (b []byte, contentType string, err error) {
	var about bodyHeader
	about.gather(m.header)
	if err := about.check(); err != nil {
		return nil, "", err
	}
	if m.mode == unknownMode {
		m.mode = format.ModeOf(about.contentType)
	}
	switch {
	case m.mode == cloudevents.BinaryMode && about.attributes == 0:
		return nil, "", about.notCloudEvent()
	case m.mode != cloudevents.BatchMode:
		return nil, "", wrongMode(m.mode, "it is one event, and no batch")
	}
	if err := d.coded(&about); err != nil {
		return nil, "", err
	}
	if err := format.AcceptsBatch(f, about.contentType); err != nil {
		return nil, "", err
	}
	b, err = d.read(m, &about)
	return b, about.contentType, err
}

// json returns the format that a nil Format stands for.
func (d *Decoder) json(m *received) format.JSON {
	return format.JSON{InPlace: m.reader != nil, MaxAttributes: d.MaxAttributes, V1Only: d.V1Only, Forgive: d.Forgive}
}

// batchFormat returns the format of batches, or nil for format.JSON.
func (d *Decoder) batchFormat() format.Batch {
	if d.Batch != nil {
		return d.Batch
	}
	f, _ := d.Format.(format.Batch)
	return f
}

// coded refuses a body whose Content-Encoding nobody undoes.
func (d *Decoder) coded(about *bodyHeader) error {
	if about.contentEncoding == "" || d.Decompress[strings.ToLower(about.contentEncoding)] != nil {
		return nil
	}
	return fmt.Errorf("%w: %q", ErrContentEncoding, excerpt.Of(about.contentEncoding))
}

// read reads the body of a message.
func (d *Decoder) read(m *received, about *bodyHeader) (b []byte, err error) {
	if err := d.coded(about); err != nil {
		return nil, err
	}
	most := d.MaxBytes
	if most == 0 {
		most = DefaultMaxBytes
	}
	switch {
	case about.contentEncoding != "":
		m.body, err = d.decompressed(m, about.contentEncoding, most)
	case m.reader == nil:
		return m.body, nil
	default:
		m.body, err = body.Read(m.reader, m.length, most)
	}
	m.ended = err == nil
	return m.body, err
}

// decompressed reads a body and undoes its Content-Encoding.
func (d *Decoder) decompressed(m *received, encoding string, most int64) ([]byte, error) {
	source := &watchedReader{r: m.reader}
	if m.reader == nil {
		source.r = bytes.NewReader(m.body)
	}
	limited := io.Reader(source)
	if most >= 0 {
		limited = http.MaxBytesReader(nil, io.NopCloser(source), most)
	}
	r, err := d.Decompress[strings.ToLower(encoding)](limited)
	var b []byte
	if err == nil {
		b, err = body.Read(r, -1, most)
		r.Close()
	}
	switch {
	case err == nil || errtree.Wraps[*http.MaxBytesError](err):
		return b, err
	case source.err != nil:
		return nil, &body.Error{Err: source.err}
	}
	return nil, &cloudevents.SyntaxError{Offset: 0, Err: fmt.Errorf("the body is not complete %q, as Content-Encoding says", excerpt.Of(encoding))}
}

// watchedReader knows whether reading failed.
type watchedReader struct {
	r   io.Reader
	err error
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
