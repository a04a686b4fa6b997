package format

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Accepts returns nil if f reads structured-mode messages of that content type, and
// otherwise an error that wraps [ErrUnknown] and says why. Bindings ask before they read
// a body. A nil f is [JSON].
//
// A format whose MediaType does not say exactly what it reads has a method
// Accepts(contentType string) bool.
func Accepts(f Structured, contentType string) error {
	if f == nil {
		return accepted(JSON{}.Accepts(contentType), contentType)
	}
	if own, ok := f.(interface{ Accepts(contentType string) bool }); ok {
		return accepted(own.Accepts(contentType), contentType)
	}
	return accepted(takes(f.MediaType(), contentType), contentType)
}

// AcceptsBatch is [Accepts] for batches. The method of such a format is AcceptsBatch.
func AcceptsBatch(f Batch, contentType string) error {
	if f == nil {
		return accepted(JSON{}.AcceptsBatch(contentType), contentType)
	}
	if own, ok := f.(interface{ AcceptsBatch(contentType string) bool }); ok {
		return accepted(own.AcceptsBatch(contentType), contentType)
	}
	return accepted(takes(f.BatchMediaType(), contentType), contentType)
}

// takes reports whether a format of that media type takes a message of that content
// type.
func takes(mediaType, contentType string) bool {
	return mediaType != "" && (contentType == "" || contentType == mediaType || mediatype.Is(contentType, mediaType))
}

func accepted(ok bool, contentType string) error {
	if ok {
		return nil
	}
	return unknown(contentType)
}

// unknown is the error about a content type that is not accepted.
func unknown(contentType string) error {
	if (mediatype.Is(contentType, spec.MediaTypeJSON) || mediatype.Is(contentType, spec.BatchMediaTypeJSON)) && !mediatype.IsUTF8(contentType) {
		return fmt.Errorf("%w: %q has a charset other than UTF-8", ErrUnknown, excerpt.Of(contentType))
	}
	return fmt.Errorf("%w: %q", ErrUnknown, excerpt.Of(contentType))
}
