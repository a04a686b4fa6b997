package ceavro_test

import (
	"bytes"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
)

// FuzzDecode decodes bytes in both formats. What is accepted is valid, and comes back from
// the encoder as the same event.
func FuzzDecode(f *testing.F) {
	for _, c := range formattest.Cases(f, 230, conformance.Avro, conformance.AvroCompact) {
		f.Add(c.Message.Body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		forgive := func(r cloudevents.Receipt) {
			if r.Err == nil || r.Event.Validate() != nil {
				t.Fatalf("%+v", r)
			}
		}
		e, err := ceavro.Decode(body)
		formattest.Unused(t, ceavro.Format{}, body)
		if err == nil {
			checkAccepted(t, codecs[0], e)
		}
		if e, forgiving := (ceavro.Format{Forgive: forgive}).DecodeStructuredModeMessage(body, ""); forgiving == nil {
			checkAccepted(t, codecs[0], e)
		} else if err == nil {
			t.Fatalf("accepted only if strict: %v", forgiving)
		}
		e, err = ceavro.DecodeCompact(body)
		formattest.Unused(t, ceavro.Compact{}, body)
		if err == nil {
			checkAccepted(t, codecs[1], e)
		}
		if e, forgiving := (ceavro.Compact{Forgive: forgive}).DecodeStructuredModeMessage(body, ""); forgiving == nil {
			checkAccepted(t, codecs[1], e)
		} else if err == nil {
			t.Fatalf("accepted only if strict: %v", forgiving)
		}
		if !bytes.Equal(body, before) {
			t.Fatal("decoding has changed the body")
		}
	})
}

// checkAccepted checks what holds of every event that a decoder returns.
func checkAccepted(t *testing.T, c codec, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("%s: accepted, but invalid: %v", c.name, err)
	}
	for _, other := range codecs {
		checkRoundTrip(t, other, e)
	}
}

// checkRoundTrip encodes a valid event and decodes it again.
func checkRoundTrip(t *testing.T, c codec, e cloudevents.Event) {
	t.Helper()
	want, ok := c.arrives(e)
	b, err := c.append(nil, &e)
	if ok != (err == nil) {
		t.Fatalf("%s: %v: %v, want success: %t", c.name, e, err, ok)
	}
	if !ok {
		return
	}
	back, err := c.decode(b, formattest.Types(&e)...)
	if err != nil {
		t.Fatalf("%s: %q cannot be decoded: %v", c.name, b, err)
	}
	if d := formattest.Diff(want, back); d != "" {
		t.Fatalf("%s: %q\ndecodes to another event:\n%s", c.name, b, d)
	}
}

// FuzzEncode encodes events that may be invalid. What is encoded comes back.
func FuzzEncode(f *testing.F) {
	f.Add("1", "/s", "t", "", "", "", int64(0), int64(0), "x", "y", uint8(0), []byte(nil), uint64(0))
	f.Add("1", "/s", "t", "é", "application/json", "urn:x", int64(-2), int64(5), "time1", "AP8=", uint8(3), []byte(`{"a":{"b":[{"c":-0.5}]}}`), uint64(1))
	f.Add("1", "/s", "t", "é", "text/plain", "urn:x", int64(253402300800), int64(5), "b", "true", uint8(0), []byte("x"), uint64(2))
	f.Add("1", "/s", "t", "", "application/json", "", int64(1), int64(0), "when", "2018-04-05T17:31:00.123+01:00", uint8(6), []byte(`[{"a":"\n\u0001"}]`), uint64(3))
	f.Add("1", "/s", "t", "", "application/json", "", int64(1), int64(0), "i", "1", uint8(1), []byte(`1e+21`), uint64(4))
	f.Fuzz(func(t *testing.T, id, source, typ, subject, contentType, schema string, seconds, nanoseconds int64, name, text string, kind uint8, data []byte, seed uint64) {
		e := events.Arguments(formattest.Arguments{
			ID: id, Source: source, Type: typ, Subject: subject, DataContentType: contentType, DataSchema: schema,
			Seconds: seconds, Nanoseconds: nanoseconds, Name: name, Text: text, Kind: kind, Data: data, Seed: seed,
		})
		if e.Validate() == nil {
			for _, c := range codecs {
				checkRoundTrip(t, c, e)
			}
			return
		}
		for _, c := range codecs {
			if b, err := c.append([]byte("before"), &e); err == nil || string(b) != "before" {
				t.Fatalf("%s: an invalid event is encoded as %q: %v", c.name, b, err)
			}
		}
	})
}
