package ceavro

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

const mediaType = "application/cloudevents+avro"

// Format is the Avro event format. The zero value is ready to use. For each limit, 0 is
// the default and -1 is no limit.
type Format struct {
	// MaxDepth limits the nesting of maps and arrays in data. The default is
	// [cloudevents.DefaultMaxDepth].
	MaxDepth int
	// MaxAttributes limits the attributes of an event. Attributes that are null count,
	// and so does an implied datacontenttype. The default is
	// [cloudevents.DefaultMaxAttributes].
	MaxAttributes int

	// DataAsBytes makes the encoder write all data as bytes, including JSON and text. It
	// is for receivers that accept nothing else, and for speed, because the data is only
	// copied. By default the content type decides.
	DataAsBytes bool

	// V1Only refuses events of version 0.3.
	V1Only bool
	// Forgive makes the decoder forgiving, as in [cloudevents.JSONDecoder]. nil is
	// strict.
	Forgive func(cloudevents.Receipt)
}

var _ format.Formatter = Format{}

// MediaType returns "application/cloudevents+avro".
func (Format) MediaType() string { return mediaType }

// Accepts reports whether contentType is "" or application/cloudevents+avro, with any
// parameters.
func (Format) Accepts(contentType string) bool {
	return contentType == "" || contentType == mediaType || mediatype.Is(contentType, mediaType)
}

// DecodeStructuredModeMessage decodes an event. The Data aliases body if it is bytes, or
// a string under a content type other than JSON.
func (f Format) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (e cloudevents.Event, err error) {
	if !f.Accepts(contentType) {
		return e, format.Accepts(f, contentType)
	}
	if len(exts) == 0 {
		if ok, err := f.simpleEvent(&e, body); ok {
			return e, nil
		} else if err != nil {
			return cloudevents.Event{}, err
		}
	}
	return f.decode(body, exts)
}

// decode decodes every event.
func (f *Format) decode(body []byte, exts []spec.Attribute) (cloudevents.Event, error) {
	var d decoder
	d.b, d.maxDepth = body, limit.Of(f.MaxDepth, cloudevents.DefaultMaxDepth)
	d.setAttributes(f.MaxAttributes, exts, f.Forgive != nil)
	d.attributes.V1Only = f.V1Only
	var e cloudevents.Event
	if err := d.event(&e); err != nil {
		return cloudevents.Event{}, err
	}
	if err := d.forgiven(); err != nil {
		receipt(f.Forgive, e, err)
	}
	return e, nil
}

// receipt is separate because e escapes.
func receipt(forgive func(cloudevents.Receipt), e cloudevents.Event, err error) {
	forgive(cloudevents.Receipt{Index: -1, Event: &e, Err: err})
}

// EncodeStructuredModeMessage appends e as [Append] does, or with all data as bytes if
// DataAsBytes is set.
func (f Format) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return f.append(dst, e, false)
}

// EncodeSealed appends a sealed event as EncodeStructuredModeMessage does. Text that was
// found to be UTF-8 when the event was sealed is not checked again.
func (f Format) EncodeSealed(dst []byte, s *cloudevents.Sealed) ([]byte, error) {
	return s.Encode(dst, func(dst []byte, e *cloudevents.Event) ([]byte, error) { return f.append(dst, e, s.IsUTF8()) })
}

// append appends e. isUTF8 says that its data is known to be UTF-8.
func (f *Format) append(dst []byte, e *cloudevents.Event, isUTF8 bool) ([]byte, error) {
	b, err := appendEvent(prepared(dst, e), e, f.DataAsBytes, isUTF8)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty.
func (Format) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	setBinaryModeData(body, e)
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (Format) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}

// Append validates e and appends it to dst in the Avro event format. On error it returns
// dst unchanged. If the Data of e overlaps the free capacity of dst, as it may after
// decoding from the same buffer, the result is a new slice.
//
// Append allocates nothing if dst has enough capacity, except for JSON with more than 8
// levels, or with more than 32 names in the objects around a value.
func Append(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return Format{}.EncodeStructuredModeMessage(dst, e)
}

// Decode decodes an event as the zero [Format] does. The Data aliases body as it does
// there.
func Decode(body []byte) (e cloudevents.Event, err error) {
	var f Format
	if ok, err := f.simpleEvent(&e, body); ok {
		return e, nil
	} else if err != nil {
		return cloudevents.Event{}, err
	}
	return f.decode(body, nil)
}

func setBinaryModeData(body []byte, e *cloudevents.Event) {
	e.Data = nil
	if len(body) > 0 {
		e.Data = body[:len(body):len(body)] // so that append does not write into the memory behind body
	}
}
