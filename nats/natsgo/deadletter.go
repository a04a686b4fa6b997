package cenatsgo

import (
	"maps"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// The headers of a dead letter that say where the message was. The headers
// dispatch.DeadLetterReason and dispatch.DeadLetterAttempts say why it is a dead letter.
const (
	HeaderStream   = "deadletter-stream"
	HeaderSubject  = "deadletter-subject"
	HeaderSequence = "deadletter-sequence"
)

// DeadLetterMsg returns the dead letter of m for a subject. It has the data and headers
// of m without those that begin with Nats-, which belong to the server, and the
// dead-letter headers, which replace those of an earlier dead letter. To handle the event
// again, publish the message to the subject named by [HeaderSubject].
//
// If the message is too large with these headers, a [Consumer] publishes it without them.
func DeadLetterMsg(m jetstream.Msg, subject string, cause error, attempts int) *nats.Msg {
	header := ownHeader(m)
	header[dispatch.DeadLetterReason] = []string{dispatch.DeadLetterText(cause)}
	header[dispatch.DeadLetterAttempts] = []string{strconv.Itoa(attempts)}
	header[HeaderSubject] = []string{m.Subject()}
	if about, err := m.Metadata(); err == nil {
		header[HeaderStream] = []string{about.Stream}
		header[HeaderSequence] = []string{strconv.FormatUint(about.Sequence.Stream, 10)}
	}
	return &nats.Msg{Subject: subject, Header: header, Data: m.Data()}
}

// ownHeader returns the headers of a message without those of the server and the
// dead-letter headers.
func ownHeader(m jetstream.Msg) nats.Header {
	header := nats.Header{}
	maps.Copy(header, m.Headers())
	maps.DeleteFunc(header, func(name string, _ []string) bool {
		switch name {
		case dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderStream, HeaderSubject, HeaderSequence:
			return true
		}
		return strings.HasPrefix(name, "Nats-")
	})
	return header
}

// addKnative adds extensions to a dead letter that carries an event in binary mode.
func addKnative(letter *nats.Msg, extensions []cloudevents.Extension) {
	in := FromMsg(letter)
	if mode, ok := cenats.ModeOf(&in); !ok || mode != cloudevents.BinaryMode {
		return
	}
	for _, x := range extensions {
		set(letter.Header, "ce-"+x.Name, string(percent.Append(nil, x.Value.String())))
	}
}

// set sets a header, and removes others with that name in another case.
func set(h nats.Header, name, value string) {
	maps.DeleteFunc(h, func(own string, _ []string) bool { return strings.EqualFold(own, name) })
	h[name] = []string{value}
}
