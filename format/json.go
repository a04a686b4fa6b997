package format

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// JSON is the JSON event format and the JSON batch format. The zero value is ready to
// use. For each limit, 0 is the default of [cloudevents.JSONDecoder], and -1 is no limit.
type JSON struct {
	// MaxDepth limits how deeply arrays and objects are nested in data.
	MaxDepth int
	// MaxAttributes limits the attributes of an event.
	MaxAttributes int
	// MaxEvents limits the events of a batch.
	MaxEvents int

	// InPlace lets the decoder overwrite the body, as in [cloudevents.JSONDecoder]. If a
	// cehttp.Decoder has no Format, bodies that it reads itself are decoded in place.
	InPlace bool
}

var (
	_ Formatter = JSON{}
	_ Batch     = JSON{}
)

func (f JSON) decoder(exts []spec.Attribute) cloudevents.JSONDecoder {
	return cloudevents.JSONDecoder{
		Extensions:    exts,
		MaxDepth:      f.MaxDepth,
		MaxAttributes: f.MaxAttributes,
		MaxEvents:     f.MaxEvents,
		InPlace:       f.InPlace,
	}
}

// MediaType returns "application/cloudevents+json".
func (JSON) MediaType() string { return spec.MediaTypeJSON }

// BatchMediaType returns "application/cloudevents-batch+json".
func (JSON) BatchMediaType() string { return spec.BatchMediaTypeJSON }

// DecodeStructuredModeMessage decodes an event as [cloudevents.JSONDecoder] does. The
// Data aliases body, except for base64 and strings with escapes if InPlace is not set. A
// charset in contentType must be UTF-8 or US-ASCII.
func (f JSON) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	if err := check(contentType, spec.MediaTypeJSON); err != nil {
		return cloudevents.Event{}, err
	}
	d := f.decoder(exts)
	return d.Decode(body)
}

// DecodeStructuredModeSealed is like DecodeStructuredModeMessage, but returns an event
// to pass on; see [cloudevents.Sealed]. The result shares no memory with body.
func (f JSON) DecodeStructuredModeSealed(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Sealed, error) {
	if err := check(contentType, spec.MediaTypeJSON); err != nil {
		return cloudevents.Sealed{}, err
	}
	d := f.decoder(exts)
	return d.DecodeSealed(body)
}

// EncodeStructuredModeMessage appends e as [cloudevents.AppendJSON] does.
func (JSON) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSON(dst, e)
}

// DecodeBatchModeMessage decodes a batch as [cloudevents.JSONDecoder] does. The Data of
// the events aliases body as in DecodeStructuredModeMessage.
func (f JSON) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	if err := check(contentType, spec.BatchMediaTypeJSON); err != nil {
		return nil, err
	}
	d := f.decoder(exts)
	return d.DecodeBatch(body)
}

// EncodeBatchModeMessage appends es as [cloudevents.AppendJSONBatch] does.
func (JSON) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSONBatch(dst, es)
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty.
func (JSON) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = nil
	if len(body) > 0 {
		e.Data = body[:len(body):len(body)] // so that append does not write into the memory behind body
	}
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (JSON) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}

// check returns an error unless contentType is mediaType, in UTF-8 or US-ASCII, or "".
func check(contentType, mediaType string) error {
	if contentType == "" || contentType == mediaType {
		return nil
	}
	if !mediatype.Is(contentType, mediaType) {
		return unknown(contentType)
	}
	if !mediatype.IsUTF8(contentType) {
		return fmt.Errorf("%w: %.64q has a charset other than UTF-8", ErrUnknown, contentType)
	}
	return nil
}

func unknown(contentType string) error {
	return fmt.Errorf("%w: %.64q", ErrUnknown, contentType)
}
