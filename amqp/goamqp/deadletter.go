package cegoamqp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/Azure/go-amqp"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/spec"
)

// HeaderAddress is the application property of a dead letter that says where the message
// was. The properties dispatch.DeadLetterReason, a string, and
// dispatch.DeadLetterAttempts, a long, say why it is a dead letter.
const HeaderAddress = "deadletter-address"

// DeadLetterMessage returns the dead letter of m, which came from an address. It has the
// properties, application properties, message annotations, body and footer of m, and the
// dead-letter properties, which replace those of an earlier dead letter. It is durable
// and has no time to live. To handle the event again, send the message to the address
// named by [HeaderAddress].
//
// If the message is too large with these properties, a [Consumer] writes it without them.
// go-amqp reads text that is not UTF-8 but does not write it: in the dead letter of a
// Consumer it has U+FFFD.
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

// bareMessage returns the dead letter of m without the dead-letter properties.
func bareMessage(m *amqp.Message) *amqp.Message {
	letter := DeadLetterMessage(m, "", nil, 0)
	for _, name := range [...]string{dispatch.DeadLetterReason, dispatch.DeadLetterAttempts, HeaderAddress} {
		delete(letter.ApplicationProperties, name)
	}
	return letter
}

// makeWritable replaces what the client cannot write in a message that it has read.
func makeWritable(m *amqp.Message) {
	properties := make(map[string]any, len(m.ApplicationProperties))
	for name, v := range m.ApplicationProperties {
		properties[validText(name)] = writable(v)
	}
	m.ApplicationProperties = properties
	m.Annotations, m.Footer = writableMap(m.Annotations), writableMap(m.Footer)
	m.Value = writable(m.Value)
	m.Sequence = slices.Clone(m.Sequence)
	for i, list := range m.Sequence {
		m.Sequence[i] = slices.Clone(list)
		for n, v := range list {
			m.Sequence[i][n] = writable(v)
		}
	}
	if m.Properties != nil {
		p := *m.Properties
		p.MessageID, p.CorrelationID = writable(p.MessageID), writable(p.CorrelationID)
		for _, text := range [...]**string{&p.To, &p.Subject, &p.ReplyTo, &p.GroupID, &p.ReplyToGroupID} {
			if *text != nil {
				valid := validText(**text)
				*text = &valid
			}
		}
		m.Properties = &p
	}
}

func writableMap(from amqp.Annotations) amqp.Annotations {
	if from == nil {
		return nil
	}
	to := make(amqp.Annotations, len(from))
	for name, v := range from {
		if text, ok := name.(string); ok {
			name = validText(text)
		}
		to[name] = writable(v)
	}
	return to
}

// writable returns v, or its text if the client cannot write v.
func writable(v any) any {
	probe := amqp.Message{ApplicationProperties: map[string]any{"v": v}}
	if _, err := probe.MarshalBinary(); err == nil {
		return v
	}
	return validText(fmt.Sprint(v))
}

func validText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

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
