package format

import "github.com/seed763dd41b/cloudevents"

// EncodeSealed appends a sealed event to dst in the format f. It does not copy the data
// first, and does not check again what was checked when the event was sealed. The errors
// are those of EncodeStructuredModeMessage; with an error dst is returned unchanged. A
// nil f is [JSON].
//
// A format supports this with a method EncodeSealed(dst []byte, s *cloudevents.Sealed)
// ([]byte, error). For a format without it, the data is checked again.
func EncodeSealed(f Structured, dst []byte, s *cloudevents.Sealed) ([]byte, error) {
	if f == nil {
		return s.AppendJSON(dst)
	}
	if own, ok := f.(interface {
		EncodeSealed(dst []byte, s *cloudevents.Sealed) ([]byte, error)
	}); ok {
		return own.EncodeSealed(dst, s)
	}
	return s.Encode(dst, f.EncodeStructuredModeMessage)
}
