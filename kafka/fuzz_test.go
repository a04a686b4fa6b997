package cekafka_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var modes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}

// flat writes headers as a text for the fuzzer: names and values end in \x1f and \x1e. A
// null value has neither.
func flat(hs []cekafka.Header) string {
	var b strings.Builder
	for _, h := range hs {
		b.WriteString(h.Name)
		if h.Value != nil {
			b.WriteByte(0x1f)
			b.Write(h.Value)
		}
		b.WriteByte(0x1e)
	}
	return b.String()
}

// parseFlat is the inverse of flat.
func parseFlat(s string) (hs []cekafka.Header) {
	for record := range strings.SplitSeq(strings.TrimSuffix(s, "\x1e"), "\x1e") {
		name, value, ok := strings.Cut(record, "\x1f")
		h := cekafka.Header{Name: name}
		if ok {
			h.Value = []byte(value)
		}
		hs = append(hs, h)
	}
	return hs
}

// FuzzDecode decodes arbitrary messages. What is accepted is valid, and the same after
// another round in each mode; settings change nothing about it.
func FuzzDecode(f *testing.F) {
	for _, c := range fixtures(f, "kafka/") {
		if m := ofCase(c); c.Message.Protocol != "" {
			f.Add(flat(m.Headers), m.Value, m.Value == nil)
		}
	}
	for i, c := range fixtures(f, "json/decode/") {
		switch i % 20 { // the format has a target of its own
		case 0:
			f.Add(flat(structured("").Headers), c.Message.Body, false)
		case 10:
			f.Add("", c.Message.Body, false)
		}
	}
	f.Fuzz(func(t *testing.T, lines string, value []byte, null bool) {
		if null {
			value = nil
		} else {
			value = append([]byte{}, value...)
		}
		m := &cekafka.Message{Key: []byte("key"), Headers: parseFlat(lines), Value: value}
		before := &cekafka.Message{Key: []byte("key"), Headers: parseFlat(lines), Value: bytes.Clone(value)}
		strict, err := cekafka.ToCloudEvent(m, nil)
		checkSettings(t, m, strict, err)
		if err == nil {
			checkAgain(t, m, strict)
		} else {
			checkError(t, err)
			wantEvent(t, strict, cloudevents.Event{})
		}
		if d := cmp.Diff(before, m); d != "" {
			t.Errorf("the message has changed:\n%s", d)
		}
	})
}

// checkSettings decodes m with settings that may accept more, and nothing in another way.
func checkSettings(t *testing.T, m *cekafka.Message, want cloudevents.Event, wantErr error) {
	t.Helper()
	var receipt error
	for name, d := range map[string]*cekafka.Decoder{
		"Forgive":       {Forgive: func(r cloudevents.Receipt) { receipt = errors.Join(receipt, r.Err) }},
		"JSONEvents":    {JSONEvents: true},
		"UnknownFormat": {UnknownFormat: true},
		"Format":        {Format: format.JSON{}},
	} {
		receipt = nil
		e, err := d.ToCloudEvent(m)
		if wantErr == nil || name == "Format" {
			wantEvent(t, e, want)
			if (err == nil) != (wantErr == nil) || receipt != nil {
				t.Errorf("%s: %v, %v; strict: %v", name, err, receipt, wantErr)
			}
		}
		if err == nil {
			if err := e.Validate(); err != nil {
				t.Errorf("%s: decoded an invalid event: %v", name, err)
			}
		}
		if name == "Forgive" && wantErr != nil && (err == nil) != (receipt != nil) {
			t.Errorf("%v is forgiven, receipt %v", wantErr, receipt)
		}
		d.Forgive = nil
		if name == "Forgive" && wantErr != nil {
			continue
		}
		s, sealedErr := d.ToSealed(m)
		if (sealedErr == nil) != (err == nil) {
			t.Errorf("%s: sealed: %v, not sealed: %v", name, sealedErr, err)
		}
		wantEvent(t, s.Event(), e)
	}
	if wantErr == nil && !cekafka.IsCloudEvent(m) {
		t.Error("it is an event, and does not declare one")
	}
}

// checkAgain sends e in each mode, over the message that it was in.
func checkAgain(t *testing.T, m *cekafka.Message, e cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("decoded an invalid event: %v", err)
	}
	for _, mode := range modes {
		out := *m
		err := cekafka.CopyToMessage(&out, &e, mode, nil)
		if mode == cloudevents.BinaryMode && beginsLikeCloudEvents(&e) {
			if !errors.Is(err, cloudevents.ErrContentMode) {
				t.Errorf("data of type %q in binary mode: %v", e.DataContentType, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if string(out.Key) != "key" {
			t.Errorf("key is %q", out.Key)
		}
		arrives(t, &out, e, mode)
	}
}

// arrives decodes what was encoded in a mode, and compares it.
func arrives(t *testing.T, m *cekafka.Message, want cloudevents.Event, mode cloudevents.Mode) {
	t.Helper()
	d := cekafka.Decoder{Extensions: types(&want), MaxAttributes: -1}
	got, err := d.ToCloudEvent(m)
	if err != nil {
		t.Fatalf("%s mode: %v", mode, err)
	}
	if mode == cloudevents.StructuredMode { // white space around JSON is that of the document
		got.Data, want.Data = trimmed(got.Data), trimmed(want.Data)
	}
	wantEvent(t, got, want)
}

func trimmed(data []byte) []byte {
	if data == nil {
		return nil
	}
	return append([]byte{}, bytes.Trim(data, " \t\r\n")...)
}

func beginsLikeCloudEvents(e *cloudevents.Event) bool {
	return strings.HasPrefix(strings.ToLower(e.DataContentType), spec.MediaTypePrefix)
}

// checkError checks that an error is of a kind that the documents list, and not long.
func checkError(t *testing.T, err error) {
	t.Helper()
	var violation *validation.Error
	var syntax *cloudevents.SyntaxError
	var limit *cloudevents.LimitError
	if !errors.Is(err, cloudevents.ErrNotCloudEvent) && !errors.Is(err, cloudevents.ErrContentMode) && !errors.Is(err, format.ErrUnknown) &&
		!errors.As(err, &violation) && !errors.As(err, &syntax) && !errors.As(err, &limit) {
		t.Errorf("an error of no kind: %v", err)
	}
	if n := len(err.Error()); n > 40*1024 { // 40 violations of four escaped excerpts
		t.Errorf("an error of %d bytes", n)
	}
}

// FuzzEncode encodes arbitrary events. What Validate accepts is sent, and is the same when it
// arrives. What it refuses is refused, and leaves the message as it was.
func FuzzEncode(f *testing.F) {
	f.Add("1", "/s", "t", "", "", "", "x", byte(spec.String), "v", []byte(nil), true)
	f.Add("1", "/s", "t", "text/plain", "urn:x", "s", "n", byte(spec.Integer), "-1", []byte("data"), false)
	f.Add("1", "/s", "t", "application/json", "", "100%", "partitionkey", byte(spec.Timestamp), "2018-04-05T17:31:60z", []byte(" {}\n"), false)
	f.Add("1", "/s", "t", "application/cloudevents+json", "", "", "data", byte(spec.Binary), "AA==", []byte(document), false)
	f.Add("\xff", "a b", "\n", "json", "#", "\x00", "ID", byte(spec.URI), " ", []byte{}, false)
	f.Add("1", "/s", "t", "application/json", "", "", "x", byte(spec.Boolean), "true", []byte("{"), false)
	f.Fuzz(func(t *testing.T, id, source, typ, contentType, schema, subject, name string, extType byte, text string, data []byte, null bool) {
		e := cloudevents.Event{ID: id, Source: source, Type: typ, DataContentType: contentType, DataSchema: schema, Subject: subject}
		if !null {
			e.Data = append([]byte{}, data...)
		}
		if name != "" {
			v, err := cloudevents.ParseValue(spec.Type(extType), text)
			if err != nil {
				v = cloudevents.StringValue(text)
			}
			e.Extensions = []cloudevents.Extension{{Name: name, Value: v}}
		}
		invalid := e.Validate()
		for _, mode := range modes {
			m := stale()
			err := cekafka.CopyToMessage(m, &e, mode, nil)
			switch {
			case err != nil:
				wantMessage(t, m, stale())
				if invalid == nil && !(mode == cloudevents.BinaryMode && beginsLikeCloudEvents(&e) && errors.Is(err, cloudevents.ErrContentMode)) {
					t.Errorf("%s mode refuses a valid event: %v", mode, err)
				}
			case invalid != nil:
				t.Errorf("%s mode takes an invalid event: %v", mode, invalid)
			default:
				arrives(t, m, e, mode)
			}
		}
	})
}
