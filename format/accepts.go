package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Accepts returns nil if f reads structured-mode messages of that content type, and
// otherwise an error that wraps [ErrUnknown] and says why, or which media types f reads.
// Bindings ask before they read a body. A nil f is [JSON].
//
// A format whose MediaType does not say exactly what it reads has a method
// Accepts(contentType string) bool.
func Accepts(f Structured, contentType string) error {
	if f == nil {
		f = JSON{}
	}
	ok := false
	if own, has := f.(interface{ Accepts(contentType string) bool }); has {
		ok = own.Accepts(contentType)
	} else {
		ok = takes(f.MediaType(), contentType)
	}
	if ok {
		return nil
	}
	if set, is := f.(Set); is {
		return unknown(contentType, set.mediaTypes())
	}
	return unknown(contentType, []string{f.MediaType()})
}

// AcceptsBatch is [Accepts] for batches. The method of such a format is AcceptsBatch.
func AcceptsBatch(f Batch, contentType string) error {
	if f == nil {
		f = JSON{}
	}
	ok := false
	if own, has := f.(interface{ AcceptsBatch(contentType string) bool }); has {
		ok = own.AcceptsBatch(contentType)
	} else {
		ok = takes(f.BatchMediaType(), contentType)
	}
	if ok {
		return nil
	}
	if set, is := f.(Set); is {
		return unknown(contentType, set.batchMediaTypes())
	}
	return unknown(contentType, []string{f.BatchMediaType()})
}

// takes reports whether a format of that media type takes a message of that content
// type.
func takes(mediaType, contentType string) bool {
	return mediaType != "" && (contentType == "" || contentType == mediaType || mediatype.Is(contentType, mediaType))
}

// unknown is the error about a content type that is not accepted, where those of the media types
// known are.
func unknown(contentType string, known []string) error {
	if (mediatype.Is(contentType, spec.MediaTypeJSON) || mediatype.Is(contentType, spec.BatchMediaTypeJSON)) && !mediatype.IsUTF8(contentType) {
		return fmt.Errorf("%w: %q has a charset other than UTF-8", ErrUnknown, excerpt.Of(contentType))
	}
	err := fmt.Errorf("%w: %q", ErrUnknown, excerpt.Of(contentType))
	if known = slices.DeleteFunc(known, func(mediaType string) bool { return mediaType == "" }); len(known) > 0 {
		err = fmt.Errorf("%w; known here: %s", err, strings.Join(known, ", "))
	}
	return err
}
