package cews_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// An error of a decoder is typed, cites, and has a status.
func TestDecodeErrors(t *testing.T) {
	var (
		syntax    *cloudevents.SyntaxError
		limit     *cloudevents.LimitError
		violation *validation.Error
	)
	for name, c := range map[string]struct {
		m           *cews.Message
		subprotocol string
		f           format.Formatter
		is          error // or
		as          any
		text        string // the beginning
		status      int
	}{
		"nil": {nil, "cloudevents.json", nil, nil, nil, "the message is nil", 1008},
		"JSON in a binary frame": {&cews.Message{Frame: cews.Binary, Payload: []byte(orderJSON)}, "cloudevents.json", nil, cews.ErrFrame, nil,
			"wrong type of WebSocket frame: it is binary, and cloudevents.json has text frames (websockets-protocol-binding.md#15-cloudevents-subprotocols)", 1003},
		"Avro in a text frame": {text(orderJSON), "CLOUDEVENTS.AVRO", all, cews.ErrFrame, nil,
			"wrong type of WebSocket frame: it is text, and cloudevents.avro has binary frames", 1003},
		"no frame": {&cews.Message{Payload: []byte(orderJSON)}, "cloudevents.json", nil, cews.ErrFrame, nil,
			"wrong type of WebSocket frame: it is opcode 0, and", 1003},
		"not UTF-8":           {text("{\"é\":\"\xff\"}"), "cloudevents.json", nil, nil, &syntax, "offset 7: a text frame is not UTF-8", 1007},
		"a batch":             {text("\uFEFF [" + orderJSON + "]"), "cloudevents.json", nil, cloudevents.ErrContentMode, nil, "wrong content mode: the message is a batch, and this protocol has none (websockets", 1008},
		"no JSON":             {text(`{"id":}`), "cloudevents.json", nil, nil, &syntax, "offset 6: ", 1007},
		"an illegal event":    {text(`{"specversion":"1.0"}`), "cloudevents.json", nil, nil, &violation, `attribute "id": `, 1008},
		"an illegal time":     {text(strings.Replace(orderJSON, "{", `{"time":"now",`, 1)), "cloudevents.json", nil, validation.ErrSyntax, &syntax, "offset 9: ", 1008},
		"too many attributes": {text(strings.Replace(orderJSON, "{", `{"a":1,`, 1)), "cloudevents.json", format.JSON{MaxAttributes: 5}, nil, &limit, "offset", 1009},
		"another document":    {&cews.Message{Frame: cews.Binary, Payload: []byte(orderJSON)}, "cloudevents.avro", all, nil, &syntax, "offset 0: not of this format", 1007},
	} {
		e, err := cews.ToCloudEvent(c.m, c.subprotocol, c.f)
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.as != nil && !errors.As(err, c.as) {
			t.Errorf("%s: error is %#v", name, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.text) {
			t.Errorf("%s: %q, want %q", name, err, c.text)
		}
		if got := cews.StatusCode(err); got != c.status {
			t.Errorf("%s: status %d, want %d", name, got, c.status)
		}
		if d := cmp.Diff(cloudevents.Event{}, e); d != "" {
			t.Errorf("%s: an event beside the error: %s", name, d)
		}
	}
	if got := cews.StatusCode(nil); got != 1000 {
		t.Errorf("status of no error is %d", got)
	}
}

// The member of a Set that speaks the subprotocol decodes and encodes, wherever it is.
func TestFormatOfTheSubprotocol(t *testing.T) {
	e := order()
	for subprotocol, first := range map[string]byte{
		cews.SubprotocolJSON: '{', cews.SubprotocolAvro: 0xFF, cews.SubprotocolProto: 0xFF, "CloudEvents.PROTO": 0xFF,
	} {
		m, err := cews.ToMessage(&e, subprotocol, all)
		if err != nil {
			t.Errorf("%s: %v", subprotocol, err)
			continue
		}
		if wantText := first == '{'; m.Payload[0] != first || (m.Frame == cews.Text) != wantText {
			t.Errorf("%s: %v frame with %.20q", subprotocol, m.Frame, m.Payload)
		}
		got, err := cews.ToCloudEvent(&m, subprotocol, all)
		if d := cmp.Diff(e, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", subprotocol, err, d)
		}
	}
}

func TestDecoderSettings(t *testing.T) {
	with := func(members string) *cews.Message {
		return text(`{"specversion":"1.0","id":"1","source":"/s","type":"t"` + members + `}`)
	}
	t.Run("Extensions", func(t *testing.T) {
		d := cews.Decoder{Subprotocol: cews.SubprotocolJSON, Extensions: []spec.Attribute{{Name: "x", Type: spec.Integer}}}
		e, err := d.ToCloudEvent(with(`,"x":"7"`))
		if v, _ := e.Get("x"); v.Type() != spec.Integer || err != nil {
			t.Errorf("%v: %v", v.Type(), err)
		}
		if _, err := d.ToCloudEvent(with(`,"x":"y"`)); !errors.Is(err, validation.ErrSyntax) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("MaxAttributes", func(t *testing.T) {
		for max, refused := range map[int]bool{4: true, 5: false, 0: false, -1: false} {
			d := cews.Decoder{Subprotocol: cews.SubprotocolJSON, MaxAttributes: max}
			_, err := d.ToCloudEvent(with(`,"x":"7"`))
			var limit *cloudevents.LimitError
			if errors.As(err, &limit) != refused {
				t.Errorf("%d: %v", max, err)
			}
		}
	})
	t.Run("the default of MaxAttributes", func(t *testing.T) {
		var b strings.Builder
		for i := range cloudevents.DefaultMaxAttributes {
			fmt.Fprintf(&b, `,"x%d":1`, i)
		}
		d := cews.Decoder{Subprotocol: cews.SubprotocolJSON}
		var limit *cloudevents.LimitError
		if _, err := d.ToCloudEvent(with(b.String())); !errors.As(err, &limit) {
			t.Errorf("error is %v", err)
		}
		d.MaxAttributes = -1
		if e, err := d.ToCloudEvent(with(b.String())); err != nil || len(e.Extensions) != cloudevents.DefaultMaxAttributes {
			t.Errorf("%d extensions: %v", len(e.Extensions), err)
		}
	})
	t.Run("V1Only", func(t *testing.T) {
		old := text(strings.Replace(orderJSON, `"1.0"`, `"0.3"`, 1))
		if _, err := (&cews.Decoder{Subprotocol: cews.SubprotocolJSON}).ToCloudEvent(old); err != nil {
			t.Error(err)
		}
		if _, err := (&cews.Decoder{Subprotocol: cews.SubprotocolJSON, V1Only: true}).ToCloudEvent(old); !errors.Is(err, validation.ErrVersion) {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("Forgive", func(t *testing.T) {
		var receipts []error
		d := cews.Decoder{Subprotocol: cews.SubprotocolJSON, Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r.Err) }}
		e, err := d.ToCloudEvent(with(`,"time":"yesterday"`))
		if err != nil || !e.Time.IsZero() || len(receipts) != 1 || !errors.Is(receipts[0], validation.ErrSyntax) {
			t.Errorf("%v, %v: %v", e.Time, receipts, err)
		}
		for name, m := range map[string]*cews.Message{
			"frame": {Frame: cews.Binary, Payload: []byte(orderJSON)}, "not UTF-8": with(",\"x\":\"\xff\""), "batch": text("[" + orderJSON + "]"), "no id": text(`{"specversion":"1.0"}`),
		} {
			if _, err := d.ToCloudEvent(m); err == nil {
				t.Errorf("%s is forgiven", name)
			}
		}
		if len(receipts) != 1 {
			t.Errorf("receipts for what was refused: %v", receipts)
		}
	})
}

// The data aliases the payload, the attributes and a sealed event do not.
func TestAliasing(t *testing.T) {
	m := text(orderJSON)
	d := cews.Decoder{Subprotocol: cews.SubprotocolJSON}
	e, err := d.ToCloudEvent(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.ToSealed(m)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := uintptr(unsafe.Pointer(&m.Payload[0])), uintptr(unsafe.Pointer(&m.Payload[len(m.Payload)-1]))
	if at := uintptr(unsafe.Pointer(&e.Data[0])); at < begin || at > end {
		t.Error("the data was copied")
	}
	copied := e.Clone()
	clear(m.Payload)
	if e.ID != copied.ID || e.Source != copied.Source || e.Type != copied.Type || string(e.Data) == string(copied.Data) {
		t.Errorf("%v", e)
	}
	if d := cmp.Diff(order(), s.Event()); d != "" {
		t.Error(d)
	}
	if e.Data = append(e.Data, "xyz"...); m.Payload[len(m.Payload)-1] != 0 {
		t.Error("append to the data writes into the payload")
	}
}

// A Decoder and an Encoder serve many connections at the same time.
func TestConcurrency(t *testing.T) {
	d := cews.Decoder{Subprotocol: cews.SubprotocolProto, Format: all}
	enc := cews.Encoder{Subprotocol: cews.SubprotocolProto, Format: all}
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 50 {
				e := order()
				m, err := enc.ToMessage(&e)
				if err != nil {
					t.Error(err)
				}
				if got, err := d.ToCloudEvent(&m); err != nil || got.ID != e.ID {
					t.Error(got, err)
				}
			}
		}()
	}
	wg.Wait()
}
