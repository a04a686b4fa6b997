package ceamqp_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// pack returns properties as bytes for the fuzzer: of each, its kind, its name and its text,
// both after their length.
func pack(ps []ceamqp.Property) (b []byte) {
	for _, p := range ps {
		b = append(b, byte(p.Value.Kind()))
		b = append(binary.AppendUvarint(b, uint64(len(p.Name))), p.Name...)
		text := p.Value.Bytes()
		switch p.Value.Kind() {
		case ceamqp.KindString, ceamqp.KindSymbol, ceamqp.KindOther:
			text = []byte(p.Value.String())
		case ceamqp.KindBinary, ceamqp.KindUUID, ceamqp.KindDecimal128:
		default:
			text = binary.LittleEndian.AppendUint64(nil, uint64(p.Value.Int())|p.Value.Uint())
		}
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}

// unpack is the inverse of pack for what it returns, and takes any bytes.
func unpack(b []byte) (ps []ceamqp.Property) {
	next := func() (s []byte) {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			b = nil
			return nil
		}
		b = b[size:]
		s = b[:min(n, uint64(len(b)))]
		b = b[len(s):]
		return s
	}
	for len(b) > 0 {
		kind := ceamqp.Kind(b[0] % byte(ceamqp.KindOther+1))
		b = b[1:]
		name := string(next())
		ps = append(ps, ceamqp.Property{Name: name, Value: valueOf(kind, next())})
	}
	return ps
}

// FuzzDecode decodes arbitrary messages. What is accepted is valid, and comes back equal in
// both modes. A forgiving decoder agrees with the strict one.
func FuzzDecode(f *testing.F) {
	for _, m := range messages(f) {
		data := slices.Concat(m.Data...)
		f.Add(m.ContentType, pack(m.ApplicationProperties), data, uint8(len(m.Data)), pack([]ceamqp.Property{{Value: m.Value}}))
	}
	f.Fuzz(func(t *testing.T, contentType string, packed, data []byte, sections uint8, body []byte) {
		m := ceamqp.Message{ContentType: contentType, ApplicationProperties: unpack(packed), Sequence: sections&0x80 != 0}
		if values := unpack(body); len(values) > 0 {
			m.Value = values[0].Value
		}
		for rest := data; sections&0x7f > 0; sections-- {
			n := len(rest) / int(sections&0x7f)
			m.Data = append(m.Data, rest[:n])
			rest = rest[n:]
		}
		before := clone(m)
		e, err := ceamqp.ToCloudEvent(&m, nil)
		if err == nil {
			checkAgain(t, e)
			if !ceamqp.IsCloudEvent(&m) {
				t.Error("IsCloudEvent says no")
			}
		} else {
			checkError(t, err)
		}
		checkForgiving(t, &m, e, err)
		d := ceamqp.Decoder{ValueBody: true, JSONEvents: true}
		if got, gotErr := d.ToCloudEvent(&m); gotErr == nil && err != nil {
			checkAgain(t, got)
		} else if err == nil {
			wantEvent(t, got, e)
		}
		s, sealedErr := (&ceamqp.Decoder{}).ToSealed(&m)
		if (sealedErr == nil) != (err == nil) {
			t.Errorf("sealed: %v, and otherwise %v", sealedErr, err)
		} else if err == nil {
			wantEvent(t, s.Event(), e)
		}
		wantMessage(t, clone(m), before)
	})
}

// checkError fails the test if err is none of the errors that are documented.
func checkError(t *testing.T, err error) {
	t.Helper()
	var violation *validation.Error
	var several validation.Errors
	var syntax *cloudevents.SyntaxError
	var limit *cloudevents.LimitError
	known := errors.As(err, &violation) || errors.As(err, &several) || errors.As(err, &syntax) || errors.As(err, &limit)
	for _, sentinel := range []error{cloudevents.ErrNotCloudEvent, cloudevents.ErrContentMode, format.ErrUnknown} {
		known = known || errors.Is(err, sentinel)
	}
	if !known {
		t.Errorf("%T: %v", err, err)
	}
	if len(err.Error()) > 8000 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

// checkForgiving compares a forgiving decoder with the result of the strict one.
func checkForgiving(t *testing.T, m *ceamqp.Message, e cloudevents.Event, strictErr error) {
	t.Helper()
	var receipts []cloudevents.Receipt
	d := ceamqp.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	got, err := d.ToCloudEvent(m)
	switch {
	case strictErr == nil && (err != nil || len(receipts) > 0):
		t.Errorf("the forgiving decoder says %v, receipts are %v", err, receipts)
	case strictErr == nil:
		wantEvent(t, got, e)
	case err == nil && len(receipts) != 1:
		t.Errorf("%v was forgiven without a receipt", strictErr)
	case err == nil:
		checkAgain(t, got)
	case len(receipts) > 0:
		t.Errorf("a receipt for what was refused: %v", receipts)
	}
}

// checkAgain sends a decoded event in both modes and with each setting.
func checkAgain(t *testing.T, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("decoded an invalid event: %v", err)
	}
	for _, enc := range []ceamqp.Encoder{
		{}, {Colon: true}, {Text: true},
		{Mode: cloudevents.StructuredMode}, {Mode: cloudevents.StructuredMode, CopyProperties: true},
	} {
		m, err := enc.ToMessage(&e)
		if enc.Mode == cloudevents.BinaryMode && strings.HasPrefix(strings.ToLower(e.DataContentType), spec.MediaTypePrefix) {
			if !errors.Is(err, cloudevents.ErrContentMode) {
				t.Errorf("data of type %q in binary mode: %v", e.DataContentType, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		d := ceamqp.Decoder{Extensions: types(&e), MaxAttributes: -1}
		got, err := d.ToCloudEvent(&m)
		if err != nil {
			t.Fatalf("%+v: %v", enc, err)
		}
		wantEvent(t, got, arrived(e, got, enc.Mode))
	}
}

// FuzzEncode encodes arbitrary events. What is accepted comes back equal; what is refused is
// invalid.
func FuzzEncode(f *testing.F) {
	e := order()
	f.Add(e.ID, e.Source, e.Type, e.Subject, e.DataContentType, e.DataSchema, int64(1522900604), int64(5), int16(120), "comexamplex", "AP8=", uint8(spec.Binary), e.Data, false)
	f.Add("", "", "", "", "", "", int64(0), int64(0), int16(0), "", "", uint8(0), []byte(nil), true)
	for t := spec.Type(0); t.Valid(); t++ {
		f.Add("1", "/s", "t", "", "application/json", "", int64(-62135596800), int64(123456789), int16(-1), "x", "2018-04-05T03:56:44.120Z", uint8(t), []byte(" {} "), t%2 == 0)
		f.Add("1", "/s", "t", "", "text/plain", "", int64(253402300799), int64(999_000_000), int16(0), "x", "5", uint8(t), []byte("\xff"), t%2 == 1)
	}
	f.Fuzz(func(t *testing.T, id, source, eventType, subject, contentType, schema string, seconds, nanoseconds int64, minutes int16, name, text string, typ uint8, data []byte, old bool) {
		e := cloudevents.Event{ID: id, Source: source, Type: eventType, Subject: subject, DataContentType: contentType, DataSchema: schema, Data: data}
		if old {
			e.SpecVersion = spec.V03
		}
		if seconds != 0 {
			e.Time = time.Unix(seconds, nanoseconds).In(time.FixedZone("", int(minutes%1440)*60))
		}
		if v, err := cloudevents.ParseValue(spec.Type(typ%7), text); err == nil {
			e.Extensions = []cloudevents.Extension{{Name: name, Value: v}}
		}
		if err := e.Validate(); err != nil {
			for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				if m, err := ceamqp.ToMessage(&e, mode, nil); err == nil {
					t.Errorf("an invalid event is encoded: %+v", m)
				}
			}
			return
		}
		checkAgain(t, e)
	})
}
