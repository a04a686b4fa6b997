package cenats_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
)

// FuzzDecode decodes arbitrary headers, a line each, and data. An event
// that is accepted is valid, arrives again in both modes, and is the same for a forgiving
// decoder, without a receipt.
func FuzzDecode(f *testing.F) {
	for _, c := range fixtures(f, "nats/") {
		m := message(c)
		var lines strings.Builder
		for name, values := range m.Header {
			for _, v := range values {
				fmt.Fprintf(&lines, "%s:%s\n", name, v)
			}
		}
		f.Add(lines.String(), m.Data)
	}
	for _, c := range fixtures(f, "json/decode/") {
		f.Add("", c.Message.Body)
	}
	f.Fuzz(func(t *testing.T, lines string, data []byte) {
		m := cenats.Message{Header: map[string][]string{}, Data: data}
		for line := range strings.SplitSeq(lines, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				m.Header[name] = append(m.Header[name], value)
			}
		}
		e, err := cenats.ToCloudEvent(&m, nil)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a text")
			}
		} else {
			checkValid(t, e)
			if !cenats.IsCloudEvent(&m) {
				t.Errorf("decoded what is no CloudEvent: %v", m)
			}
			checkRoundTrip(t, e)
		}
		checkForgiving(t, &m, e, err)
		sealed, sealedErr := (&cenats.Decoder{}).ToSealed(&m)
		if (err == nil) != (sealedErr == nil) {
			t.Fatalf("ToCloudEvent: %v; ToSealed: %v", err, sealedErr)
		}
		if err == nil {
			if diff := cmp.Diff(e, sealed.Event(), sameValues); diff != "" {
				t.Error(diff)
			}
		}
	})
}

var sameValues = cmp.Comparer(func(a, b cloudevents.Value) bool { return a == b })

func checkValid(t *testing.T, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("decoded an invalid event: %v", err)
	}
}

// checkForgiving compares what a forgiving decoder makes of a message with what a strict one
// did.
func checkForgiving(t *testing.T, m *cenats.Message, strict cloudevents.Event, strictErr error) {
	t.Helper()
	var receipts []error
	d := cenats.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r.Err) }}
	e, err := d.ToCloudEvent(m)
	if err == nil {
		checkValid(t, e)
		checkRoundTrip(t, e)
	}
	switch {
	case strictErr == nil:
		if diff := cmp.Diff(strict, e, sameValues); err != nil || len(receipts) > 0 || diff != "" {
			t.Errorf("forgiving: %v, %v, %s", err, receipts, diff)
		}
	case err == nil && len(receipts) != 1:
		t.Errorf("forgiven in silence: %v", strictErr)
	case err == nil && receipts[0].Error() != strictErr.Error():
		t.Errorf("strict: %v; forgiven: %v", strictErr, receipts[0])
	case err != nil && len(receipts) > 0:
		t.Errorf("a receipt for what is refused: %v, %v", err, receipts)
	}
}

// FuzzEncode encodes arbitrary events. Those that are refused are not valid.
func FuzzEncode(f *testing.F) {
	for _, c := range fixtures(f, "nats/") {
		for i := range c.Events {
			e := map[string]string{}
			for _, a := range c.Events[i].Attributes {
				e[a.Name] = a.Text
			}
			f.Add(e["id"], e["source"], e["type"], e["subject"], e["datacontenttype"], e["dataschema"], "comexampleregion", e["comexampleregion"], uint8(0), c.Events[i].Data)
		}
	}
	f.Add("|", "/a|b", "%", " ", `text/plain; a="b"`, "urn:%41", "x", "AP8=", uint8(spec.Binary), []byte{})
	f.Fuzz(func(t *testing.T, id, source, typ, subject, contentType, schema, name, value string, kind uint8, data []byte) {
		e := cloudevents.Event{ID: id, Source: source, Type: typ, Subject: subject, DataContentType: contentType, DataSchema: schema, Data: data}
		if v, err := cloudevents.ParseValue(spec.Type(kind%8), value); err == nil {
			e.Extensions = []cloudevents.Extension{{Name: name, Value: v}}
		}
		if invalid := e.Validate(); invalid == nil {
			checkRoundTrip(t, e)
		} else {
			for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				if m, err := cenats.ToMessage(&e, mode, nil); err == nil {
					t.Errorf("%s mode: encoded %v in spite of %v", mode, m, invalid)
				}
			}
		}
		messageID := cenats.MessageID(&e)
		if len(messageID) > 128 || strings.ContainsFunc(messageID, func(r rune) bool { return r <= ' ' || r > '~' }) || (messageID == "") != (id == "") {
			t.Errorf("id of a message: %q", messageID)
		}
		moved := cloudevents.Event{ID: "x" + id, Source: strings.TrimSuffix(source, "x")} // the same letters, if source ends in x
		if id != "" && (moved.ID != id || moved.Source != source) && cenats.MessageID(&moved) == messageID {
			t.Errorf("%q and %q have the same id %q", []string{source, id}, []string{moved.Source, moved.ID}, messageID)
		}
	})
}
