package format

import "github.com/seed763dd41b/cloudevents"

// EncodeSealed appends a sealed event to dst in the format f. It neither copies the data
// first nor checks again what was checked when the event was sealed. Its errors are those
// of EncodeStructuredModeMessage, and dst is returned unchanged with them. A nil f is
// [JSON].
//
// A format that can do so has a method
// EncodeSealed(dst []byte, s *cloudevents.Sealed) ([]byte, error). The data is checked
// again for a format without it.
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
