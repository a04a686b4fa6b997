package format

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// JSON is the JSON event format and the JSON batch format. The zero value is
// ready to use; a limit of 0 is the default of [cloudevents.JSONDecoder], -1 is
// none.
type JSON struct {
	MaxDepth      int // arrays and objects that enclose each other within data
	MaxAttributes int // of one event
	MaxEvents     int // of one batch

	// InPlace lets the decoder overwrite the body, as it does for
	// [cloudevents.JSONDecoder]. A body that package cehttp has read itself is
	// decoded in place by the format that stands for nil.
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

// Accepts reports whether contentType is "" or application/cloudevents+json, with no
// charset other than UTF-8 and US-ASCII.
func (JSON) Accepts(contentType string) bool { return isUTF8(contentType, spec.MediaTypeJSON) }

// AcceptsBatch is Accepts for application/cloudevents-batch+json.
func (JSON) AcceptsBatch(contentType string) bool {
	return isUTF8(contentType, spec.BatchMediaTypeJSON)
}

func isUTF8(contentType, mediaType string) bool {
	return contentType == mediaType || takes(mediaType, contentType) && mediatype.IsUTF8(contentType)
}

// DecodeStructuredModeMessage reads an event as [cloudevents.JSONDecoder] does.
// The Data aliases body, unless it was base64 or a string with escapes and InPlace
// is not set. A charset in contentType must be UTF-8 or US-ASCII.
func (f JSON) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	if !f.Accepts(contentType) {
		return cloudevents.Event{}, unknown(contentType)
	}
	d := f.decoder(exts)
	return d.Decode(body)
}

// EncodeStructuredModeMessage appends e as [cloudevents.AppendJSON] does.
func (JSON) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSON(dst, e)
}

// DecodeBatchModeMessage reads a batch as [cloudevents.JSONDecoder] does.
func (f JSON) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	if !f.AcceptsBatch(contentType) {
		return nil, unknown(contentType)
	}
	d := f.decoder(exts)
	return d.DecodeBatch(body)
}

// EncodeBatchModeMessage appends es as [cloudevents.AppendJSONBatch] does.
func (JSON) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSONBatch(dst, es)
}

// DecodeBinaryModeEventData makes body the Data of e, and nil of an empty body.
func (JSON) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = nil
	if len(body) > 0 {
		e.Data = body[:len(body):len(body)] // append must not write behind it
	}
	return nil
}

// EncodeBinaryModeEventData returns the Data of e.
func (JSON) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}
