package cenatsgo

import (
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// FromMsg returns the headers and the data of m as a Message, which shares them with m.
func FromMsg(m *nats.Msg) cenats.Message {
	return cenats.Message{Header: m.Header, Data: m.Data}
}

// FromJetStream is [FromMsg] for a message of JetStream.
func FromJetStream(m jetstream.Msg) cenats.Message {
	return cenats.Message{Header: m.Headers(), Data: m.Data()}
}

// ToMsg returns a message on a subject with the headers and the data of m, which it
// shares.
func ToMsg(subject string, m *cenats.Message) *nats.Msg {
	return &nats.Msg{Subject: subject, Header: m.Header, Data: m.Data}
}
