package cemqtt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestCopyToMessageKeepsOthers(t *testing.T) {
	foreign := property("X-Hop", "1", "X-Hop", "2", "", "empty", "ce-id", "of the SDK for Go", "5g-cell", "c")
	own := required("datacontenttype", "text/plain", "note", "old", "data", "x", "schemaurl", "x")
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		for _, version := range []cemqtt.Version{cemqtt.V5, cemqtt.V311} {
			if version == cemqtt.V311 && mode == cloudevents.BinaryMode {
				continue
			}
			m := cemqtt.Message{Version: version, ContentType: "old/type", Payload: []byte("old")}
			for i := range max(len(foreign), len(own)) { // mixed
				if i < len(own) {
					m.UserProperties = append(m.UserProperties, own[i])
				}
				if i < len(foreign) {
					m.UserProperties = append(m.UserProperties, foreign[i])
				}
			}
			before := append([]cemqtt.UserProperty{}, m.UserProperties...)
			given := m.UserProperties
			e := minimal()
			if err := cemqtt.CopyToMessage(&m, &e, mode, nil); err != nil {
				t.Fatal(err)
			}
			want := foreign
			if mode == cloudevents.BinaryMode {
				want = append(append([]cemqtt.UserProperty{}, foreign...), required()...)
			}
			if d := cmp.Diff(want, m.UserProperties); d != "" {
				t.Errorf("%s, %s: %s", mode, version, d)
			}
			if d := cmp.Diff(before, given); d != "" {
				t.Errorf("the slice that was given has changed: %s", d)
			}
			wantType, wantPayload := "", ""
			if mode == cloudevents.StructuredMode {
				wantPayload = document
				if version == cemqtt.V5 {
					wantType = structuredType
				}
			}
			if m.Version != version || m.ContentType != wantType || string(m.Payload) != wantPayload {
				t.Errorf("%s, %s: message is %+v", mode, version, m)
			}
		}
	}
}

func TestEncoderIsExtension(t *testing.T) {
	enc := cemqtt.Encoder{IsExtension: func(name string) bool { return name == "note" }}
	m := cemqtt.Message{UserProperties: required("note", "old", "app", "1", "app", "2", "region", "eu", "data", "x", "subject", "old")}
	e := minimal()
	e.Extensions = []cloudevents.Extension{{Name: "region", Value: cloudevents.StringValue("us")}}
	if err := enc.CopyToMessage(&m, &e); err != nil {
		t.Fatal(err)
	}
	want := append(property("app", "1", "app", "2", "data", "x"), required("region", "us")...)
	if d := cmp.Diff(want, m.UserProperties); d != "" {
		t.Error(d)
	}
}

// What a decoder takes for an attribute, an encoder replaces: names that are legal in 0.3
// begin with a letter.
func TestCopyToMessageInVersion03(t *testing.T) {
	e, err := minimalV03()
	if err != nil {
		t.Fatal(err)
	}
	m := cemqtt.Message{UserProperties: property("5g", "yes", "note", "old")}
	if err := cemqtt.CopyToMessage(&m, &e, cloudevents.BinaryMode, nil); err != nil {
		t.Fatal(err)
	}
	if m.UserProperties[0].Name != "5g" || m.UserProperties[1] != (cemqtt.UserProperty{Name: "specversion", Value: "0.3"}) {
		t.Errorf("%v", m.UserProperties)
	}
	if got, err := cemqtt.ToCloudEvent(&m, nil); err != nil || diff(e, got) != "" {
		t.Errorf("%v: %v", got, err)
	}
}

func minimalV03() (e cloudevents.Event, err error) {
	err = e.UnmarshalJSON([]byte(strings.Replace(document, "1.0", "0.3", 1)))
	return e, err
}

func TestCopies(t *testing.T) {
	e := minimal()
	e.DataContentType, e.Data = "text/plain", []byte("x")
	for _, c := range []struct {
		name string
		enc  cemqtt.Encoder
		want []cemqtt.UserProperty
	}{
		{"binary", cemqtt.Encoder{}, required()},
		{"binary with datacontenttype", cemqtt.Encoder{CopyDataContentType: true}, required("datacontenttype", "text/plain")},
		{"structured", cemqtt.Encoder{Mode: cloudevents.StructuredMode, CopyDataContentType: true}, nil},
		{"structured with properties", cemqtt.Encoder{Mode: cloudevents.StructuredMode, CopyProperties: true}, required()},
		{"structured with everything", cemqtt.Encoder{Mode: cloudevents.StructuredMode, CopyProperties: true, CopyDataContentType: true}, required("datacontenttype", "text/plain")},
		{"MQTT 3.1.1", cemqtt.Encoder{Version: cemqtt.V311, Mode: cloudevents.StructuredMode, CopyProperties: true, CopyDataContentType: true}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := c.enc.ToMessage(&e)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, m.UserProperties); d != "" {
				t.Error(d)
			}
			if got, err := cemqtt.ToCloudEvent(&m, nil); err != nil || diff(e, got) != "" {
				t.Errorf("%v: %v", got, err)
			}
		})
	}
	// There is nothing to copy.
	e = minimal()
	enc := cemqtt.Encoder{CopyDataContentType: true}
	if m, err := enc.ToMessage(&e); err != nil || len(m.UserProperties) != 4 {
		t.Errorf("%v: %v", m, err)
	}
}

// A message is of MQTT 3.1.1 if the message or the encoder says so.
func TestEncoderVersion(t *testing.T) {
	e := minimal()
	for _, c := range []struct{ enc, m, want cemqtt.Version }{
		{cemqtt.V5, cemqtt.V5, cemqtt.V5},
		{cemqtt.V311, cemqtt.V5, cemqtt.V311},
		{cemqtt.V5, cemqtt.V311, cemqtt.V311},
		{cemqtt.V311, cemqtt.V311, cemqtt.V311},
	} {
		enc := cemqtt.Encoder{Version: c.enc, Mode: cloudevents.StructuredMode}
		m := cemqtt.Message{Version: c.m}
		if err := enc.CopyToMessage(&m, &e); err != nil || m.Version != c.want || (m.ContentType == "") != (c.want == cemqtt.V311) {
			t.Errorf("%+v: %+v: %v", c, m, err)
		}
	}
}

func TestErrorsOfEncoders(t *testing.T) {
	ok, invalid := minimal(), minimal()
	invalid.ID = ""
	empty := minimal()
	empty.Data = []byte{}
	long := minimal()
	long.Subject = strings.Repeat("s", 65536)
	longName := minimal()
	longName.Extensions = []cloudevents.Extension{{Name: strings.Repeat("n", 65536)}}
	longType := minimal()
	longType.DataContentType = "text/plain;a=" + strings.Repeat("a", 65536)
	structured := cloudevents.StructuredMode
	for _, c := range []struct {
		name    string
		enc     cemqtt.Encoder
		e       cloudevents.Event
		foreign []cemqtt.UserProperty
		want    error
		parts   []string
	}{
		{"an invalid event", cemqtt.Encoder{}, invalid, nil, validation.ErrMissing, []string{`"id"`}},
		{"an invalid event in structured mode", cemqtt.Encoder{Mode: structured}, invalid, nil, validation.ErrMissing, []string{`"id"`}},
		{"batch mode", cemqtt.Encoder{Mode: cloudevents.BatchMode}, ok, nil, cloudevents.ErrContentMode, []string{"batch"}},
		{"batch mode in MQTT 3.1.1", cemqtt.Encoder{Version: cemqtt.V311, Mode: cloudevents.BatchMode}, ok, nil, cloudevents.ErrContentMode, []string{"batch"}},
		{"binary mode in MQTT 3.1.1", cemqtt.Encoder{Version: cemqtt.V311}, ok, nil, cloudevents.ErrContentMode, []string{"use structured mode or MQTT 5"}},
		{"another format in MQTT 3.1.1", cemqtt.Encoder{Version: cemqtt.V311, Mode: structured, Format: fakeFormat{}}, ok, nil, format.ErrUnknown, []string{"JSON", "application/cloudevents+fake"}},
		{"no data and RETAIN", cemqtt.Encoder{Retain: true}, ok, nil, cloudevents.ErrContentMode, []string{"deletes the retained message", "structured mode"}},
		{"empty data and RETAIN", cemqtt.Encoder{Retain: true}, empty, nil, cloudevents.ErrContentMode, []string{"deletes the retained message"}},
		{"a long value", cemqtt.Encoder{}, long, nil, validation.ErrRange, []string{`attribute "subject"`, "65,535 bytes", "outside structured mode", "3132-user-property-values"}},
		{"a long value in a copy", cemqtt.Encoder{Mode: structured, CopyProperties: true}, long, nil, validation.ErrRange, nil},
		{"a long name", cemqtt.Encoder{}, longName, nil, validation.ErrRange, []string{"the name has more", "3131-user-property-names"}},
		{"a long content type", cemqtt.Encoder{}, longType, nil, validation.ErrRange, []string{"datacontenttype", "311-mqtt-publish-content-type"}},
		{"a long name of another property", cemqtt.Encoder{}, ok, property(strings.Repeat("N", 65536), "v"), validation.ErrRange, []string{"65,535 bytes"}},
		{"a long value of another property", cemqtt.Encoder{Mode: structured}, ok, property("N", strings.Repeat("v", 65536)), validation.ErrRange, []string{`user property "N"`}},
		{"a NUL in the name of another property", cemqtt.Encoder{}, ok, property("N\x00", "v"), validation.ErrCharacter, []string{`user property "N\x00"`}},
		{"a NUL in another property", cemqtt.Encoder{}, ok, property("N", "\x00"), validation.ErrCharacter, nil},
		{"another property that is not UTF-8", cemqtt.Encoder{}, ok, property("N", "\xff"), validation.ErrCharacter, nil},
		{"the name of another property that is not UTF-8", cemqtt.Encoder{}, ok, property("N\xff", ""), validation.ErrCharacter, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := cemqtt.Message{ContentType: "x/y", UserProperties: append(property("X", "y", "note", "old"), c.foreign...), Payload: []byte("old")}
			before := m
			before.UserProperties = append([]cemqtt.UserProperty{}, m.UserProperties...)
			err := c.enc.CopyToMessage(&m, &c.e)
			wantError(t, err, c.want, c.parts...)
			if d := cmp.Diff(before, m); d != "" {
				t.Errorf("the message has changed: %s", d)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
			if c.foreign != nil {
				return
			}
			if m, err := c.enc.ToMessage(&c.e); !errors.Is(err, c.want) || cmp.Diff(cemqtt.Message{}, m) != "" {
				t.Errorf("ToMessage: %v, %v", m, err)
			}
			s, err := cloudevents.Seal(c.e)
			if err != nil {
				return
			}
			if m, err := c.enc.SealedToMessage(&s); !errors.Is(err, c.want) || cmp.Diff(cemqtt.Message{}, m) != "" {
				t.Errorf("SealedToMessage: %v, %v", m, err)
			}
		})
	}
}

// All attributes that are too long are in one error.
func TestSeveralLongAttributes(t *testing.T) {
	e := minimal()
	e.ID, e.Subject = strings.Repeat("i", 65536), strings.Repeat("s", 65536)
	_, err := cemqtt.ToMessage(&e, cloudevents.BinaryMode, nil)
	var several validation.Errors
	if !errors.As(err, &several) || len(several) != 2 {
		t.Fatalf("error is %v", err)
	}
	var first *validation.Error
	if !errors.As(several[0], &first) || first.Attribute != "id" || len(first.Value) > 70 {
		t.Errorf("the first is %+v", first)
	}
}

// 65,535 bytes are not too long.
func TestLongestStrings(t *testing.T) {
	e := minimal()
	e.Subject = strings.Repeat("s", 65535)
	e.Extensions = []cloudevents.Extension{{Name: strings.Repeat("n", 65535)}}
	m := cemqtt.Message{UserProperties: property(strings.Repeat("N", 65535), strings.Repeat("v", 65535))}
	if err := cemqtt.CopyToMessage(&m, &e, cloudevents.BinaryMode, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := cemqtt.ToCloudEvent(&m, nil); err != nil || diff(e, got) != "" {
		t.Error(err)
	}
}

// In structured mode, and in the payload of MQTT 3.1.1, an attribute has any length.
func TestLongAttributesInDocuments(t *testing.T) {
	e := minimal()
	e.Subject = strings.Repeat("s", 65536)
	for _, version := range []cemqtt.Version{cemqtt.V5, cemqtt.V311} {
		enc := cemqtt.Encoder{Version: version, Mode: cloudevents.StructuredMode}
		m, err := enc.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cemqtt.ToCloudEvent(&m, nil); err != nil || diff(e, got) != "" {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestRetainWithPayload(t *testing.T) {
	e := minimal()
	for _, enc := range []cemqtt.Encoder{
		{Retain: true, Mode: cloudevents.StructuredMode},
		{Retain: true, Mode: cloudevents.StructuredMode, Version: cemqtt.V311},
		{Retain: true, Format: fakeFormat{}}, // whose data is never empty
	} {
		if m, err := enc.ToMessage(&e); err != nil || len(m.Payload) == 0 {
			t.Errorf("%+v: %+v: %v", enc, m, err)
		}
	}
}

func TestEncoderFormat(t *testing.T) {
	e := minimal()
	e.Data = []byte("x")
	m, err := cemqtt.ToMessage(&e, cloudevents.BinaryMode, fakeFormat{})
	if err != nil || string(m.Payload) != "made x" {
		t.Errorf("%+v: %v", m, err)
	}
	m, err = cemqtt.ToMessage(&e, cloudevents.StructuredMode, fakeFormat{})
	if err != nil || string(m.Payload) != "1" || m.ContentType != "application/cloudevents+fake" {
		t.Errorf("%+v: %v", m, err)
	}
	enc := cemqtt.Encoder{Version: cemqtt.V311, Mode: cloudevents.StructuredMode, Format: format.JSON{}}
	if m, err = enc.ToMessage(&e); err != nil || m.ContentType != "" {
		t.Errorf("%+v: %v", m, err)
	}
}

// A message that is received again and again does not collect properties.
func TestCopyToMessageTwice(t *testing.T) {
	e := minimal()
	e.Extensions = []cloudevents.Extension{{Name: "note", Value: cloudevents.StringValue("n")}}
	m := cemqtt.Message{UserProperties: property("X", "y")}
	enc := cemqtt.Encoder{CopyDataContentType: true}
	for range 3 {
		if err := enc.CopyToMessage(&m, &e); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.UserProperties) != 6 {
		t.Errorf("%v", m.UserProperties)
	}
}

func TestSealedToMessage(t *testing.T) {
	e := minimal()
	e.DataContentType, e.Data = "application/json", []byte(`{"a":1}`)
	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, enc := range []cemqtt.Encoder{
		{}, {Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, CopyProperties: true},
		{Mode: cloudevents.StructuredMode, Version: cemqtt.V311}, {CopyDataContentType: true},
	} {
		want, err := enc.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := enc.SealedToMessage(&s)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%+v: %s", enc, d)
		}
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
		enc := cemqtt.Encoder{Mode: cloudevents.StructuredMode, Format: f}
		m, err := enc.SealedToMessage(&s)
		if err != nil || !strings.Contains(string(m.Payload), `"data":`+deep) {
			t.Errorf("%T: %v, %.100s", f, err, m.Payload)
		}
	}
}
