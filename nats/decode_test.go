package cenats_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// IsCloudEvent says of every case what the decoder goes on with.
func TestIsCloudEventAgreesWithToCloudEvent(t *testing.T) {
	for _, c := range fixtures(t, "nats/decode/") {
		m := message(c)
		is := cenats.IsCloudEvent(m)
		_, err := cenats.ToCloudEvent(m, nil)
		switch {
		case is && (errors.Is(err, cloudevents.ErrNotCloudEvent) || errors.Is(err, cloudevents.ErrContentMode)):
			t.Errorf("%s: is a CloudEvent, and decoding says %v", c.Name, err)
		case !is && err == nil:
			t.Errorf("%s: is no CloudEvent, and is decoded", c.Name)
		}
	}
}

func TestModeOf(t *testing.T) {
	for _, c := range []struct {
		reason string
		m      *cenats.Message
		want   string // a content mode, or none
	}{
		{"nil", nil, "none"},
		{"nothing", &cenats.Message{}, "none"},
		{"specversion in capitals", &cenats.Message{Header: map[string][]string{"CE-SPECVERSION": {"1.0"}}}, "binary"},
		{"specversion without values", &cenats.Message{Header: map[string][]string{"ce-specversion": nil}}, "none"},
		{"another attribute only", &cenats.Message{Header: map[string][]string{"ce-id": {"1"}}, Data: []byte(document)}, "none"},
		{"structured", typed(mediaType, ""), "structured"},
		{"structured in a format that nobody reads", typed("application/cloudevents+avro", ""), "structured"},
		{"a batch", typed("application/cloudevents-batch+json", "[]"), "batch"},
		{"a batch with headers", &cenats.Message{Header: headers("Content-Type", "application/cloudevents-batch+json")}, "batch"},
		{"two Content-Types", &cenats.Message{Header: map[string][]string{"Content-Type": {mediaType, mediaType}}}, "none"},
		{"a document without headers", &cenats.Message{Data: []byte(document)}, "structured"},
		{"a document of type JSON", typed("application/json", document), "none"},
		{"an array of documents without headers", &cenats.Message{Data: []byte("[" + document + "]")}, "batch"},
		{"other JSON", &cenats.Message{Data: []byte("{}")}, "none"},
	} {
		mode, ok := cenats.ModeOf(c.m)
		got := mode.String()
		if !ok {
			got = "none"
		}
		if got != c.want || !ok && mode != cloudevents.BinaryMode {
			t.Errorf("%s: the mode is %v, %v", c.reason, mode, ok)
		}
		if is := cenats.IsCloudEvent(c.m); is != (ok && mode != cloudevents.BatchMode) {
			t.Errorf("%s: IsCloudEvent is %v", c.reason, is)
		}
	}
}

// Callers can tell refusals apart, and their texts say why.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		reason string
		m      *cenats.Message
		want   error
		text   string
	}{
		{"nil", nil, nil, "the message is nil"},
		{"nothing", &cenats.Message{}, cloudevents.ErrNotCloudEvent,
			`it has no header with the prefix ce-, and its content type is "" (nats-protocol-binding.md#3-nats-message-mapping)`},
		{"headers of Kafka", &cenats.Message{Header: map[string][]string{"ce_type": {"t"}, "ce_id": {"1"}, "x": {"y"}}}, cloudevents.ErrNotCloudEvent,
			`"ce_id" is of another binding`},
		{"a batch", typed("application/cloudevents-batch+json", "[]"), cloudevents.ErrContentMode, "this protocol has none"},
		{"an unknown format", typed("application/cloudevents+avro", ""), format.ErrUnknown, "application/cloudevents+avro"},
		{"two Content-Types", &cenats.Message{Header: headers("Content-Type", "a/b", "content-type", "a/b")}, validation.ErrDuplicate, "several content types"},
		{"a bad escape", &cenats.Message{Header: headers("ce-subject", "%C0%A0")}, validation.ErrCharacter, "nats-protocol-binding.md#3132-nats-header-values"},
		{"two spellings", &cenats.Message{Header: headers("CE-id", "A-1")}, validation.ErrDuplicate, "id"},
		{"a long value", &cenats.Message{Header: headers("ce-subject", strings.Repeat("%FF", 1000))}, validation.ErrCharacter, "subject"},
	} {
		_, err := cenats.ToCloudEvent(c.m, nil)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || len(err.Error()) > 400 {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	var violation *validation.Error
	_, err := cenats.ToCloudEvent(&cenats.Message{Header: headers("ce-subject", "\"")}, nil)
	if !errors.As(err, &violation) || violation.Attribute != "subject" || violation.Section != "nats-protocol-binding.md#3132-nats-header-values" {
		t.Errorf("%#v", err)
	}
	var syntax *cloudevents.SyntaxError
	if _, err := cenats.ToCloudEvent(typed(mediaType, document+"x"), nil); !errors.As(err, &syntax) {
		t.Errorf("%#v", err)
	}
	if _, err := cenats.ToCloudEvent(&cenats.Message{Header: map[string][]string{"ce-x": {"a"}}}, nil); !errors.As(err, new(validation.Errors)) {
		t.Errorf("%#v", err)
	}
}

// A refused message leaves an empty event.
func TestRefusedIsEmpty(t *testing.T) {
	m := cenats.Message{Header: headers("ce-subject", "", "ce-region", "eu"), Data: []byte("x")}
	if e, err := cenats.ToCloudEvent(&m, nil); err == nil || e.ID != "" || e.Extensions != nil || e.Data != nil {
		t.Errorf("%v, %v", e, err)
	}
}

func TestJSONEvents(t *testing.T) {
	d := cenats.Decoder{JSONEvents: true}
	for contentType, taken := range map[string]bool{
		"application/json": true, "Application/JSON; charset=utf-8": true, "": true, "text/plain": false, "application/jsonx": false,
	} {
		_, err := d.ToCloudEvent(typed(contentType, document))
		if (err == nil) != taken || err != nil && !errors.Is(err, cloudevents.ErrNotCloudEvent) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
	if _, err := d.ToCloudEvent(&cenats.Message{Header: headers("Content-Type", "application/json", "ce-subject", ""), Data: []byte(document)}); !errors.Is(err, validation.ErrMissing) {
		t.Errorf("with ce- headers: %v", err)
	}
}

// A document that only looks like one is for a format that reads JSON.
func TestNoHeadersAndAnotherFormat(t *testing.T) {
	m := cenats.Message{Data: []byte(document)}
	if _, err := cenats.ToCloudEvent(&m, text{}); !errors.Is(err, format.ErrUnknown) {
		t.Error(err)
	}
	e, err := cenats.ToCloudEvent(&m, format.Set{text{}, format.JSON{}})
	if err != nil || e.ID != "A-1" {
		t.Errorf("%v, %v", e, err)
	}
}

func TestHTTPContentType(t *testing.T) {
	d := cenats.Decoder{HTTPContentType: true}
	for _, c := range []struct {
		reason string
		header map[string][]string
		want   string
	}{
		{"a copy of the header of HTTP", headers("Content-Type", "text/plain; charset=\"utf-8\""), "text/plain; charset=\"utf-8\""},
		{"in lower case", headers("content-type", " text/plain "), "text/plain"},
		{"it has no escapes", headers("Content-Type", "text/a%2Fb"), "text/a%2Fb"},
		{"ce-datacontenttype counts", headers("Content-Type", "text/plain", "Ce-DataContentType", "a/b"), "a/b"},
		{"none", headers(), ""},
	} {
		e, err := d.ToCloudEvent(&cenats.Message{Header: c.header})
		if err != nil || e.DataContentType != c.want {
			t.Errorf("%s: %q, %v", c.reason, e.DataContentType, err)
		}
	}
	if _, err := d.ToCloudEvent(&cenats.Message{Header: headers("Content-Type", "text")}); !errors.Is(err, validation.ErrSyntax) {
		t.Error(err)
	}
}

func TestUnknownFormat(t *testing.T) {
	d := cenats.Decoder{UnknownFormat: true}
	for _, h := range []map[string][]string{
		headers("Content-Type", "application/cloudevents+avro"),
		headers("Content-Type", "application/cloudevents+avro", "ce-datacontenttype", "text/plain"), // of the data within
	} {
		e, err := d.ToCloudEvent(&cenats.Message{Header: h, Data: []byte{0}})
		if err != nil || e.ID != "A-1" || e.DataContentType != "application/cloudevents+avro" || len(e.Data) != 1 {
			t.Errorf("%v, %v", e, err)
		}
		m, err := cenats.ToMessage(&e, cloudevents.BinaryMode, nil)
		if err != nil || m.Header["ce-datacontenttype"][0] != "application/cloudevents+avro" {
			t.Errorf("%v, %v", m, err)
		}
	}
	if _, err := d.ToCloudEvent(typed("application/cloudevents+avro", "x")); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("without attributes: %v", err)
	}
	if _, err := d.ToCloudEvent(typed("application/cloudevents-batch+avro", "x")); !errors.Is(err, cloudevents.ErrContentMode) {
		t.Errorf("a batch: %v", err)
	}
}

func TestFormat(t *testing.T) {
	d := cenats.Decoder{Format: text{}}
	e, err := d.ToCloudEvent(typed("application/cloudevents+text", document))
	if err != nil || e.ID != "A-1" {
		t.Errorf("structured: %v, %v", e, err)
	}
	e, err = d.ToCloudEvent(&cenats.Message{Header: headers(), Data: []byte("x!")})
	if err != nil || string(e.Data) != "x" {
		t.Errorf("binary: %v, %v", e, err)
	}
	if _, err := d.ToCloudEvent(typed(mediaType, document)); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("JSON: %v", err)
	}
}

func TestV1Only(t *testing.T) {
	d := cenats.Decoder{V1Only: true}
	h := headers()
	h["ce-specversion"] = []string{"0.3"}
	for name, m := range map[string]*cenats.Message{
		"binary": {Header: h}, "structured": typed(mediaType, strings.Replace(document, "1.0", "0.3", 1)),
	} {
		if _, err := d.ToCloudEvent(m); !errors.Is(err, validation.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForgive(t *testing.T) {
	var receipts []cloudevents.Receipt
	d := cenats.Decoder{Forgive: func(r cloudevents.Receipt) { receipts = append(receipts, r) }}
	for _, c := range []struct {
		reason string
		m      *cenats.Message
		want   error // nil if nothing is forgiven
	}{
		{"an empty subject", &cenats.Message{Header: headers("ce-subject", "")}, validation.ErrMissing},
		{"an illegal name", &cenats.Message{Header: headers("ce-a-b", "x")}, validation.ErrName},
		{"bad UTF-8", &cenats.Message{Header: headers("ce-region", "\xff")}, validation.ErrCharacter},
		{"a document", typed(mediaType, document[:len(document)-1]+`,"subject":""}`), validation.ErrMissing},
		{"a document without headers", &cenats.Message{Data: []byte(document[:len(document)-1] + `,"subject":""}`)}, validation.ErrMissing},
		{"a source of sdk-go, which encodes nothing", &cenats.Message{Header: map[string][]string{
			"ce-specversion": {"1.0"}, "ce-id": {"A-1"}, "ce-source": {"/a%20b"}, "ce-type": {"t"},
		}}, validation.ErrSyntax},
		{"a legal message", &cenats.Message{Header: headers("ce-subject", "x")}, nil},
	} {
		receipts = nil
		e, err := d.ToCloudEvent(c.m)
		if err != nil || e.Validate() != nil || e.ID != "A-1" {
			t.Errorf("%s: %v, %v", c.reason, e, err)
		}
		if c.want == nil && len(receipts) > 0 || c.want != nil && (len(receipts) != 1 || !errors.Is(receipts[0].Err, c.want)) {
			t.Errorf("%s: %v", c.reason, receipts)
		}
	}
	for reason, m := range map[string]*cenats.Message{
		"a required attribute": {Header: map[string][]string{"ce-specversion": {"1.0"}}},
		"a duplicate":          {Header: headers("Ce-subject", "x", "ce-subject", "x")},
		"two Content-Types":    {Header: headers("Content-Type", "a/b", "content-type", "a/b")},
	} {
		if _, err := d.ToCloudEvent(m); err == nil {
			t.Errorf("%s is forgiven", reason)
		}
	}
}

func TestExtensions(t *testing.T) {
	exts := []spec.Attribute{{Name: "count", Type: spec.Integer}}
	for name, m := range map[string]*cenats.Message{
		"binary":     {Header: headers("Ce-Count", "7")},
		"structured": typed(mediaType, document[:len(document)-1]+`,"count":7}`),
		"no headers": {Data: []byte(document[:len(document)-1] + `,"count":7}`)},
	} {
		e, err := cenats.ToCloudEvent(m, nil, exts...)
		if err != nil || len(e.Extensions) != 1 || e.Extensions[0].Value != cloudevents.IntegerValue(7) {
			t.Errorf("%s: %v, %v", name, e, err)
		}
	}
}

// A sealed event is the event, and shares no data with the message.
func TestToSealed(t *testing.T) {
	var d cenats.Decoder
	for name, m := range map[string]*cenats.Message{
		"binary":     {Header: headers("ce-datacontenttype", "application/json"), Data: []byte(`{"a":1}`)},
		"structured": typed(mediaType, document[:len(document)-1]+`,"data":{"a":1}}`),
		"no headers": {Data: []byte(document[:len(document)-1] + `,"data":{"a":1}}`)},
	} {
		want, err := d.ToCloudEvent(m)
		if err != nil {
			t.Fatal(err)
		}
		wantJSON, _ := cloudevents.AppendJSON(nil, &want)
		s, err := d.ToSealed(m)
		clear(m.Data)
		got, jsonErr := s.AppendJSON(nil)
		if err != nil || jsonErr != nil || !bytes.Equal(got, wantJSON) {
			t.Errorf("%s: %s, %v, %v", name, got, err, jsonErr)
		}
	}
	if _, err := d.ToSealed(&cenats.Message{}); !errors.Is(err, cloudevents.ErrNotCloudEvent) {
		t.Error(err)
	}
	if _, err := d.ToSealed(typed(mediaType, "{")); err == nil {
		t.Error("a document that is cut is sealed")
	}
}

// Data shares the memory of the message, and an append does not write into it. Attributes
// do not change with the map.
func TestAliasing(t *testing.T) {
	m := cenats.Message{Header: headers("ce-subject", "%41"), Data: []byte("abc")[:2]}
	e, err := cenats.ToCloudEvent(&m, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.Header["ce-id"][0] = "B"
	m.Data[0] = 'x'
	_ = append(e.Data, 'y')
	if e.ID != "A-1" || string(e.Data) != "xb" || string(m.Data[:3]) != "xbc" {
		t.Errorf("%v, %s", e, m.Data[:3])
	}
}

// The message is not changed.
func TestDecodeOnlyReads(t *testing.T) {
	for _, c := range fixtures(t, "nats/decode/") {
		m, same := message(c), message(c)
		_, _ = cenats.ToCloudEvent(m, nil, c.Extensions...)
		if !equalMessages(m, same) {
			t.Errorf("%s: the message has changed: %v", c.Name, m)
		}
	}
}

// A Decoder is used by several goroutines.
func TestConcurrent(t *testing.T) {
	d := cenats.Decoder{Extensions: []spec.Attribute{{Name: "count", Type: spec.Integer}}, Forgive: func(cloudevents.Receipt) {}}
	enc := cenats.Encoder{Mode: cloudevents.StructuredMode}
	m := cenats.Message{Header: headers("ce-count", "%37", "ce-subject", ""), Data: []byte("x")}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				e, err := d.ToCloudEvent(&m)
				if err != nil || len(e.Extensions) != 1 {
					t.Errorf("%v, %v", e, err)
				}
				if _, err := enc.ToMessage(&e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
