package ceprotobuf_test

import (
	"bytes"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
)

// FuzzDecode decodes bytes as an event and as a batch. What is accepted is valid, and
// comes back from the encoder as the same event.
func FuzzDecode(f *testing.F) {
	for _, c := range formattest.Cases(f, 140, conformance.Protobuf) {
		f.Add(c.Message.Body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		e, err := ceprotobuf.Decode(body)
		if err == nil {
			checkAccepted(t, &e)
		}
		forgiving := ceprotobuf.Format{Forgive: func(r cloudevents.Receipt) {
			if r.Err == nil || r.Event != nil && r.Event.Validate() != nil {
				t.Fatalf("%+v", r)
			}
		}}
		if e, forgivingErr := forgiving.DecodeStructuredModeMessage(body, ""); forgivingErr == nil {
			checkAccepted(t, &e)
		} else if err == nil {
			t.Fatalf("accepted only if strict: %v", forgivingErr)
		}
		if es, err := ceprotobuf.DecodeBatch(body); err == nil {
			for i := range es {
				checkAccepted(t, &es[i])
			}
			b, err := ceprotobuf.AppendBatch(nil, es)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ceprotobuf.DecodeBatch(b); err != nil || len(again) != len(es) {
				t.Fatalf("%d events of %d: %v", len(again), len(es), err)
			}
		}
		formattest.Unused(t, ceprotobuf.Format{}, body)
		if !bytes.Equal(body, before) {
			t.Fatal("decoding has changed the body")
		}
	})
}

// checkAccepted checks what holds of every event that a decoder returns. A time may be
// text on the wire, and out of the range of a Timestamp then.
func checkAccepted(t *testing.T, e *cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("accepted, but invalid: %v", err)
	}
	want, ok := arrives(*e)
	b, err := ceprotobuf.Append(nil, e)
	if ok != (err == nil) {
		t.Fatalf("%v: %v, want success: %t", e, err, ok)
	}
	if !ok {
		return
	}
	back, err := ceprotobuf.Decode(b)
	if err != nil {
		t.Fatalf("%q cannot be decoded: %v", b, err)
	}
	if d := formattest.Diff(want, back); d != "" {
		t.Fatalf("%q\ndecodes to another event:\n%s", b, d)
	}
}

// FuzzEncode encodes events that may be invalid. What is encoded comes back.
func FuzzEncode(f *testing.F) {
	f.Add("1", "/s", "t", "", "", "", int64(0), int64(0), "x", "y", uint8(0), []byte(nil), uint64(0))
	f.Add("1", "/s", "t", "é", "application/protobuf", "https://type.googleapis.com/a.B", int64(-2), int64(5), "time1", "AP8=", uint8(3), []byte{1}, uint64(1))
	f.Add("1", "/s", "t", "é", "text/plain", "urn:x", int64(253402300800), int64(5), "b", "true", uint8(0), []byte("x"), uint64(2))
	f.Add("1", "/s", "t", "", "application/json", "", int64(1), int64(0), "when", "2018-04-05T17:31:00.123+01:00", uint8(6), []byte("{}"), uint64(3))
	f.Fuzz(func(t *testing.T, id, source, typ, subject, contentType, schema string, seconds, nanoseconds int64, name, text string, kind uint8, data []byte, seed uint64) {
		e := events.Arguments(formattest.Arguments{
			ID: id, Source: source, Type: typ, Subject: subject, DataContentType: contentType, DataSchema: schema,
			Seconds: seconds, Nanoseconds: nanoseconds, Name: name, Text: text, Kind: kind, Data: data, Seed: seed,
		})
		b, err := ceprotobuf.Append([]byte("before"), &e)
		want, ok := arrives(e)
		if invalid := e.Validate(); (invalid == nil && ok) != (err == nil) {
			t.Fatalf("%v: valid: %v, in range: %t", err, invalid, ok)
		}
		if err != nil {
			if string(b) != "before" {
				t.Fatalf("%q after an error", b)
			}
			return
		}
		got, err := ceprotobuf.Format{MaxAttributes: -1}.DecodeStructuredModeMessage(bytes.TrimPrefix(b, []byte("before")), "")
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if d := formattest.Diff(want, got); d != "" {
			t.Fatalf("%q\n%s", b, d)
		}
	})
}
