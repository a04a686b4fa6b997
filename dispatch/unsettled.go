package dispatch

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// UndeliverableError is the error of a consumer that stops at a message which it could
// neither handle nor write to the dead letter. The broker keeps the message.
type UndeliverableError struct {
	// Place is where the message is, in the terms of the broker, such as "record 7 of
	// partition 0 of topic orders".
	Place string

	// Attempts is the number of calls of the handler. It is 0 if the message holds no
	// valid event.
	Attempts int

	// Err is the error of the handler or of the decoder. It is required.
	Err error

	// DeadLetter says why the message was not set aside: [ErrNoDeadLetter], or the error of
	// writing the dead letter. It is nil if the message was not to be set aside.
	DeadLetter error
}

// maxPlace is the size of a place in the text of an error, in bytes.
const maxPlace = 256

// Error returns the place, the attempts, the cause, and why there is no dead letter.
func (e *UndeliverableError) Error() string {
	text := excerpt.Shorten(e.Place, maxPlace)
	switch e.Attempts {
	case 0:
	case 1:
		text += ", after 1 attempt"
	default:
		text += fmt.Sprintf(", after %d attempts", e.Attempts)
	}
	switch {
	case e.DeadLetter == nil:
		return fmt.Sprintf("%s: %v", text, e.Err)
	case errors.Is(e.DeadLetter, ErrNoDeadLetter):
		return fmt.Sprintf("%s: %v; %v", text, e.Err, e.DeadLetter)
	}
	return fmt.Sprintf("%s: %v; the dead letter was not written: %v", text, e.Err, e.DeadLetter)
}

// Unwrap returns Err, and DeadLetter if it is set.
func (e *UndeliverableError) Unwrap() []error {
	if e.DeadLetter == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.DeadLetter}
}

// UnfinishedError is the error of a consumer that ends before all handlers have returned.
// Their messages are not settled, and are delivered again.
type UnfinishedError struct {
	// Events is the number of handlers that have not returned.
	Events int
}

// Error returns the number of events.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("%d events are still being handled after the time of grace; they will come again", e.Events)
}

// The headers that consumers add to each dead letter, besides those that say where the
// message was.
const (
	DeadLetterReason   = "deadletter-reason"   // the text of [DeadLetterText]
	DeadLetterAttempts = "deadletter-attempts" // how often the handler was called, in decimal
)

// maxDeadLetterText is the size of an error in a header, in bytes.
const maxDeadLetterText = 1 << 10

// DeadLetterText returns the text of an error for the header DeadLetterReason. It is
// UTF-8 on one line and has at most 1 KiB: control characters become spaces, and code
// points that are not characters become U+FFFD. An error may quote an event, and some
// clients and brokers refuse headers with such text. The text of nil is "".
func DeadLetterText(err error) string {
	if err == nil {
		return ""
	}
	return headerText(err.Error())
}

func headerText(text string) string {
	text = strings.ToValidUTF8(excerpt.Shorten(text, maxDeadLetterText), "\uFFFD")
	return excerpt.Cut(strings.Map(headerRune, text), maxDeadLetterText)
}

// headerRune replaces what a broker of MQTT ends a connection for (MQTT 5, section 1.5.4), and with
// it the line ends that NATS refuses.
func headerRune(r rune) rune {
	switch {
	case r < ' ', r >= 0x7f && r <= 0x9f:
		return ' '
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe: // no characters
		return '\uFFFD'
	}
	return r
}

// KnativeErrors returns the extensions that Knative adds to a dead letter:
// knativeerrordest is dest, the place that the event was sent to, cut at 1 KiB;
// knativeerrorcode is status, the HTTP status that the failure stands for; and
// knativeerrordata is DeadLetterText in base64.
func KnativeErrors(dest string, status int, err error) []cloudevents.Extension {
	return []cloudevents.Extension{
		{Name: "knativeerrorcode", Value: cloudevents.IntegerValue(int32(status))},
		{Name: "knativeerrordata", Value: cloudevents.StringValue(base64.StdEncoding.EncodeToString([]byte(DeadLetterText(err))))},
		{Name: "knativeerrordest", Value: cloudevents.StringValue(headerText(dest))},
	}
}
