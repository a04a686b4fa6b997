package format

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ModeOf returns the content mode for the content type of a message, in every binding.
// The media type application/cloudevents is structured, and application/cloudevents-batch
// is a batch, each with or without "+" and the name of a format, in any case. Any other
// content type, and none, is binary. Whether a binary message is an event depends on its
// attributes.
func ModeOf(contentType string) cloudevents.Mode {
	switch contentType { // the most common ones
	case "", "application/json":
		return cloudevents.BinaryMode
	case spec.MediaTypeJSON:
		return cloudevents.StructuredMode
	}
	rest, ok := ascii.CutPrefixFold(contentType, spec.MediaTypePrefix)
	if !ok {
		return cloudevents.BinaryMode
	}
	if endsToken(rest) {
		return cloudevents.StructuredMode
	}
	if rest, ok = ascii.CutPrefixFold(rest, "-batch"); ok && endsToken(rest) {
		return cloudevents.BatchMode
	}
	return cloudevents.BinaryMode
}

// endsToken reports whether a media type that goes on with rest was complete, but
// for the name of the format.
func endsToken(rest string) bool {
	return rest == "" || strings.IndexByte(" \t;+", rest[0]) >= 0
}

// CheckBinaryMode validates e, and refuses data with a content type that begins with
// application/cloudevents, in any case: the error wraps [cloudevents.ErrContentMode].
// Such data must not travel in binary mode, because receivers recognize the other modes
// by that prefix, and not all of them look further. Bindings call CheckBinaryMode before
// they write binary mode.
func CheckBinaryMode(e *cloudevents.Event) error {
	if err := e.Validate(); err != nil {
		return err
	}
	if len(e.DataContentType) < len(spec.MediaTypePrefix) {
		return nil
	}
	if _, ok := ascii.CutPrefixFold(e.DataContentType, spec.MediaTypePrefix); ok {
		return fmt.Errorf("%w: receivers may read data of type %q in binary mode as another mode", cloudevents.ErrContentMode, excerpt.Of(e.DataContentType))
	}
	return nil
}
