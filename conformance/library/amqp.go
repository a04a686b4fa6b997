package library

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

func decodeAMQP(parts []conformance.Part, exts []spec.Attribute) (cloudevents.Event, error) {
	m, err := amqpMessage(parts)
	if err != nil {
		return cloudevents.Event{}, fmt.Errorf("%w: %v", conformance.ErrNoAnswer, err) // it is no refusal
	}
	return ceamqp.ToCloudEvent(&m, nil, exts...)
}

func encodeAMQP(e *cloudevents.Event, mode cloudevents.Mode) (parts []conformance.Part, err error) {
	m, err := ceamqp.ToMessage(e, mode, nil)
	if err != nil {
		return nil, err
	}
	if m.ContentType != "" {
		parts = append(parts, conformance.Part{Kind: "content-type", Value: []byte(m.ContentType)})
	}
	for _, p := range m.ApplicationProperties {
		parts = append(parts, conformance.Part{Kind: "property", Name: p.Name, Type: p.Value.Kind().String(), Value: amqpText(p.Value)})
	}
	for _, section := range m.Data {
		parts = append(parts, conformance.Part{Kind: "data", Value: section})
	}
	return parts, nil
}

// amqpMessage returns the message of a case.
func amqpMessage(parts []conformance.Part) (m ceamqp.Message, err error) {
	for _, p := range parts {
		switch p.Kind {
		case "content-type":
			m.ContentType = string(p.Value)
		case "property":
			v, err := amqpValue(p.Type, string(p.Value))
			if err != nil {
				return m, err
			}
			m.ApplicationProperties = append(m.ApplicationProperties, ceamqp.Property{Name: p.Name, Value: v})
		case "data":
			m.Data = append(m.Data, p.Value)
		case "value":
			if m.Value, err = amqpValue(p.Type, string(p.Value)); err != nil {
				return m, err
			}
		case "sequence":
			m.Sequence = true
		}
	}
	return m, nil
}

// amqpText returns the text of a value in a case. It is the inverse of amqpValue.
func amqpText(v ceamqp.Value) []byte {
	switch v.Kind() {
	case ceamqp.KindNull:
		return nil
	case ceamqp.KindTimestamp:
		return strconv.AppendInt(nil, v.Int(), 10)
	case ceamqp.KindBinary:
		return v.Bytes()
	}
	return []byte(v.String())
}

// amqpValue returns the value of an AMQP type that a text in a case stands for.
func amqpValue(typ, text string) (ceamqp.Value, error) {
	switch typ {
	case "null":
		return ceamqp.Value{}, nil
	case "boolean":
		b, err := strconv.ParseBool(text)
		return ceamqp.BooleanValue(b), err
	case "ubyte", "ushort", "uint", "ulong":
		return amqpUnsigned(typ, text)
	case "byte", "short", "int", "long":
		return amqpSigned(typ, text)
	case "float":
		f, err := strconv.ParseFloat(text, 32)
		return ceamqp.FloatValue(float32(f)), err
	case "double":
		f, err := strconv.ParseFloat(text, 64)
		return ceamqp.DoubleValue(f), err
	case "decimal32":
		bits, err := strconv.ParseUint(text, 16, 32)
		return ceamqp.Decimal32Value(uint32(bits)), err
	case "decimal64":
		bits, err := strconv.ParseUint(text, 16, 64)
		return ceamqp.Decimal64Value(bits), err
	case "decimal128":
		octets, err := sixteen(text)
		return ceamqp.Decimal128Value(octets), err
	case "char":
		r, size := utf8.DecodeRuneInString(text)
		if size == 0 || size != len(text) {
			return ceamqp.Value{}, fmt.Errorf("char %.64q", text)
		}
		if r == utf8.RuneError && size == 1 {
			r = 0xd800 // a surrogate, which is no character
		}
		return ceamqp.CharValue(r), nil
	case "timestamp":
		ms, err := strconv.ParseInt(text, 10, 64)
		return ceamqp.TimestampValue(ms), err
	case "uuid":
		octets, err := sixteen(text)
		return ceamqp.UUIDValue(octets), err
	case "binary":
		return ceamqp.BinaryValue([]byte(text)), nil
	case "string":
		return ceamqp.StringValue(text), nil
	case "symbol":
		return ceamqp.SymbolValue(text), nil
	case "list", "map", "array":
		return ceamqp.OtherValue(typ), nil
	}
	return ceamqp.Value{}, fmt.Errorf("AMQP has no type %.64q", typ)
}

func amqpUnsigned(typ, text string) (ceamqp.Value, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		return ceamqp.Value{}, err
	case typ == "ubyte" && n <= math.MaxUint8:
		return ceamqp.UbyteValue(uint8(n)), nil
	case typ == "ushort" && n <= math.MaxUint16:
		return ceamqp.UshortValue(uint16(n)), nil
	case typ == "uint" && n <= math.MaxUint32:
		return ceamqp.UintValue(uint32(n)), nil
	case typ == "ulong":
		return ceamqp.UlongValue(n), nil
	}
	return ceamqp.Value{}, fmt.Errorf("%s %d", typ, n)
}

func amqpSigned(typ, text string) (ceamqp.Value, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return ceamqp.Value{}, err
	case typ == "byte" && n == int64(int8(n)):
		return ceamqp.ByteValue(int8(n)), nil
	case typ == "short" && n == int64(int16(n)):
		return ceamqp.ShortValue(int16(n)), nil
	case typ == "int" && n == int64(int32(n)):
		return ceamqp.IntValue(int32(n)), nil
	case typ == "long":
		return ceamqp.LongValue(n), nil
	}
	return ceamqp.Value{}, fmt.Errorf("%s %d", typ, n)
}

// sixteen returns the octets of a uuid or a decimal128, which are hexadecimal. Hyphens do not
// count.
func sixteen(text string) (octets [16]byte, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err == nil && copy(octets[:], b) != len(b) || len(b) != len(octets) {
		return octets, fmt.Errorf("not 16 octets: %.64q", text)
	}
	return octets, err
}
