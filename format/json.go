package format

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
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

	// V1Only and Forgive are those of [cloudevents.JSONDecoder].
	V1Only  bool
	Forgive func(cloudevents.Receipt)
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
		V1Only:        f.V1Only,
		Forgive:       f.Forgive,
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

// DecodeStructuredModeMessage decodes an event as [cloudevents.JSONDecoder] does. The
// Data aliases body, except for base64 and strings with escapes if InPlace is not set.
func (f JSON) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	if !f.Accepts(contentType) {
		return cloudevents.Event{}, Accepts(f, contentType)
	}
	d := f.decoder(exts)
	return d.Decode(body)
}

// EncodeStructuredModeMessage appends e as [cloudevents.AppendJSON] does.
func (JSON) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSON(dst, e)
}

// EncodeSealed appends a sealed event as [cloudevents.Sealed.AppendJSON] does.
func (JSON) EncodeSealed(dst []byte, s *cloudevents.Sealed) ([]byte, error) {
	return s.AppendJSON(dst)
}

// DecodeBatchModeMessage decodes a batch as [cloudevents.JSONDecoder] does. The Data of
// the events aliases body as in DecodeStructuredModeMessage.
func (f JSON) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	if !f.AcceptsBatch(contentType) {
		return nil, AcceptsBatch(f, contentType)
	}
	d := f.decoder(exts)
	return d.DecodeBatch(body)
}

// EncodeBatchModeMessage appends es as [cloudevents.AppendJSONBatch] does.
func (JSON) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	return cloudevents.AppendJSONBatch(dst, es)
}

// DecodeBinaryModeEventData sets e.Data to body without copying, or to nil if body is
// empty. If MaxDepth is lower than [cloudevents.DefaultMaxDepth], JSON data that is
// nested more deeply is refused with a [*cloudevents.LimitError], as in a document.
// Otherwise the data is not checked: encoders write data that is nested more deeply than
// the default as base64.
func (f JSON) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = nil
	if 0 < f.MaxDepth && f.MaxDepth < cloudevents.DefaultMaxDepth && mediatype.IsJSON(e.DataContentType) {
		if _, fault := jsonscan.Value(body, jsonscan.Space(body, 0), f.MaxDepth); fault == jsonscan.TooDeep {
			return &cloudevents.LimitError{What: "levels of nesting", Limit: f.MaxDepth}
		}
	}
	if len(body) > 0 {
		e.Data = body[:len(body):len(body)] // so that append does not write into the memory behind body
	}
	return nil
}

// EncodeBinaryModeEventData returns e.Data itself.
func (JSON) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return e.Data, nil
}
