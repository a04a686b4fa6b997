package dispatch

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// UndeliverableError is returned by a consumer that stops at a message which could neither be
// handled nor set aside. The broker keeps the message.
type UndeliverableError struct {
	// Place is where the message is, in the words of its broker, such as "record 7 of
	// partition 0 of topic orders".
	Place string

	// Attempts is how often the handler was called. It is 0 if there is no valid event.
	Attempts int

	// Err is the error of the handler, of the decoder or of writing the dead letter.
	Err error
}

// maxPlace is the size of a place in the text of an error, in bytes.
const maxPlace = 256

// Error returns place, attempts and cause.
func (e *UndeliverableError) Error() string {
	return fmt.Sprintf("%s, after %d attempts: %v", excerpt.Shorten(e.Place, maxPlace), e.Attempts, e.Err)
}

// Unwrap returns e.Err.
func (e *UndeliverableError) Unwrap() error { return e.Err }

// UnfinishedError is returned by a consumer that has ended before all handlers have. Their
// messages are not settled, and come again.
type UnfinishedError struct {
	// Events is how many handlers have not returned.
	Events int
}

// Error returns the number of events.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("%d events are still being handled after the time of grace; they will come again", e.Events)
}

// The headers that consumers add to a message which they write to a dead letter, besides those
// that say where it was.
const (
	DeadLetterReason   = "deadletter-reason"   // the text of [DeadLetterText]
	DeadLetterAttempts = "deadletter-attempts" // how often the handler was called, in decimal
)

// maxDeadLetterText is the size of an error in a header, in bytes.
const maxDeadLetterText = 1 << 10

// DeadLetterText returns the text of an error for the header DeadLetterReason: at most 1 KiB
// on one line, because some brokers end a connection for more. Control characters are spaces
// in it, and U+FFFD is what is not UTF-8. A nil error has no text.
func DeadLetterText(err error) string {
	if err == nil {
		return ""
	}
	line := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(err.Error(), "\uFFFD"))
	return excerpt.Cut(line, maxDeadLetterText)
}

// KnativeErrors returns the extensions that the delivery of Knative adds to a dead letter:
// knativeerrordest, where the event was to go, knativeerrorcode, the HTTP status that the failure
// stands for, and knativeerrordata, which is DeadLetterText in base64.
func KnativeErrors(dest string, status int, err error) []cloudevents.Extension {
	return []cloudevents.Extension{
		{Name: "knativeerrorcode", Value: cloudevents.IntegerValue(int32(status))},
		{Name: "knativeerrordata", Value: cloudevents.StringValue(base64.StdEncoding.EncodeToString([]byte(DeadLetterText(err))))},
		{Name: "knativeerrordest", Value: cloudevents.StringValue(dest)},
	}
}
