package ceamqp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// document is an event in structured mode.
const document = `{"specversion":"1.0","id":"A-1","source":"/orders","type":"com.example.placed","data":{"total":12.50}}`

const structuredType = "application/cloudevents+json"

// properties returns the properties of the required attributes and, after them, more.
func properties(more ...ceamqp.Property) []ceamqp.Property {
	return append([]ceamqp.Property{
		text("cloudEvents_specversion", "1.0"),
		text("cloudEvents_id", "A-1"),
		text("cloudEvents_source", "/orders"),
		text("cloudEvents_type", "com.example.placed"),
	}, more...)
}

func text(name, value string) ceamqp.Property {
	return ceamqp.Property{Name: name, Value: ceamqp.StringValue(value)}
}

// order returns an event with every attribute of the specification, and an extension of each
// type.
func order() cloudevents.Event {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", Subject: "42", DataContentType: "text/plain", DataSchema: "https://example.com/schema", Data: []byte("two shirts")}
	for _, v := range []struct {
		name, text string
		t          spec.Type
	}{
		{spec.Time, "2018-04-05T03:56:24.5Z", spec.Timestamp},
		{"binary", "AP8=", spec.Binary},
		{"boolean", "true", spec.Boolean},
		{"integer", "-7", spec.Integer},
		{"reference", "../a", spec.URIReference},
		{"string", "100% €", spec.String},
		{"timestamp", "2018-04-05T05:56:24+02:00", spec.Timestamp},
		{"uri", "https://example.com/", spec.URI},
	} {
		if err := e.SetText(spec.Attribute{Name: v.name, Type: v.t}, v.text); err != nil {
			panic(err)
		}
	}
	return e
}

// types returns the types of the extensions of e.
func types(e *cloudevents.Event) (as []spec.Attribute) {
	for _, x := range e.Extensions {
		as = append(as, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return as
}

func wantEvent(t *testing.T, got, want cloudevents.Event) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	if !got.Time.Equal(want.Time) || (got.Data == nil) != (want.Data == nil) {
		t.Errorf("event is %v, want %v", got, want)
	}
}

// wantViolation fails the test if err has no violation of an attribute by that sentinel.
func wantViolation(t *testing.T, err error, attribute string, sentinel error) {
	t.Helper()
	all := validation.Errors{err}
	var several validation.Errors
	if errors.As(err, &several) {
		all = several
	}
	for _, err := range all {
		var v *validation.Error
		if errors.As(err, &v) && v.Attribute == attribute && errors.Is(v, sentinel) {
			return
		}
	}
	t.Errorf("error is %v, want %v about %q", err, sentinel, attribute)
}

// messages returns the messages of the cases that decode or encode.
func messages(t testing.TB) (all []ceamqp.Message) {
	t.Helper()
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.Message.Protocol == conformance.AMQP {
			all = append(all, message(c.Message.Parts))
		}
	}
	if len(all) < 190 {
		t.Fatalf("only %d messages", len(all))
	}
	return all
}

// message returns a message with the texts of parts. Its numbers are made of the texts, so
// that they are not those of the case; the fuzzer finds others.
func message(parts []conformance.Part) (m ceamqp.Message) {
	for _, p := range parts {
		switch p.Kind {
		case "content-type":
			m.ContentType = string(p.Value)
		case "property":
			m.ApplicationProperties = append(m.ApplicationProperties, ceamqp.Property{Name: p.Name, Value: value(p.Type, p.Value)})
		case "data":
			m.Data = append(m.Data, p.Value)
		case "value":
			m.Value = value(p.Type, p.Value)
		case "sequence":
			m.Sequence = true
		}
	}
	return m
}

func value(typ string, b []byte) ceamqp.Value {
	for k := ceamqp.KindNull; k < ceamqp.KindOther; k++ {
		if k.String() == typ {
			return valueOf(k, b)
		}
	}
	return ceamqp.OtherValue(typ)
}

// valueOf returns a value of a kind that is made of any bytes.
func valueOf(k ceamqp.Kind, b []byte) ceamqp.Value {
	var octets [16]byte
	copy(octets[:], b)
	var n uint64
	for i := range 8 {
		n = n<<8 | uint64(octets[7-i])
	}
	switch k {
	case ceamqp.KindNull:
		return ceamqp.Value{}
	case ceamqp.KindBoolean:
		return ceamqp.BooleanValue(n&1 == 0)
	case ceamqp.KindUbyte:
		return ceamqp.UbyteValue(uint8(n))
	case ceamqp.KindUshort:
		return ceamqp.UshortValue(uint16(n))
	case ceamqp.KindUint:
		return ceamqp.UintValue(uint32(n))
	case ceamqp.KindUlong:
		return ceamqp.UlongValue(n)
	case ceamqp.KindByte:
		return ceamqp.ByteValue(int8(n))
	case ceamqp.KindShort:
		return ceamqp.ShortValue(int16(n))
	case ceamqp.KindInt:
		return ceamqp.IntValue(int32(n))
	case ceamqp.KindLong:
		return ceamqp.LongValue(int64(n))
	case ceamqp.KindFloat:
		return ceamqp.FloatValue(float32(n))
	case ceamqp.KindDouble:
		return ceamqp.DoubleValue(float64(n))
	case ceamqp.KindDecimal32:
		return ceamqp.Decimal32Value(uint32(n))
	case ceamqp.KindDecimal64:
		return ceamqp.Decimal64Value(n)
	case ceamqp.KindDecimal128:
		return ceamqp.Decimal128Value(octets)
	case ceamqp.KindChar:
		return ceamqp.CharValue(rune(n))
	case ceamqp.KindTimestamp:
		return ceamqp.TimestampValue(int64(n))
	case ceamqp.KindUUID:
		return ceamqp.UUIDValue(octets)
	case ceamqp.KindBinary:
		return ceamqp.BinaryValue(b)
	case ceamqp.KindString:
		return ceamqp.StringValue(string(b))
	case ceamqp.KindSymbol:
		return ceamqp.SymbolValue(string(b))
	}
	return ceamqp.OtherValue(string(b))
}

// clone returns a copy of m that shares nothing with it that can change.
func clone(m ceamqp.Message) ceamqp.Message {
	m.ApplicationProperties = append([]ceamqp.Property(nil), m.ApplicationProperties...)
	data := m.Data
	m.Data = nil
	for _, section := range data {
		m.Data = append(m.Data, bytes.Clone(section))
	}
	return m
}

func wantMessage(t *testing.T, got, want ceamqp.Message) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("message is\n%+v\nwant\n%+v", got, want)
	}
}

// arrived returns e as it arrives in that mode, as got. White space around a JSON value is
// that of a document.
func arrived(e, got cloudevents.Event, mode cloudevents.Mode) cloudevents.Event {
	const space = " \t\r\n"
	switch {
	case mode == cloudevents.BinaryMode && len(e.Data) == 0:
		e.Data = nil
	case mode == cloudevents.StructuredMode && json.Valid(e.Data) && bytes.Equal(bytes.Trim(e.Data, space), got.Data):
		e.Data = got.Data
	}
	return e
}
