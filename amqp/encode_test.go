package ceamqp_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestEncodeErrors(t *testing.T) {
	e := order()
	invalid := cloudevents.Event{Source: "/orders", Type: "t"}
	nested := order()
	nested.DataContentType = "application/cloudevents+json"
	for name, c := range map[string]struct {
		e    *cloudevents.Event
		mode cloudevents.Mode
		want error
	}{
		"invalid":            {&invalid, cloudevents.BinaryMode, validation.ErrMissing},
		"invalid structured": {&invalid, cloudevents.StructuredMode, validation.ErrMissing},
		"batch":              {&e, cloudevents.BatchMode, cloudevents.ErrContentMode},
		"nested":             {&nested, cloudevents.BinaryMode, cloudevents.ErrContentMode},
	} {
		m := ceamqp.Message{ContentType: "text/plain", ApplicationProperties: properties(), Data: [][]byte{{1}}, Value: ceamqp.LongValue(1), Sequence: true}
		before := clone(m)
		if err := ceamqp.CopyToMessage(&m, c.e, c.mode, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		wantMessage(t, m, before)
		if m, err := ceamqp.ToMessage(c.e, c.mode, nil); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if err := ceamqp.CopyToMessage(nil, &e, cloudevents.BinaryMode, nil); err == nil {
		t.Error("a nil message is accepted")
	}
	var s cloudevents.Sealed
	enc := ceamqp.Encoder{Mode: cloudevents.StructuredMode}
	if _, err := enc.SealedToMessage(&s); !errors.Is(err, validation.ErrMissing) {
		t.Errorf("an invalid sealed event: %v", err)
	}
}

// CopyToMessage keeps what is not of an event, in its order and first.
func TestCopyToMessageKeeps(t *testing.T) {
	tenant := text("tenant", "a")
	ratio := ceamqp.Property{Name: "ratio", Value: ceamqp.DoubleValue(0.5)}
	near := text("cloudEvents-id", "B")
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		old := properties(tenant, text("cloudEvents:subject", "old"), ratio, text("cloudEvents_", "x"), near)
		m := ceamqp.Message{ContentType: "text/html", ApplicationProperties: old, Data: [][]byte{{1}, {2}}, Value: ceamqp.LongValue(1), Sequence: true}
		e := order()
		if err := ceamqp.CopyToMessage(&m, &e, mode, nil); err != nil {
			t.Fatal(err)
		}
		want, err := ceamqp.ToMessage(&e, mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		want.ApplicationProperties = append([]ceamqp.Property{tenant, ratio, near}, want.ApplicationProperties...)
		wantMessage(t, m, want)
		if old[0] != text("cloudEvents_specversion", "1.0") || old[4] != tenant {
			t.Error("the old properties are overwritten")
		}
	}
}

// A structured message has no properties, and one with the copies has them.
func TestCopyProperties(t *testing.T) {
	e := order()
	plain, err := ceamqp.ToMessage(&e, cloudevents.StructuredMode, nil)
	if err != nil || plain.ApplicationProperties != nil {
		t.Errorf("properties are %v: %v", plain.ApplicationProperties, err)
	}
	enc := ceamqp.Encoder{Mode: cloudevents.StructuredMode, CopyProperties: true}
	m, err := enc.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain.ApplicationProperties = binary.ApplicationProperties
	wantMessage(t, m, plain)
}

// Colon changes the prefix of every attribute and nothing else.
func TestColon(t *testing.T) {
	e := order()
	want, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	enc := ceamqp.Encoder{Colon: true}
	m, err := enc.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range want.ApplicationProperties {
		want.ApplicationProperties[i].Name = strings.Replace(p.Name, "cloudEvents_", "cloudEvents:", 1)
	}
	wantMessage(t, m, want)
}

// With Text, every value is the canonical string.
func TestText(t *testing.T) {
	e := order()
	enc := ceamqp.Encoder{Text: true}
	m, err := enc.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for name, v := range e.All() {
		if name == spec.DataContentType {
			continue
		}
		found := false
		for _, p := range m.ApplicationProperties {
			found = found || p == text("cloudEvents_"+name, v.String())
		}
		if !found {
			t.Errorf("%s %q is not among %v", name, v, m.ApplicationProperties)
		}
		i++
	}
	if i != len(m.ApplicationProperties) {
		t.Errorf("%d properties of %d attributes", len(m.ApplicationProperties), i)
	}
	d := ceamqp.Decoder{Extensions: types(&e)}
	got, err := d.ToCloudEvent(&m)
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, got, e)
}

// Time zones without a name in RFC 3339 are UTC, and a local time keeps its offset.
func TestTimes(t *testing.T) {
	at := time.Date(2018, 4, 5, 3, 56, 44, 0, time.UTC)
	for name, c := range map[string]struct {
		time time.Time
		want ceamqp.Value
	}{
		"UTC":             {at, ceamqp.TimestampValue(1522900604000)},
		"milliseconds":    {at.Add(120 * time.Millisecond), ceamqp.TimestampValue(1522900604120)},
		"microseconds":    {at.Add(time.Microsecond), ceamqp.StringValue("2018-04-05T03:56:44.000001Z")},
		"offset":          {at.In(time.FixedZone("CEST", 7200)), ceamqp.StringValue("2018-04-05T05:56:44+02:00")},
		"seconds":         {at.In(time.FixedZone("LMT", 34)), ceamqp.StringValue("2018-04-05T03:56:44Z")},
		"another zero":    {at.In(time.FixedZone("WET", 0)), ceamqp.TimestampValue(1522900604000)},
		"the year 1":      {time.Time{}.In(time.FixedZone("", 0)), ceamqp.TimestampValue(-62135596800000)},
		"the second of 1": {time.Time{}.Add(time.Second), ceamqp.TimestampValue(-62135596799000)},
	} {
		e := order()
		e.Time = c.time
		m, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got ceamqp.Value
		for _, p := range m.ApplicationProperties {
			if p.Name == "cloudEvents_time" {
				got = p.Value
			}
		}
		if got != c.want {
			t.Errorf("%s: %s %s, want %s %s", name, got.Kind(), got, c.want.Kind(), c.want)
		}
	}
}

// A sealed event gives the message of the event itself, with what was changed.
func TestSealedToMessage(t *testing.T) {
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		for _, f := range []format.Formatter{nil, format.JSON{}} {
			e := order()
			s, err := cloudevents.Seal(e)
			if err != nil {
				t.Fatal(err)
			}
			s.Attributes.Subject, e.Subject = "43", "43"
			enc := ceamqp.Encoder{Mode: mode, Format: f, CopyProperties: true}
			want, err := enc.ToMessage(&e)
			if err != nil {
				t.Fatal(err)
			}
			got, err := enc.SealedToMessage(&s)
			if err != nil {
				t.Fatal(err)
			}
			wantMessage(t, got, want)
		}
	}
	enc := ceamqp.Encoder{Mode: cloudevents.BatchMode}
	e := order()
	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enc.SealedToMessage(&s); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Errorf("batch: %v", err)
	}
}

// The data section is the data of the event, and a binary is a copy.
func TestEncodeAliasing(t *testing.T) {
	e := order()
	m, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Data) != 1 || &m.Data[0][0] != &e.Data[0] {
		t.Error("the data are copied")
	}
	if got := cap(m.ApplicationProperties); got != len(m.ApplicationProperties) {
		t.Errorf("an append writes into memory of the message: capacity %d", got)
	}
	if cap(m.Data) != 1 {
		t.Errorf("an append writes into memory of the message: capacity %d", cap(m.Data))
	}
	e.Data = nil
	if m, err = ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil); err != nil || len(m.Data) != 1 || m.Data[0] == nil || len(m.Data[0]) != 0 {
		t.Errorf("no data are %v: %v", m.Data, err)
	}
}

// Events with any number of extensions have a property for each attribute.
func TestNumberOfProperties(t *testing.T) {
	for n := range 40 {
		e := cloudevents.Event{ID: "1", Source: "/s", Type: "t"}
		for i := range n {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: "x" + string(rune('a'+i/10)) + string(rune('0'+i%10)), Value: cloudevents.IntegerValue(int32(i))})
		}
		m, err := ceamqp.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil || len(m.ApplicationProperties) != 4+n {
			t.Fatalf("%d extensions: %d properties: %v", n, len(m.ApplicationProperties), err)
		}
		got, err := ceamqp.ToCloudEvent(&m, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantEvent(t, got, e)
	}
}

// JSON data that was checked is not scanned again: what is nested deeper than an encoder takes
// for JSON stays JSON.
func TestSealedIsNotScannedAgain(t *testing.T) {
	deep := strings.Repeat("[", cloudevents.DefaultMaxDepth+1) + strings.Repeat("]", cloudevents.DefaultMaxDepth+1)
	decoder := cloudevents.JSONDecoder{MaxDepth: -1}
	s, err := decoder.DecodeSealed([]byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","data":` + deep + `}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []format.Formatter{nil, format.JSON{}} {
		enc := ceamqp.Encoder{Mode: cloudevents.StructuredMode, Format: f}
		m, err := enc.SealedToMessage(&s)
		if err != nil || !strings.Contains(string(m.Data[0]), `"data":`+deep) {
			t.Errorf("%T: %v, %.100s", f, err, m.Data[0])
		}
	}
}
