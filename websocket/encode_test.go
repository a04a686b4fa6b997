package cews_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/validation"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

func TestCopyToMessage(t *testing.T) {
	e := order()
	m := cews.Message{Frame: cews.Binary, Payload: []byte("old")}
	if err := cews.CopyToMessage(&m, &e, cews.SubprotocolJSON, nil); err != nil || m.Frame != cews.Text || string(m.Payload) != orderJSON {
		t.Errorf("%v %s: %v", m.Frame, m.Payload, err)
	}
	if err := cews.CopyToMessage(nil, &e, cews.SubprotocolJSON, nil); err == nil || err.Error() != "the message is nil" {
		t.Errorf("error is %v", err)
	}
}

// broken is a JSON format that does not write UTF-8.
type broken struct{ format.JSON }

func (broken) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	return append(dst, 0xFF), nil
}

// On an error a message is as it was.
func TestEncodeErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change      func(e *cloudevents.Event)
		subprotocol string
		f           format.Formatter
		is          error
		text        string
	}{
		"an illegal event":                   {func(e *cloudevents.Event) { e.ID = "" }, cews.SubprotocolJSON, nil, validation.ErrMissing, ""},
		"an illegal event in another format": {func(e *cloudevents.Event) { e.Source = "a b" }, cews.SubprotocolAvro, all, validation.ErrSyntax, ""},
		"nothing agreed on":                  {nil, "", nil, cloudevents.ErrNotCloudEvent, ""},
		"another format":                     {nil, cews.SubprotocolProto, format.Set{format.JSON{}, avro}, format.ErrUnknown, ""},
		"a format of no connection":          {nil, cews.SubprotocolJSON, xml, format.ErrUnknown, ""},
		"text that is not UTF-8":             {nil, cews.SubprotocolJSON, broken{}, nil, "the Format has written text for cloudevents.json that is not UTF-8"},
	} {
		e := order()
		if c.change != nil {
			c.change(&e)
		}
		m := cews.Message{Frame: cews.Binary, Payload: []byte("old")}
		err := cews.CopyToMessage(&m, &e, c.subprotocol, c.f)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.text != "" && err.Error() != c.text {
			t.Errorf("%s: error is %v", name, err)
		}
		if m.Frame != cews.Binary || string(m.Payload) != "old" {
			t.Errorf("%s: the message has changed: %+v", name, m)
		}
		if m, err := cews.ToMessage(&e, c.subprotocol, c.f); err == nil || m.Frame != 0 || m.Payload != nil {
			t.Errorf("%s: a message beside the error: %+v, %v", name, m, err)
		}
	}
}

// A sealed event goes from one connection to another, also in another format.
func TestSealed(t *testing.T) {
	for _, from := range cews.Subprotocols(all) {
		for _, to := range cews.Subprotocols(all) {
			e := order()
			m, err := cews.ToMessage(&e, from, all)
			if err != nil {
				t.Fatal(err)
			}
			d := cews.Decoder{Subprotocol: from, Format: all}
			s, err := d.ToSealed(&m)
			if err != nil {
				t.Fatal(err)
			}
			clear(m.Payload)
			enc := cews.Encoder{Subprotocol: to, Format: all}
			if m, err = enc.SealedToMessage(&s); err != nil {
				t.Fatal(err)
			}
			got, err := cews.ToCloudEvent(&m, to, all)
			if d := cmp.Diff(e, got); d != "" || err != nil {
				t.Errorf("from %s to %s: %v\n%s", from, to, err, d)
			}
		}
	}
	var s cloudevents.Sealed
	enc := cews.Encoder{}
	if _, err := enc.SealedToMessage(&s); !errors.Is(err, cloudevents.ErrNotCloudEvent) {
		t.Errorf("error is %v", err)
	}
	d := cews.Decoder{}
	if _, err := d.ToSealed(text(orderJSON)); !errors.Is(err, cloudevents.ErrNotCloudEvent) {
		t.Errorf("error is %v", err)
	}
}

// The fields of an event do not depend on the payload of its message.
func TestPayloadIsFresh(t *testing.T) {
	e := order()
	m, err := cews.ToMessage(&e, cews.SubprotocolJSON, nil)
	if err != nil {
		t.Fatal(err)
	}
	clear(m.Payload)
	if d := cmp.Diff(order(), e); d != "" {
		t.Error(d)
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
		enc := cews.Encoder{Subprotocol: cews.SubprotocolJSON, Format: f}
		m, err := enc.SealedToMessage(&s)
		if err != nil || !strings.Contains(string(m.Payload), `"data":`+deep) {
			t.Errorf("%T: %v, %.100s", f, err, m.Payload)
		}
	}
}
