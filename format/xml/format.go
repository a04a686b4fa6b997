package cexml

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	mediaType      = "application/cloudevents+xml"
	batchMediaType = "application/cloudevents-batch+xml"
)

// Format is the XML event format and the XML batch format. The zero value is ready to
// use. For each limit, 0 is the default and -1 is no limit.
type Format struct {
	// MaxDepth limits the nesting of elements in data, and in elements that are ignored.
	// The outermost of them is the first level. The default is
	// [cloudevents.DefaultMaxDepth].
	MaxDepth int
	// MaxAttributes limits the attributes of an event. The default is
	// [cloudevents.DefaultMaxAttributes].
	MaxAttributes int
	// MaxEvents limits the events of a batch. The default is
	// [cloudevents.DefaultMaxEvents].
	MaxEvents int

	// V1Only refuses events of version 0.3.
	V1Only bool
	// Forgive makes the decoder forgiving, as in [cloudevents.JSONDecoder]. It also
	// forgives an extension without a legal xsi:type, and a core attribute with another
	// type than its own. nil is strict.
	Forgive func(cloudevents.Receipt)
}

var (
	_ format.Formatter = Format{}
	_ format.Batch     = Format{}
)

// MediaType returns "application/cloudevents+xml".
func (Format) MediaType() string { return mediaType }

// BatchMediaType returns "application/cloudevents-batch+xml".
func (Format) BatchMediaType() string { return batchMediaType }

// Accepts reports whether contentType is "" or application/cloudevents+xml, with no
// charset other than UTF-8 and US-ASCII.
func (Format) Accepts(contentType string) bool { return accepts(mediaType, contentType) }

// AcceptsBatch is Accepts for application/cloudevents-batch+xml.
func (Format) AcceptsBatch(contentType string) bool { return accepts(batchMediaType, contentType) }

func accepts(mediaType, contentType string) bool {
	return contentType == "" || contentType == mediaType || mediatype.Is(contentType, mediaType) && mediatype.IsUTF8(contentType)
}

// DecodeStructuredModeMessage decodes an event. The Data aliases body, unless it was
// base64, text with references, CDATA sections, comments or carriage returns, or an
// element that needs declarations from outside of it.
func (f Format) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	if !f.Accepts(contentType) {
		return cloudevents.Event{}, format.Accepts(f, contentType)
	}
	var r reader
	f.begin(&r, body, exts)
	e, err := r.single()
	if err != nil {
		return cloudevents.Event{}, err
	}
	if r.forgiven != nil {
		f.receipt(e, r.forgiven)
	}
	return e, nil
}

// receipt is separate because e escapes.
func (f Format) receipt(e cloudevents.Event, err error) {
	f.Forgive(cloudevents.Receipt{Index: -1, Event: &e, Err: err})
}

// EncodeStructuredModeMessage appends e as [Append] does.
func (Format) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return Append(dst, e)
}

// DecodeBatchModeMessage decodes a batch. The Data of the events aliases body as in
// DecodeStructuredModeMessage.
func (f Format) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	if !f.AcceptsBatch(contentType) {
		return nil, format.AcceptsBatch(f, contentType)
	}
	var r reader
	f.begin(&r, body, exts)
	b := events.Batch{Forgive: f.Forgive != nil, Size: len(body)}
	if err := r.batch(&b, limit.Of(f.MaxEvents, cloudevents.DefaultMaxEvents)); err != nil {
		return nil, err
	}
	b.Tell(f.Forgive)
	return b.Events, nil
}

// EncodeBatchModeMessage appends es as [AppendBatch] does.
func (Format) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	return AppendBatch(dst, es)
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty.
func (Format) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = nil
	if len(body) > 0 {
		e.Data = body[:len(body):len(body)] // so that append does not write into the memory behind body
	}
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (Format) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}

// Decode decodes an event as the zero [Format] does. The Data aliases body as it does
// there.
func Decode(body []byte) (cloudevents.Event, error) {
	return Format{}.DecodeStructuredModeMessage(body, "")
}

// DecodeBatch decodes a batch as the zero [Format] does. The Data of the events aliases
// body as it does there.
func DecodeBatch(body []byte) ([]cloudevents.Event, error) {
	return Format{}.DecodeBatchModeMessage(body, "")
}

// begin prepares r, which is large and not copied.
func (f Format) begin(r *reader, body []byte, exts []spec.Attribute) {
	r.b = body
	r.maxDepth = limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth)
	r.maxAttributes = limit.Of(f.MaxAttributes, cloudevents.DefaultMaxAttributes)
	r.extensions = exts
	r.v1Only = f.V1Only
	r.forgive = f.Forgive != nil
}
