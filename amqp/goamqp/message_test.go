package cegoamqp_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/Azure/go-amqp"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	cegoamqp "github.com/seed763dd41b/cloudevents/amqp/goamqp"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A property of each type that go-amqp has becomes the value of that type, and comes back.
func TestValues(t *testing.T) {
	at := time.UnixMilli(1522900604123).UTC()
	for _, c := range []struct {
		value any
		want  ceamqp.Value
	}{
		{nil, ceamqp.Value{}},
		{true, ceamqp.BooleanValue(true)},
		{uint8(255), ceamqp.UbyteValue(255)},
		{uint16(65535), ceamqp.UshortValue(65535)},
		{uint32(1<<32 - 1), ceamqp.UintValue(1<<32 - 1)},
		{uint64(1<<64 - 1), ceamqp.UlongValue(1<<64 - 1)},
		{int8(-128), ceamqp.ByteValue(-128)},
		{int16(-32768), ceamqp.ShortValue(-32768)},
		{int32(-1 << 31), ceamqp.IntValue(-1 << 31)},
		{int64(-1 << 63), ceamqp.LongValue(-1 << 63)},
		{float32(0.5), ceamqp.FloatValue(0.5)},
		{0.1, ceamqp.DoubleValue(0.1)},
		{amqp.UUID{15: 1}, ceamqp.UUIDValue([16]byte{15: 1})},
		{[]byte{0, 255}, ceamqp.BinaryValue([]byte{0, 255})},
		{"text", ceamqp.StringValue("text")},
		{amqp.Symbol("eu"), ceamqp.SymbolValue("eu")},
		{at, ceamqp.TimestampValue(at.UnixMilli())},
	} {
		m := cegoamqp.FromMessage(&amqp.Message{ApplicationProperties: map[string]any{"p": c.value}, Value: c.value})
		if got := m.ApplicationProperties[0].Value; got != c.want || m.Value != c.want {
			t.Errorf("%T: %v, body %v", c.value, got, m.Value)
		}
		back, err := cegoamqp.ToMessage(&m)
		if err != nil || !gocmp.Equal(back.ApplicationProperties["p"], c.value) || !gocmp.Equal(back.Value, c.value) {
			t.Errorf("%T: %v, body %v, error %v", c.value, back.ApplicationProperties["p"], back.Value, err)
		}
	}
	for _, c := range []struct {
		value any
		want  ceamqp.Value
	}{
		{int(-7), ceamqp.LongValue(-7)},
		{uint(7), ceamqp.UlongValue(7)},
		{amqp.Null{}, ceamqp.Value{}},
		{[]any{1}, ceamqp.OtherValue("[]interface {}")},
	} {
		m := cegoamqp.FromMessage(&amqp.Message{Value: c.value})
		if m.Value != c.want {
			t.Errorf("%T: %v", c.value, m.Value)
		}
	}
}

// What go-amqp cannot write is an error, and the message that was to be changed is unchanged.
func TestValuesThatCannotBeWritten(t *testing.T) {
	for reason, m := range map[string]ceamqp.Message{
		"char":     {ApplicationProperties: []ceamqp.Property{{Name: "p", Value: ceamqp.CharValue('x')}}},
		"decimal":  {ApplicationProperties: []ceamqp.Property{{Name: "p", Value: ceamqp.Decimal64Value(1)}}},
		"list":     {Value: ceamqp.OtherValue("list")},
		"sequence": {Sequence: true},
	} {
		if _, err := cegoamqp.ToMessage(&m); err == nil {
			t.Errorf("%s: no error", reason)
		}
		dst := amqp.Message{Data: [][]byte{[]byte("kept")}, ApplicationProperties: map[string]any{"a": "b"}}
		if err := cegoamqp.CopyToMessage(&dst, &m); err == nil || string(dst.GetData()) != "kept" || dst.ApplicationProperties["a"] != "b" {
			t.Errorf("%s: %v", reason, dst)
		}
	}
}

// CopyToMessage replaces what carries the event, and keeps the rest.
func TestCopyToMessage(t *testing.T) {
	subject, old := "orders", "text/plain"
	properties := &amqp.MessageProperties{MessageID: "m-1", Subject: &subject, ContentType: &old}
	dst := amqp.Message{
		Header: &amqp.MessageHeader{Durable: true}, Properties: properties,
		ApplicationProperties: map[string]any{"a": "b"}, Value: "old", Sequence: [][]any{{1}},
	}
	m := ceamqp.Message{ContentType: "application/json", Data: [][]byte{[]byte("1")}, ApplicationProperties: []ceamqp.Property{{Name: "c", Value: ceamqp.StringValue("d")}}}
	if err := cegoamqp.CopyToMessage(&dst, &m); err != nil {
		t.Fatal(err)
	}
	switch {
	case !dst.Header.Durable || dst.Properties.MessageID != "m-1" || *dst.Properties.Subject != "orders":
		t.Errorf("not kept: %v", dst)
	case *dst.Properties.ContentType != "application/json" || dst.Value != nil || dst.Sequence != nil || string(dst.GetData()) != "1":
		t.Errorf("not replaced: %v", dst)
	case !gocmp.Equal(dst.ApplicationProperties, map[string]any{"c": "d"}):
		t.Errorf("properties: %v", dst.ApplicationProperties)
	case *properties.ContentType != "text/plain":
		t.Error("the properties of another were changed")
	}
	if err := cegoamqp.CopyToMessage(&dst, new(ceamqp.Message)); err != nil || dst.Properties.ContentType != nil || dst.ApplicationProperties != nil || dst.Data != nil {
		t.Errorf("an empty message: %v, %v", dst, err)
	}
}

// An event survives the encoding of the client in both modes, with all types of attributes.
func TestRoundTrip(t *testing.T) {
	sent := event(7)
	sent.Time = time.Date(2018, 4, 5, 3, 56, 24, 123456789, time.FixedZone("", 7200))
	sent.Extensions = append(sent.Extensions, cloudevents.Extension{Name: "wire", Value: cloudevents.BinaryValue([]byte{0, 1})})
	for _, encoder := range []ceamqp.Encoder{{}, {Colon: true}, {Mode: cloudevents.StructuredMode}} {
		m, err := encoder.ToMessage(&sent)
		if err != nil {
			t.Fatal(err)
		}
		out, err := cegoamqp.ToMessage(&m)
		if err != nil {
			t.Fatal(err)
		}
		wire, err := out.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var in amqp.Message
		if err := in.UnmarshalBinary(wire); err != nil {
			t.Fatal(err)
		}
		m = cegoamqp.FromMessage(&in)
		got, err := ceamqp.ToCloudEvent(&m, nil, append(declared, wireType)...)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Time.Equal(sent.Time) {
			t.Errorf("%s: time %s", encoder.Mode, got.Time)
		}
		got.Time = sent.Time
		if diff := gocmp.Diff(sent, got); diff != "" {
			t.Errorf("%s: %s", encoder.Mode, diff)
		}
	}
}

// A Message that is used again has nothing of the message before, and what was decoded from it
// does not change.
func TestCopyFromMessage(t *testing.T) {
	contentType := "text/plain"
	first := &amqp.Message{
		Properties: &amqp.MessageProperties{ContentType: &contentType},
		ApplicationProperties: map[string]any{
			"cloudEvents_specversion": "1.0", "cloudEvents_id": "A-1", "cloudEvents_source": "/orders", "cloudEvents_type": "t",
			"cloudEvents_bin": []byte{1}, "cloudEvents_count": int64(300),
		},
		Data: [][]byte{[]byte("tea")},
	}
	second := &amqp.Message{Value: "body", ApplicationProperties: map[string]any{"other": "x"}}
	want := []ceamqp.Message{cegoamqp.FromMessage(first), cegoamqp.FromMessage(second), cegoamqp.FromMessage(&amqp.Message{}), cegoamqp.FromMessage(first)}
	var m ceamqp.Message
	var e, kept cloudevents.Event
	for i, msg := range []*amqp.Message{first, second, {}, first} {
		cegoamqp.CopyFromMessage(&m, msg)
		got := m
		got.ApplicationProperties = slices.Clone(m.ApplicationProperties)
		slices.SortFunc(got.ApplicationProperties, func(a, b ceamqp.Property) int { return cmp.Compare(a.Name, b.Name) })
		if d := gocmp.Diff(want[i], got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("message %d: %s", i, d)
		}
		if i == 0 {
			var err error
			if e, err = ceamqp.ToCloudEvent(&m, nil); err != nil {
				t.Fatal(err)
			}
			kept = e.Clone()
		}
	}
	if d := gocmp.Diff(kept, e); d != "" {
		t.Error(d)
	}
	alloctest.AtMost(t, "CopyFromMessage", 0, func() { cegoamqp.CopyFromMessage(&m, second) })
}
