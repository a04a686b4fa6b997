package cenats

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/percent"
)

// maxMessageID is the size of the longest id that is not a hash.
const maxMessageID = 128

// MessageID returns an id of e for the header Nats-Msg-Id. JetStream drops a message that is
// published again with the same id within the duplicate window of the stream. The id stands
// for the source and the id of e, which together identify an event (spec.md#id). It is "" if
// e has no id: events that nothing identifies must not be taken for each other.
//
//	m.Header["Nats-Msg-Id"] = []string{cenats.MessageID(&e)}
//
// The id is the source, "|" and the id of the event, for example "/orders|A-1". Both are
// percent-encoded as in headers, and so is "|" in the source. If that text is longer than
// 128 bytes, the id is "sha256-" and the SHA-256 of the text in lower-case hexadecimal
// instead, 71 bytes. All bytes are printable ASCII, and none is a space. Different events
// have different ids, unless SHA-256 collides. All versions of this module make the same id
// of an event.
func MessageID(e *cloudevents.Event) string {
	if e.ID == "" {
		return ""
	}
	b := make([]byte, 0, maxMessageID)
	source := e.Source
	for {
		before, after, found := strings.Cut(source, "|")
		b = percent.Append(b, before)
		if !found {
			break
		}
		b = append(b, "%7C"...)
		source = after
	}
	b = append(b, '|')
	b = percent.Append(b, e.ID)
	if len(b) > maxMessageID {
		sum := sha256.Sum256(b)
		b = hex.AppendEncode(append(b[:0], "sha256-"...), sum[:])
	}
	return string(b)
}
