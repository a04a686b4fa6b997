package cecbor

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

const mediaType = "application/cloudevents+cbor"

// Format is the CBOR event format, which is a draft. The zero value is ready to use. For
// each limit, 0 is the default and -1 is no limit.
type Format struct {
	// MaxDepth limits the nesting of arrays, maps and tags in the value of a pair. The
	// default is [cloudevents.DefaultMaxDepth].
	MaxDepth int
	// MaxAttributes limits the attributes of an event. Attributes that are null or
	// repeated count, and so does an implied datacontenttype. The default is
	// [cloudevents.DefaultMaxAttributes].
	MaxAttributes int

	// V1Only refuses events of version 0.3.
	V1Only bool
	// Forgive makes the decoder forgiving, as in [cloudevents.JSONDecoder]. nil is
	// strict.
	Forgive func(cloudevents.Receipt)
}

var _ format.Formatter = Format{}

// MediaType returns "application/cloudevents+cbor".
func (Format) MediaType() string { return mediaType }

// Accepts reports whether contentType is "" or application/cloudevents+cbor, with any
// parameters.
func (Format) Accepts(contentType string) bool {
	return contentType == "" || contentType == mediaType || mediatype.Is(contentType, mediaType)
}

// DecodeStructuredModeMessage decodes an event. The Data aliases body, unless it was in
// chunks or was converted to JSON.
func (f Format) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	if !f.Accepts(contentType) {
		return e, format.Accepts(f, contentType)
	}
	if len(exts) == 0 && f.simpleEvent(&e, body) {
		return e, nil
	}
	return f.decode(body, exts)
}

// decode decodes every event.
func (f *Format) decode(body []byte, exts []spec.Attribute) (cloudevents.Event, error) {
	r := reader{
		b:             body,
		extensions:    exts,
		maxDepth:      limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth),
		maxAttributes: limit.Of(f.MaxAttributes, cloudevents.DefaultMaxAttributes),
		v1Only:        f.V1Only,
		forgive:       f.Forgive != nil,
	}
	var e cloudevents.Event
	if err := r.event(&e); err != nil {
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

// EncodeSealed appends a sealed event as [Append] does. Text that was found to be UTF-8
// when the event was sealed is not checked again.
func (Format) EncodeSealed(dst []byte, s *cloudevents.Sealed) ([]byte, error) {
	return s.Encode(dst, func(dst []byte, e *cloudevents.Event) ([]byte, error) { return appendOne(dst, e, s.IsUTF8()) })
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty. If MaxDepth is lower than [cloudevents.DefaultMaxDepth], CBOR data that is
// nested more deeply is refused with a [*cloudevents.LimitError], as in a document.
// Otherwise the data is not checked.
func (f Format) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = nil
	if len(body) == 0 {
		return nil
	}
	if 0 < f.MaxDepth && f.MaxDepth < cloudevents.DefaultMaxDepth && mediatype.IsCBOR(e.DataContentType) {
		if _, fault := cborscan.Value(body, 0, f.MaxDepth); fault == cborscan.TooDeep {
			return tooDeep(f.MaxDepth)
		}
	}
	e.Data = body[:len(body):len(body)] // so that append does not write into the memory behind body
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (Format) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}

// Decode decodes an event as the zero [Format] does. The Data aliases body, unless it was
// in chunks or was converted to JSON.
func Decode(body []byte) (e cloudevents.Event, err error) {
	var f Format
	if f.simpleEvent(&e, body) {
		return e, nil
	}
	return f.decode(body, nil)
}
