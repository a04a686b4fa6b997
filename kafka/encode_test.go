package cekafka_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// stale is a record that carried another event, among headers that have nothing to do with
// events.
func stale() *cekafka.Message {
	m := &cekafka.Message{Key: []byte("key"), Value: []byte("old"), Headers: headers(
		"trace", "kept", "ce_id", "old", "content-type", "text/old", "Content-Type", "kept", "ce_", "old", "", "kept",
		"ce_my-name", "old", "CE_ID", "kept", "ce-id", "kept", "content-type", "text/older", "trace", "kept too", "ce_datacontenttype", "old",
	)}
	m.Headers = append(m.Headers, cekafka.Header{Name: "ce_null"}, cekafka.Header{Name: "null"})
	return m
}

func kept() []cekafka.Header {
	return append(headers("trace", "kept", "Content-Type", "kept", "", "kept", "CE_ID", "kept", "ce-id", "kept", "trace", "kept too"), cekafka.Header{Name: "null"})
}

func TestCopyToMessage(t *testing.T) {
	e := minimal()
	for mode, want := range map[cloudevents.Mode]*cekafka.Message{
		cloudevents.BinaryMode:     binary(""),
		cloudevents.StructuredMode: structured(document),
	} {
		want.Key = []byte("key")
		want.Headers = append(kept(), want.Headers...)
		m := stale()
		before := m.Headers
		for range 2 { // a second call adds nothing
			if err := cekafka.CopyToMessage(m, &e, mode, nil); err != nil {
				t.Fatal(err)
			}
			wantMessage(t, m, want)
		}
		if d := cmp.Diff(stale().Headers, before); d != "" {
			t.Errorf("%s: the old slice has changed:\n%s", mode, d)
		}
	}
}

func TestCopyToMessageFails(t *testing.T) {
	nested, unwritable, invalid := minimal(), minimal(), minimal()
	nested.DataContentType = "application/CloudEvents+json"
	unwritable.Data = []byte("unwritable")
	invalid.ID = ""
	key := func(*cloudevents.Event) []byte { panic("asked for the key of what is not sent") }
	for name, c := range map[string]struct {
		enc  cekafka.Encoder
		e    cloudevents.Event
		want error
		text string
	}{
		"invalid in binary mode":     {cekafka.Encoder{}, invalid, validation.ErrMissing, `attribute "id": a required attribute is missing (spec.md#id)`},
		"invalid in structured mode": {cekafka.Encoder{Mode: cloudevents.StructuredMode}, invalid, validation.ErrMissing, `attribute "id": a required attribute is missing (spec.md#id)`},
		"batch mode":                 {cekafka.Encoder{Mode: cloudevents.BatchMode}, minimal(), cloudevents.ErrContentMode, "this protocol has no batch mode"},
		"no mode":                    {cekafka.Encoder{Mode: 77}, minimal(), cloudevents.ErrContentMode, "this protocol has no"},
		"an event in an event":       {cekafka.Encoder{}, nested, cloudevents.ErrContentMode, `receivers may read data of type "application/CloudEvents+json" in binary mode as another mode`},
		"what the format refuses":    {cekafka.Encoder{Format: protobuf{}}, unwritable, errors.ErrUnsupported, ""},
	} {
		c.enc.Key = key
		m := stale()
		err := c.enc.CopyToMessage(m, &c.e)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error is %v, want %v", name, err, c.want)
		}
		wantMessage(t, m, stale())
		fresh, err := c.enc.ToMessage(&c.e)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: ToMessage: %v", name, err)
		}
		wantMessage(t, &fresh, &cekafka.Message{})
		if s, err := cloudevents.Seal(c.e); err == nil {
			fresh, err := c.enc.SealedToMessage(&s)
			if !errors.Is(err, c.want) {
				t.Errorf("%s: SealedToMessage: %v", name, err)
			}
			wantMessage(t, &fresh, &cekafka.Message{})
		}
	}
}

// The key is the user's, unless a mapper gives another.
func TestPartitionKey(t *testing.T) {
	with := func(v cloudevents.Value) cloudevents.Event {
		e := minimal()
		e.Extensions = []cloudevents.Extension{{Name: "partitionkey", Value: v}}
		return e
	}
	outOfBand := func(*cloudevents.Event) []byte { return []byte("tenant-7") }
	ofData := func(e *cloudevents.Event) []byte { return e.Data[:1] }
	data := minimal()
	data.Data = []byte("data")
	for name, c := range map[string]struct {
		e        cloudevents.Event
		key      func(*cloudevents.Event) []byte
		old, new []byte
	}{
		"no mapper":                       {with(cloudevents.StringValue("a")), nil, []byte("user"), []byte("user")},
		"no mapper and no key":            {with(cloudevents.StringValue("a")), nil, nil, nil},
		"no mapper and an empty key":      {with(cloudevents.StringValue("a")), nil, []byte{}, []byte{}},
		"partitionkey":                    {with(cloudevents.StringValue("a b€")), cekafka.PartitionKey, []byte("user"), []byte("a b€")},
		"partitionkey is no String":       {with(cloudevents.IntegerValue(-7)), cekafka.PartitionKey, nil, []byte("-7")},
		"partitionkey is empty":           {with(cloudevents.StringValue("")), cekafka.PartitionKey, nil, []byte{}},
		"no partitionkey":                 {minimal(), cekafka.PartitionKey, []byte("user"), []byte("user")},
		"no partitionkey and no key":      {minimal(), cekafka.PartitionKey, nil, nil},
		"a mapper that asks nobody":       {minimal(), outOfBand, []byte("user"), []byte("tenant-7")},
		"a mapper that looks at the data": {data, ofData, nil, []byte("d")},
	} {
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
			e, m := c.e.Clone(), cekafka.Message{Key: c.old}
			enc := cekafka.Encoder{Mode: mode, Key: c.key}
			if err := enc.CopyToMessage(&m, &e); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.new, m.Key); d != "" {
				t.Errorf("%s, %s: key:\n%s", name, mode, d)
			}
			wantEvent(t, e, c.e)
			got, err := cekafka.ToCloudEvent(&m, nil, types(&c.e)...)
			if err != nil {
				t.Fatal(err)
			}
			wantEvent(t, got, c.e)

			s, err := cloudevents.Seal(c.e)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := enc.SealedToMessage(&s)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte // there is no key of before
			if c.key != nil {
				want = c.key(&e)
			}
			if d := cmp.Diff(want, sealed.Key); d != "" {
				t.Errorf("%s, %s: key of a sealed event:\n%s", name, mode, d)
			}
		}
	}
}

// A key that PartitionKey returns is not the memory of the event.
func TestPartitionKeyIsFresh(t *testing.T) {
	e := minimal()
	e.Extensions = []cloudevents.Extension{{Name: "partitionkey", Value: cloudevents.StringValue("abc")}}
	key := cekafka.PartitionKey(&e)
	key[0] = 'X'
	if v, _ := e.Get("partitionkey"); v.String() != "abc" {
		t.Errorf("partitionkey is %v", v)
	}
}

func TestCopyHeaders(t *testing.T) {
	e := minimal()
	e.DataContentType, e.Data, e.Subject = "text/plain", []byte("x"), "s"
	enc := cekafka.Encoder{Mode: cloudevents.StructuredMode, CopyHeaders: true}
	m, err := enc.ToMessage(&e)
	if err != nil {
		t.Fatal(err)
	}
	wantMessage(t, &m, &cekafka.Message{
		Headers: headers("ce_specversion", "1.0", "ce_id", "1", "ce_source", "/s", "ce_type", "t", "ce_subject", "s", "content-type", spec.MediaTypeJSON),
		Value:   []byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/plain","subject":"s","data":"x"}`),
	})
	got, err := cekafka.ToCloudEvent(&m, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantEvent(t, got, e)
	enc.Mode = cloudevents.BinaryMode // which has them anyway
	m, err = enc.ToMessage(&e)
	want, wantErr := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil || wantErr != nil {
		t.Fatal(err, wantErr)
	}
	wantMessage(t, &m, &want)
}

func TestEncodeFormat(t *testing.T) {
	e := minimal()
	for name, c := range map[string]struct{ data, want []byte }{
		"data":       {[]byte("ABC"), []byte("abc")},
		"empty data": {[]byte{}, []byte{}},
		"no data":    {nil, nil},
	} {
		e.Data = c.data
		m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, protobuf{})
		if d := cmp.Diff(c.want, m.Value); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
	m, err := cekafka.ToMessage(&e, cloudevents.StructuredMode, protobuf{})
	if err != nil || string(m.Headers[0].Value) != "application/cloudevents+protobuf" {
		t.Errorf("%v, %v", m, err)
	}
}

// In binary mode the value is the data. Headers share memory with each other, and an append
// to one leaves the next alone.
func TestEncodeAliases(t *testing.T) {
	e := minimal()
	e.Data = []byte("data")
	e.Time = time.Date(2018, 4, 5, 17, 31, 0, 0, time.UTC)
	e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("v")}, {Name: "y", Value: cloudevents.StringValue("w")}}
	m, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	if unsafe.SliceData(m.Value) != unsafe.SliceData(e.Data) {
		t.Error("the value is a copy")
	}
	before, err := cekafka.ToMessage(&e, cloudevents.BinaryMode, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range m.Headers {
		_ = append(h.Value, "overwritten"...)
	}
	wantMessage(t, &m, &before)

	s, err := cloudevents.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		enc := cekafka.Encoder{Mode: mode}
		m, err := enc.SealedToMessage(&s)
		if err != nil {
			t.Fatal(err)
		}
		want, err := enc.ToMessage(&e)
		if err != nil {
			t.Fatal(err)
		}
		wantMessage(t, &m, &want)
		for i := range m.Value {
			m.Value[i] = '?'
		}
		if data, _ := s.Data(); data != "data" {
			t.Errorf("%s: the sealed data is %q", mode, data)
		}
	}
}

// An event that is passed on by way of a Sealed arrives in every mode.
func TestSealedRelay(t *testing.T) {
	for _, c := range fixtures(t, "kafka/decode/") {
		if c.Refused != nil {
			continue
		}
		d := cekafka.Decoder{Extensions: c.Extensions}
		s, err := d.ToSealed(ofCase(c))
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		want := s.Event()
		again := cekafka.Decoder{Extensions: types(&want)}
		for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
			enc := cekafka.Encoder{Mode: mode}
			m, err := enc.SealedToMessage(&s)
			if mode == cloudevents.BinaryMode && strings.HasPrefix(want.DataContentType, spec.MediaTypePrefix) {
				if !errors.Is(err, cloudevents.ErrContentMode) {
					t.Errorf("%s, %s: %v", c.Name, mode, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %s: %v", c.Name, mode, err)
				continue
			}
			got, err := again.ToCloudEvent(&m)
			if err != nil {
				t.Errorf("%s, %s: %v", c.Name, mode, err)
			}
			if mode == cloudevents.StructuredMode && want.DataContentType == "application/json" {
				want.Data = bytes.TrimSpace(want.Data)
			}
			wantEvent(t, got, want)
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
		enc := cekafka.Encoder{Mode: cloudevents.StructuredMode, Format: f}
		m, err := enc.SealedToMessage(&s)
		if err != nil || !strings.Contains(string(m.Value), `"data":`+deep) {
			t.Errorf("%T: %v, %.100s", f, err, m.Value)
		}
	}
}
