package cegoamqp

import (
	"maps"
	"strings"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/spec"
)

// HeaderAddress is the application property of a dead letter that says where the message was.
// Those that say why it is there are dispatch.DeadLetterReason, a string, and
// dispatch.DeadLetterAttempts, a long.
const HeaderAddress = "deadletter-address"

// DeadLetterMessage returns the dead letter of m, which came from an address: its properties,
// application properties, message annotations, body and footer as they are, and the application
// properties of a dead letter. It is durable, and has no time to live. An older dead letter that
// is set aside again has only the new ones. To handle it once more, send it to the address that
// deadletter-address names.
func DeadLetterMessage(m *amqp.Message, address string, cause error, attempts int) *amqp.Message {
	properties := make(map[string]any, len(m.ApplicationProperties)+3)
	maps.Copy(properties, m.ApplicationProperties)
	properties[dispatch.DeadLetterReason] = dispatch.DeadLetterText(cause)
	properties[dispatch.DeadLetterAttempts] = int64(attempts)
	properties[HeaderAddress] = address
	header := &amqp.MessageHeader{Durable: true, Priority: defaultPriority}
	if m.Header != nil {
		header.Priority = m.Header.Priority
	}
	return &amqp.Message{
		Format: m.Format, Header: header, Annotations: m.Annotations, Properties: m.Properties, ApplicationProperties: properties,
		Data: m.Data, Value: m.Value, Sequence: m.Sequence, Footer: m.Footer,
	}
}

// addKnative adds extensions to a dead letter that carries an event in binary mode, with the
// prefix that its other attributes have.
func addKnative(letter *amqp.Message, extensions []cloudevents.Extension) {
	in := FromMessage(letter)
	if mode, ok := ceamqp.ModeOf(&in); !ok || mode != cloudevents.BinaryMode {
		return
	}
	prefix, other := "cloudEvents_", "cloudEvents:"
	for name := range letter.ApplicationProperties {
		if strings.HasPrefix(name, other) {
			prefix, other = other, prefix
			break
		}
	}
	for _, x := range extensions {
		delete(letter.ApplicationProperties, other+x.Name)
		var value any = x.Value.String()
		if n, err := x.Value.Int(); err == nil && x.Value.Type() == spec.Integer {
			value = n
		}
		letter.ApplicationProperties[prefix+x.Name] = value
	}
}
