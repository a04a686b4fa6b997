package cloudevents

import "github.com/seed763dd41b/cloudevents/internal/textbuf"

// jsonBacking is the memory that the attributes of decoded events are cut from.
// Events of a batch share it, in pieces that are small enough for one event to
// keep them all.
type jsonBacking struct {
	text       textbuf.Buffer
	extensions []Extension
}

const (
	sharedText       = 8 << 10 // bytes that one event of a batch can keep from being freed
	sharedExtensions = 64
)

// reserve makes room for the attributes of an event, and of others like it, if
// there is none left.
func (s *jsonBacking) reserve(text, extensions, others int) {
	if cap(s.text.Room()) < text {
		s.text.Grow(max(text, min(text*(1+others), sharedText)))
	}
	if cap(s.extensions)-len(s.extensions) < extensions {
		s.extensions = make([]Extension, 0, max(extensions, min(extensions*(1+others), sharedExtensions)))
	}
}

// append returns b as a string.
func (s *jsonBacking) append(b []byte) string {
	return s.text.Cut(append(s.text.Room(), b...))
}
