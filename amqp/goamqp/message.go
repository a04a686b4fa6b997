package cegoamqp

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/Azure/go-amqp"

	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// FromMessage returns the content type, application properties and body of m as a
// Message. The properties are sorted by name. The data sections are shared with m.
func FromMessage(m *amqp.Message) ceamqp.Message {
	var out ceamqp.Message
	CopyFromMessage(&out, m)
	slices.SortFunc(out.ApplicationProperties, func(a, b ceamqp.Property) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// CopyFromMessage sets dst as [FromMessage] does, but reuses the slice of application
// properties in dst, and does not sort them. It is for a loop with one Message for all.
// Events that were decoded from dst do not change.
func CopyFromMessage(dst *ceamqp.Message, m *amqp.Message) {
	properties := dst.ApplicationProperties[:0]
	clear(dst.ApplicationProperties)
	if cap(properties) < len(m.ApplicationProperties) {
		properties = make([]ceamqp.Property, 0, len(m.ApplicationProperties))
	}
	for name, value := range m.ApplicationProperties {
		properties = append(properties, ceamqp.Property{Name: name, Value: fromValue(value)})
	}
	*dst = ceamqp.Message{ApplicationProperties: properties, Data: m.Data, Value: fromValue(m.Value), Sequence: m.Sequence != nil}
	if m.Properties != nil && m.Properties.ContentType != nil {
		dst.ContentType = *m.Properties.ContentType
	}
}

// ToMessage returns a message with the content type, application properties and body of
// m. The data sections are shared with m. The errors are those of [CopyToMessage].
func ToMessage(m *ceamqp.Message) (*amqp.Message, error) {
	out := new(amqp.Message)
	if err := CopyToMessage(out, m); err != nil {
		return nil, err
	}
	return out, nil
}

// CopyToMessage sets the content type, application properties and body of dst to those of
// m, and keeps all else in dst. It replaces the property sections of dst, and does not
// write into the old ones. The data sections are shared with m.
//
// It returns an error, and leaves dst unchanged, if m has something that go-amqp cannot
// write or that a Message does not hold: a char, a decimal, a list, a map, or a body of
// sequences. A Message made by a ceamqp.Encoder has none of these.
func CopyToMessage(dst *amqp.Message, m *ceamqp.Message) error {
	if m.Sequence {
		return errSequence
	}
	body, err := toValue(m.Value)
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	var properties map[string]any
	if len(m.ApplicationProperties) > 0 {
		properties = make(map[string]any, len(m.ApplicationProperties))
		for _, p := range m.ApplicationProperties {
			if properties[p.Name], err = toValue(p.Value); err != nil {
				return fmt.Errorf("application property %q: %w", excerpt.Of(p.Name), err)
			}
		}
	}
	standard := new(amqp.MessageProperties)
	if dst.Properties != nil {
		*standard = *dst.Properties
	}
	standard.ContentType = nil
	if m.ContentType != "" {
		standard.ContentType = &m.ContentType
	}
	if dst.Properties != nil || standard.ContentType != nil {
		dst.Properties = standard
	}
	dst.ApplicationProperties = properties
	dst.Data, dst.Value, dst.Sequence = m.Data, body, nil
	return nil
}

var errSequence = errors.New("body: a Message does not have the content of its sequences")

// fromValue converts a value of the client. A symbol is a string there, unless the program has
// made it.
func fromValue(v any) ceamqp.Value {
	switch v := v.(type) {
	case nil, amqp.Null:
		return ceamqp.Value{}
	case bool:
		return ceamqp.BooleanValue(v)
	case uint8:
		return ceamqp.UbyteValue(v)
	case uint16:
		return ceamqp.UshortValue(v)
	case uint32:
		return ceamqp.UintValue(v)
	case uint64:
		return ceamqp.UlongValue(v)
	case uint:
		return ceamqp.UlongValue(uint64(v))
	case int8:
		return ceamqp.ByteValue(v)
	case int16:
		return ceamqp.ShortValue(v)
	case int32:
		return ceamqp.IntValue(v)
	case int64:
		return ceamqp.LongValue(v)
	case int:
		return ceamqp.LongValue(int64(v))
	case float32:
		return ceamqp.FloatValue(v)
	case float64:
		return ceamqp.DoubleValue(v)
	case amqp.UUID:
		return ceamqp.UUIDValue(v)
	case []byte:
		return ceamqp.BinaryValue(v)
	case string:
		return ceamqp.StringValue(v)
	case amqp.Symbol:
		return ceamqp.SymbolValue(string(v))
	case time.Time:
		return ceamqp.TimestampValue(v.UnixMilli())
	}
	return ceamqp.OtherValue(fmt.Sprintf("%T", v))
}

// toValue converts a value to the type of the client.
func toValue(v ceamqp.Value) (any, error) {
	switch v.Kind() {
	case ceamqp.KindNull:
		return nil, nil
	case ceamqp.KindBoolean:
		return v.Boolean(), nil
	case ceamqp.KindUbyte:
		return uint8(v.Uint()), nil
	case ceamqp.KindUshort:
		return uint16(v.Uint()), nil
	case ceamqp.KindUint:
		return uint32(v.Uint()), nil
	case ceamqp.KindUlong:
		return v.Uint(), nil
	case ceamqp.KindByte:
		return int8(v.Int()), nil
	case ceamqp.KindShort:
		return int16(v.Int()), nil
	case ceamqp.KindInt:
		return int32(v.Int()), nil
	case ceamqp.KindLong:
		return v.Int(), nil
	case ceamqp.KindFloat:
		return float32(v.Float()), nil
	case ceamqp.KindDouble:
		return v.Float(), nil
	case ceamqp.KindUUID:
		return amqp.UUID(v.Bytes()), nil
	case ceamqp.KindBinary:
		return v.Bytes(), nil
	case ceamqp.KindString:
		return v.String(), nil
	case ceamqp.KindSymbol:
		return amqp.Symbol(v.String()), nil
	case ceamqp.KindTimestamp:
		return time.UnixMilli(v.Int()).UTC(), nil
	}
	return nil, fmt.Errorf("go-amqp cannot write a value of the type %s", v.Kind())
}
