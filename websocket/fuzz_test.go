package cews_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// FuzzDecode decodes arbitrary messages in each format. What is accepted is valid, it is the
// same after another round in every format, and a forgiving decoder takes it for the same event.
func FuzzDecode(f *testing.F) {
	for _, c := range fixtures(f, "websocket/") {
		var subprotocol string
		var frame byte
		var payload []byte
		for _, p := range c.Message.Parts {
			switch p.Kind {
			case "subprotocol":
				subprotocol = string(p.Value)
			case "frame":
				frame = map[string]byte{"text": 1, "binary": 2}[string(p.Value)]
			case "payload":
				payload = p.Value
			}
		}
		f.Add(subprotocol, frame, payload)
	}
	f.Add(cews.SubprotocolAvro, byte(cews.Binary), []byte("\xff"+orderJSON))
	f.Fuzz(func(t *testing.T, subprotocol string, frame byte, payload []byte) {
		m := cews.Message{Frame: cews.Frame(frame), Payload: payload}
		before := string(payload)
		d := cews.Decoder{Subprotocol: subprotocol, Format: all}
		e, err := d.ToCloudEvent(&m)
		if string(payload) != before {
			t.Fatal("the payload has changed")
		}
		checkForgiving(t, subprotocol, &m)
		s, sealErr := d.ToSealed(&m)
		if (sealErr == nil) != (err == nil) {
			t.Fatalf("ToCloudEvent: %v, ToSealed: %v", err, sealErr)
		}
		if err != nil {
			if status := cews.StatusCode(err); status < 1002 || status > 1009 {
				t.Errorf("status %d for %v", status, err)
			}
			return
		}
		if err := e.Validate(); err != nil {
			t.Fatalf("an invalid event: %v", err)
		}
		if !cews.IsCloudEvent(&m, subprotocol) || cews.Check(subprotocol, all) != nil {
			t.Error("decoded what is no event")
		}
		sealed := s.Event()
		checkRound(t, &e)
		checkRound(t, &sealed)
	})
}

// checkForgiving decodes a message with and without Forgive.
func checkForgiving(t *testing.T, subprotocol string, m *cews.Message) {
	t.Helper()
	strict := cews.Decoder{Subprotocol: subprotocol}
	want, wantErr := strict.ToCloudEvent(m)
	receipts := 0
	forgiving := cews.Decoder{Subprotocol: subprotocol, Forgive: func(cloudevents.Receipt) { receipts++ }}
	got, err := forgiving.ToCloudEvent(m)
	switch {
	case wantErr == nil && (err != nil || receipts != 0):
		t.Fatalf("strict accepts, forgiving has %d receipts and %v", receipts, err)
	case wantErr == nil:
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	case err == nil && receipts != 1:
		t.Fatalf("%v is forgiven with %d receipts", wantErr, receipts)
	}
}

// checkRound sends an event through each subprotocol. Extensions whose types JSON does not have are
// declared.
func checkRound(t *testing.T, e *cloudevents.Event) {
	t.Helper()
	for _, subprotocol := range cews.Subprotocols(all) {
		d := cews.Decoder{Subprotocol: subprotocol, Format: all, Extensions: declared(e)}
		m, err := cews.ToMessage(e, subprotocol, all)
		if err != nil {
			t.Fatalf("%s: %v does not go out: %v", subprotocol, e, err)
		}
		got, err := d.ToCloudEvent(&m)
		if err != nil {
			t.Fatalf("%s: %.500q does not come back: %v", subprotocol, m.Payload, err)
		}
		if d := cmp.Diff(normal(*e), normal(got)); d != "" {
			t.Fatalf("%s: %s", subprotocol, d)
		}
	}
}

// FuzzEncode encodes events whose fields are arbitrary. What is valid goes out and comes
// back; what is not is refused.
func FuzzEncode(f *testing.F) {
	f.Add("A-1", "/orders", "t", "", "", "text/plain", []byte("data"), "x", "v")
	f.Add("\xff", "a b", "", "\n", "x", "a/b", []byte(nil), "X", "\x00")
	f.Add("1", "/", "t", "é", "urn:a", "application/json", []byte(`{"a":[1]}`), "key", "\u2028")
	f.Fuzz(func(t *testing.T, id, source, eventType, subject, schema, contentType string, data []byte, name, value string) {
		e := cloudevents.Event{
			ID: id, Source: source, Type: eventType, Subject: subject, DataSchema: schema, DataContentType: contentType, Data: data,
			Extensions: []cloudevents.Extension{{Name: name, Value: cloudevents.StringValue(value)}},
		}
		if err := e.Validate(); err != nil {
			if _, err := cews.ToMessage(&e, cews.SubprotocolJSON, nil); err == nil {
				t.Errorf("an invalid event went out: %v", err)
			}
			return
		}
		checkRound(t, &e)
	})
}

// Every event that Validate accepts goes out and comes back.
func TestEveryEventCanBeSent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		e := generated(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("the test is wrong: %v", err)
		}
		checkRound(t, &e)
	}
}

// A connection in one format does not take the messages of another, whatever is in them.
func TestFormatsDoNotMix(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		e := generated(r)
		for _, from := range cews.Subprotocols(all) {
			m, err := cews.ToMessage(&e, from, all)
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range []string{cews.SubprotocolJSON, cews.SubprotocolAvro} {
				if (from == cews.SubprotocolJSON) == (to == cews.SubprotocolJSON) {
					continue
				}
				if _, err := cews.ToCloudEvent(&m, to, all); !errors.Is(err, cews.ErrFrame) {
					t.Fatalf("%s as %s: %v", from, to, err)
				}
			}
		}
	}
}
