package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/go-amqp"
	sdkamqp "github.com/cloudevents/sdk-go/protocol/amqp/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

func readAMQP(parts []conformance.Part) (*event.Event, error) {
	m := amqp.Message{Properties: &amqp.MessageProperties{}}
	for _, p := range parts {
		switch p.Kind {
		case "content-type":
			text := string(p.Value)
			m.Properties.ContentType = &text
		case "property":
			v, err := amqpValue(p.Type, string(p.Value))
			if err != nil {
				return nil, err
			}
			if m.ApplicationProperties == nil {
				m.ApplicationProperties = map[string]any{}
			}
			m.ApplicationProperties[p.Name] = v
		case "data":
			m.Data = append(m.Data, p.Value)
		case "value":
			v, err := amqpValue(p.Type, string(p.Value))
			if err != nil {
				return nil, err
			}
			m.Value = v
		default:
			return nil, conformance.ErrSkipped // the client has no sequence
		}
	}
	return binding.ToEvent(context.Background(), sdkamqp.NewMessage(&m, nil))
}

// amqpValue returns the value that the client decodes to for a type.
func amqpValue(typ, text string) (v any, err error) {
	switch typ {
	case "null":
	case "boolean":
		v, err = strconv.ParseBool(text)
	case "ubyte":
		n, e := strconv.ParseUint(text, 10, 8)
		v, err = uint8(n), e
	case "ushort":
		n, e := strconv.ParseUint(text, 10, 16)
		v, err = uint16(n), e
	case "uint":
		n, e := strconv.ParseUint(text, 10, 32)
		v, err = uint32(n), e
	case "ulong":
		v, err = strconv.ParseUint(text, 10, 64)
	case "byte":
		n, e := strconv.ParseInt(text, 10, 8)
		v, err = int8(n), e
	case "short":
		n, e := strconv.ParseInt(text, 10, 16)
		v, err = int16(n), e
	case "int":
		n, e := strconv.ParseInt(text, 10, 32)
		v, err = int32(n), e
	case "long":
		v, err = strconv.ParseInt(text, 10, 64)
	case "float":
		f, e := strconv.ParseFloat(text, 32)
		v, err = float32(f), e
	case "double":
		v, err = strconv.ParseFloat(text, 64)
	case "timestamp":
		ms, e := strconv.ParseInt(text, 10, 64)
		v, err = time.UnixMilli(ms).UTC(), e
	case "uuid":
		b, e := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		var id amqp.UUID
		copy(id[:], b)
		v, err = id, e
	case "binary":
		v = []byte(text)
	case "string", "symbol": // the client makes strings of symbols
		v = text
	case "list", "array":
		v = []any{}
	case "map":
		v = map[any]any{}
	default:
		return nil, conformance.ErrSkipped // the client has no char and no decimals
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s %q: %v", conformance.ErrNoAnswer, typ, text, err) // it is no refusal
	}
	return v, nil
}

func writeAMQP(message binding.Message, mode cloudevents.Mode) (parts []conformance.Part, err error) {
	var m amqp.Message
	if err := sdkamqp.WriteMessage(modeContext(mode), message, &m); err != nil {
		return nil, err
	}
	if m.Properties != nil && m.Properties.ContentType != nil {
		parts = append(parts, conformance.Part{Kind: "content-type", Value: []byte(*m.Properties.ContentType)})
	}
	for _, name := range slices.Sorted(maps.Keys(m.ApplicationProperties)) {
		p := conformance.Part{Kind: "property", Name: name}
		switch v := m.ApplicationProperties[name].(type) {
		case bool:
			p.Type, p.Value = "boolean", strconv.AppendBool(nil, v)
		case int64:
			p.Type, p.Value = "long", strconv.AppendInt(nil, v, 10)
		case time.Time:
			p.Type, p.Value = "timestamp", strconv.AppendInt(nil, v.UnixMilli(), 10)
		case []byte:
			p.Type, p.Value = "binary", v
		case string:
			p.Type, p.Value = "string", []byte(v)
		default:
			return nil, fmt.Errorf("%w: a property is a %T", conformance.ErrNoAnswer, v)
		}
		parts = append(parts, p)
	}
	for _, section := range m.Data {
		parts = append(parts, conformance.Part{Kind: "data", Value: section})
	}
	return parts, nil
}
