package cecbor

import "github.com/seed763dd41b/cloudevents"

// AppendUTF8 appends e, whose data is said to be UTF-8.
func AppendUTF8(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return appendOne(dst, e, true)
}
