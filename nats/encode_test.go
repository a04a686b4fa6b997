package cenats_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/validation"
)

func equalMessages(a, b *cenats.Message) bool {
	return maps.EqualFunc(a.Header, b.Header, slices.Equal[[]string]) && bytes.Equal(a.Data, b.Data)
}

// CopyToMessage keeps what is not of the event, and leaves nothing of another one.
func TestCopyToMessage(t *testing.T) {
	old := func() *cenats.Message {
		return &cenats.Message{
			Header: map[string][]string{
				"Ce-Subject": {"old"}, "CE-OLD": {"x", "y"}, "ce-": {"z"}, "content-type": {mediaType}, "Content-Type": {"a/b"},
				"Nats-Msg-Id": {"1"}, "X-Trace": {"a", "b"}, "ce_id": {"k"}, "Content-Encoding": {"gzip"}, "none": nil,
			},
			Data: []byte("old"),
		}
	}
	kept := map[string][]string{"Nats-Msg-Id": {"1"}, "X-Trace": {"a", "b"}, "ce_id": {"k"}, "Content-Encoding": {"gzip"}, "none": nil}
	e := placed()
	e.Data = []byte("new")
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		m := old()
		if err := cenats.CopyToMessage(m, &e, mode, nil); err != nil {
			t.Fatal(err)
		}
		fresh, err := cenats.ToMessage(&e, mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(fresh.Header, kept)
		if diff := cmp.Diff(&fresh, m); diff != "" {
			t.Errorf("%s: %s", mode, diff)
		}
	}
	for reason, copyTo := range map[string]func(m *cenats.Message) error{
		"an illegal event": func(m *cenats.Message) error {
			return cenats.CopyToMessage(m, &cloudevents.Event{}, cloudevents.BinaryMode, nil)
		},
		"an illegal event in structured mode": func(m *cenats.Message) error {
			return cenats.CopyToMessage(m, &cloudevents.Event{}, cloudevents.StructuredMode, nil)
		},
		"a batch": func(m *cenats.Message) error { return cenats.CopyToMessage(m, &e, cloudevents.BatchMode, nil) },
	} {
		m := old()
		if err := copyTo(m); err == nil || !cmp.Equal(m, old()) {
			t.Errorf("%s: %v, %v", reason, err, m)
		}
	}
	if err := cenats.CopyToMessage(nil, &e, cloudevents.BinaryMode, nil); err == nil || err.Error() != "the message is nil" {
		t.Error(err)
	}
}

// A message without headers gets a map, and one with a map keeps it.
func TestCopyToMessageUsesTheMap(t *testing.T) {
	e := placed()
	h := map[string][]string{}
	m := cenats.Message{Header: h}
	if err := cenats.CopyToMessage(&m, &e, cloudevents.BinaryMode, nil); err != nil || len(h) != 4 {
		t.Errorf("%v, %v", h, err)
	}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		var m cenats.Message
		if err := cenats.CopyToMessage(&m, &e, mode, nil); err != nil || len(m.Header) == 0 {
			t.Errorf("%v, %v", m, err)
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	e := placed()
	if _, err := cenats.ToMessage(&e, cloudevents.BatchMode, nil); !errors.Is(err, cloudevents.ErrContentMode) || !strings.Contains(err.Error(), "batch") {
		t.Error(err)
	}
	if _, err := cenats.ToMessage(&e, 9, nil); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Error(err)
	}
	e.ID = ""
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		m, err := cenats.ToMessage(&e, mode, nil)
		if !errors.Is(err, validation.ErrMissing) || m.Header != nil || m.Data != nil {
			t.Errorf("%s: %v, %v", mode, m, err)
		}
	}
}

func TestEncodeFormat(t *testing.T) {
	e := placed()
	e.Data = []byte("x")
	m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, text{})
	if err != nil || string(m.Data) != "x!" {
		t.Errorf("%v, %v", m, err)
	}
	m, err = cenats.ToMessage(&e, cloudevents.StructuredMode, text{})
	if err != nil || !slices.Equal(m.Header["Content-Type"], []string{"application/cloudevents+text"}) {
		t.Errorf("%v, %v", m, err)
	}
}

// The values of a header are slices of their own: an append to one does not change another.
func TestValuesDoNotOverlap(t *testing.T) {
	e := large(10)
	m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := maps.Clone(m.Header)
	for key := range want {
		want[key] = slices.Clone(want[key])
	}
	for _, values := range m.Header {
		_ = append(values, "x")
	}
	if diff := cmp.Diff(want, m.Header); diff != "" {
		t.Error(diff)
	}
}

// A sealed event is written as the event is.
func TestSealedToMessage(t *testing.T) {
	e := placed()
	e.DataContentType, e.Data = "application/json", []byte(`{"a":1}`)
	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, enc := range []cenats.Encoder{
		{}, {Mode: cloudevents.StructuredMode}, {Format: text{}}, {Mode: cloudevents.StructuredMode, Format: text{}},
	} {
		want, err := enc.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := enc.SealedToMessage(&s)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", enc.Mode, err, diff)
		}
		clear(got.Data)
		if data, _ := s.Data(); data != `{"a":1}` {
			t.Errorf("the sealed data are %q", data)
		}
	}
	batch := cenats.Encoder{Mode: cloudevents.BatchMode}
	if _, err := batch.SealedToMessage(&s); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Error(err)
	}
	s.Attributes.ID = ""
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		enc := cenats.Encoder{Mode: mode}
		if m, err := enc.SealedToMessage(&s); !errors.Is(err, validation.ErrMissing) || m.Header != nil {
			t.Errorf("%s: %v, %v", mode, m, err)
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
		enc := cenats.Encoder{Mode: cloudevents.StructuredMode, Format: f}
		m, err := enc.SealedToMessage(&s)
		if err != nil || !strings.Contains(string(m.Data), `"data":`+deep) {
			t.Errorf("%T: %v, %.100s", f, err, m.Data)
		}
	}
}
