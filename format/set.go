package format

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Set is several formats in one. It decodes with the first member that accepts the
// content type of the message, and encodes with the first member. For batches it uses
// only the members that are a [Batch]. If no member accepts the content type, the error
// wraps [ErrUnknown], as does every error of an empty Set. A Set may be a member of
// another one.
//
//	d := cehttp.Decoder{Format: format.Set{format.JSON{}, myFormat{}}}
type Set []Formatter

var (
	_ Formatter = Set{}
	_ Batch     = Set{}
)

var errEmptySet = fmt.Errorf("%w: no member of the format.Set can do it", ErrUnknown)

// Accepts reports whether a member reads messages of that content type.
func (s Set) Accepts(contentType string) bool { return s.forType(contentType) != nil }

// AcceptsBatch reports whether a member reads batches of that content type.
func (s Set) AcceptsBatch(contentType string) bool { return s.batchForType(contentType) != nil }

// forType returns the first member for a content type, or nil.
func (s Set) forType(contentType string) Formatter {
	for _, f := range s {
		if Accepts(f, contentType) == nil {
			return f
		}
	}
	return nil
}

func (s Set) batchForType(contentType string) Batch {
	for _, f := range s {
		if b, ok := f.(Batch); ok && AcceptsBatch(b, contentType) == nil {
			return b
		}
	}
	return nil
}

// mediaTypes returns the media types of the members.
func (s Set) mediaTypes() (all []string) {
	for _, f := range s {
		all = append(all, f.MediaType())
	}
	return all
}

// batchMediaTypes returns those of the members that are a Batch.
func (s Set) batchMediaTypes() (all []string) {
	for _, f := range s {
		if b, ok := f.(Batch); ok {
			all = append(all, b.BatchMediaType())
		}
	}
	return all
}

// MediaType returns the media type of the first member. It is empty for an empty Set.
func (s Set) MediaType() string {
	if len(s) == 0 {
		return ""
	}
	return s[0].MediaType()
}

// BatchMediaType returns the media type of the first member that is a [Batch]. It is
// empty if there is none.
func (s Set) BatchMediaType() string {
	for _, f := range s {
		if b, ok := f.(Batch); ok && b.BatchMediaType() != "" {
			return b.BatchMediaType()
		}
	}
	return ""
}

// DecodeStructuredModeMessage decodes with the member for contentType. If contentType is
// "", that is the first member.
func (s Set) DecodeStructuredModeMessage(body []byte, contentType string, exts ...spec.Attribute) (cloudevents.Event, error) {
	f := s.forType(contentType)
	if f == nil {
		return cloudevents.Event{}, unknown(contentType, s.mediaTypes())
	}
	return f.DecodeStructuredModeMessage(body, contentType, exts...)
}

// EncodeStructuredModeMessage encodes with the first member.
func (s Set) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	if len(s) == 0 {
		return dst, errEmptySet
	}
	return s[0].EncodeStructuredModeMessage(dst, e)
}

// EncodeSealed encodes a sealed event with the first member, as the function [EncodeSealed]
// does.
func (s Set) EncodeSealed(dst []byte, e *cloudevents.Sealed) ([]byte, error) {
	if len(s) == 0 {
		return dst, errEmptySet
	}
	return EncodeSealed(s[0], dst, e)
}

// DecodeBatchModeMessage decodes with the member for contentType. If contentType is "",
// that is the first member that is a [Batch].
func (s Set) DecodeBatchModeMessage(body []byte, contentType string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	f := s.batchForType(contentType)
	if f == nil {
		return nil, unknown(contentType, s.batchMediaTypes())
	}
	return f.DecodeBatchModeMessage(body, contentType, exts...)
}

// EncodeBatchModeMessage encodes with the first member that is a [Batch].
func (s Set) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	for _, f := range s {
		if b, ok := f.(Batch); ok && b.BatchMediaType() != "" {
			return b.EncodeBatchModeMessage(dst, es)
		}
	}
	return dst, errEmptySet
}

// DecodeBinaryModeEventData sets e.Data with the first member.
func (s Set) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	if len(s) == 0 {
		return errEmptySet
	}
	return s[0].DecodeBinaryModeEventData(body, e)
}

// EncodeBinaryModeEventData returns the body that the first member makes of e.
func (s Set) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	if len(s) == 0 {
		return nil, errEmptySet
	}
	return s[0].EncodeBinaryModeEventData(e)
}
