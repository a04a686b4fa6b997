package ceprotobuf_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/spec"
)

func TestAccepts(t *testing.T) {
	for contentType, want := range map[string]struct{ event, batch bool }{
		"":                                       {true, true},
		"application/cloudevents+protobuf":       {true, false},
		"Application/CloudEvents+Protobuf ; x=y": {true, false},
		"application/cloudevents-batch+protobuf": {false, true},
		"APPLICATION/cloudevents-batch+protobuf; proto=a.B":        {false, true},
		"application/cloudevents+json":                             {},
		"application/cloudevents":                                  {},
		"application/protobuf":                                     {},
		"application/cloudevents+protobuf+json":                    {},
		"text/plain; type=\"application/cloudevents+protobuf\"":    {},
		"application/cloudevents+protobuf2, application/protobuf3": {},
	} {
		var f ceprotobuf.Format
		if f.Accepts(contentType) != want.event || f.AcceptsBatch(contentType) != want.batch {
			t.Errorf("%q: %t, %t, want %+v", contentType, f.Accepts(contentType), f.AcceptsBatch(contentType), want)
		}
		_, err := f.DecodeStructuredModeMessage([]byte(minimal), contentType)
		if errors.Is(err, format.ErrUnknown) == want.event || want.event != (err == nil) {
			t.Errorf("%q: %v", contentType, err)
		}
		_, err = f.DecodeBatchModeMessage(nil, contentType)
		if errors.Is(err, format.ErrUnknown) == want.batch || want.batch != (err == nil) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

// A Set decodes by content type.
func TestSet(t *testing.T) {
	s := format.Set{format.JSON{}, ceprotobuf.Format{}}
	e, err := s.DecodeStructuredModeMessage([]byte(minimal), "application/cloudevents+protobuf")
	if err != nil || e.ID != "1" {
		t.Errorf("%v, %v", e, err)
	}
	es, err := s.DecodeBatchModeMessage([]byte(bytesField(1, minimal)), "application/cloudevents-batch+protobuf")
	if err != nil || len(es) != 1 {
		t.Errorf("%v, %v", es, err)
	}
}

func TestBinaryMode(t *testing.T) {
	var f ceprotobuf.Format
	body := []byte("abc")[:2]
	e := formattest.Minimal()
	if err := f.DecodeBinaryModeEventData(body, &e); err != nil || &e.Data[0] != &body[0] || cap(e.Data) != 2 {
		t.Errorf("%q with room for %d: %v", e.Data, cap(e.Data), err)
	}
	if b, err := f.EncodeBinaryModeEventData(&e); err != nil || &b[0] != &body[0] {
		t.Errorf("%q: %v", b, err)
	}
	if err := f.DecodeBinaryModeEventData([]byte{}, &e); err != nil || e.Data != nil {
		t.Errorf("an empty body is %q: %v", e.Data, err)
	}
}

// Data aliases the body, and cannot be appended to in place. Attributes are copied.
func TestAliasing(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/protobuf"} {
		e := formattest.Minimal()
		e.DataContentType, e.Data = contentType, []byte("data")
		e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("y")}}
		if contentType == "application/protobuf" {
			e.DataSchema = "https://type.googleapis.com/a.B"
		}
		body := append(encoded(t, e), "behind"...)
		body = body[:len(body)-len("behind")]
		got, err := ceprotobuf.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if cap(got.Data) != len(got.Data) {
			t.Errorf("%s: data has room for %d bytes", contentType, cap(got.Data))
		}
		for i := range body {
			body[i]++
		}
		e.Data = []byte("ebub")
		if d := formattest.Diff(e, got); d != "" {
			t.Errorf("%s: after the body has changed:\n%s", contentType, d)
		}
	}
}

// Data may lie where an encoder appends.
func TestOverlap(t *testing.T) {
	for name, encode := range map[string]func(dst []byte, e *cloudevents.Event) ([]byte, error){
		"event": ceprotobuf.Append,
		"batch": func(dst []byte, e *cloudevents.Event) ([]byte, error) {
			return ceprotobuf.AppendBatch(dst, []cloudevents.Event{*e, *e})
		},
	} {
		buffer := make([]byte, 1024)
		copy(buffer, "first")
		e := formattest.Minimal()
		e.Data = append(buffer[5:5], strings.Repeat("0123456789", 10)...)
		want, err := encode([]byte("first"), &cloudevents.Event{ID: "1", Source: "/s", Type: "t", Data: bytes.Clone(e.Data)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := encode(buffer[:5], &e)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q: %v", name, got, err)
		}
	}
}

// On an error the slice is as before.
func TestErrorsKeepTheSlice(t *testing.T) {
	dst := []byte("abc")
	bad := formattest.Minimal()
	bad.Extensions = []cloudevents.Extension{{Name: "X", Value: cloudevents.StringValue("y")}}
	if b, err := ceprotobuf.Append(dst, &bad); err == nil || string(b) != "abc" {
		t.Errorf("%q: %v", b, err)
	}
	b, err := ceprotobuf.AppendBatch(dst, []cloudevents.Event{formattest.Minimal(), bad})
	var batchErr *cloudevents.BatchError
	if string(b) != "abc" || !errors.As(err, &batchErr) || batchErr.Index != 1 {
		t.Errorf("%q: %v", b, err)
	}
}

// The length of an event that is shorter than it might be is written all the same.
func TestBatchLengths(t *testing.T) {
	for n := range 400 {
		e := formattest.Minimal()
		e.Data = make([]byte, n)
		for i := range n % 3 {
			e.Extensions = append(e.Extensions, cloudevents.Extension{
				Name: strings.Repeat("x", i+1), Value: cloudevents.BinaryValue(make([]byte, n)),
			})
		}
		b, err := ceprotobuf.AppendBatch(nil, []cloudevents.Event{e, e})
		if err != nil {
			t.Fatal(err)
		}
		es, err := ceprotobuf.DecodeBatch(b)
		if err != nil || len(es) != 2 || formattest.Diff(e, es[0])+formattest.Diff(e, es[1]) != "" {
			t.Fatalf("%d bytes: %v, %v", n, es, err)
		}
		if single := encoded(t, e); !bytes.Contains(b, single) {
			t.Errorf("%d bytes: the batch does not have the event", n)
		}
	}
}

// The attributes of an event are in one order, whatever the order of its extensions is.
func TestUnsortedExtensions(t *testing.T) {
	e := full()
	xs := e.Extensions
	for i := range xs {
		e.Extensions = append(append([]cloudevents.Extension{}, xs[i:]...), xs[:i]...)
		got, err := ceprotobuf.Decode(encoded(t, e))
		if d := formattest.Diff(full(), got); err != nil || d != "" {
			t.Errorf("%v\n%s", err, d)
		}
	}
}

func TestV1Only(t *testing.T) {
	e := formattest.Minimal()
	e.SpecVersion, e.DataSchema = spec.V03, "s"
	b := encoded(t, e)
	if got, err := ceprotobuf.Decode(b); err != nil || formattest.Diff(e, got) != "" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := (ceprotobuf.Format{V1Only: true}).DecodeStructuredModeMessage(b, ""); err == nil {
		t.Error("version 0.3 is accepted")
	}
}

// datacontentencoding of version 0.3 says that data is base64, as in other formats.
func TestV03DataContentEncoding(t *testing.T) {
	v03 := strings.Replace(minimal, "1.0", "0.3", 1) + entry("datacontentencoding", bytesField(3, "base64"))
	e, err := ceprotobuf.Decode([]byte(v03 + bytesField(6, "YWJj")))
	if err != nil || string(e.Data) != "abc" {
		t.Errorf("%v, %v", e, err)
	}
	if _, err = ceprotobuf.Decode([]byte(v03 + bytesField(6, "?"))); err == nil {
		t.Error("data that is no base64 is accepted")
	}
	// dataschema is an extension there, and has no scheme to lose.
	e, err = ceprotobuf.Decode([]byte(strings.Replace(minimal, "1.0", "0.3", 1) +
		entry("dataschema", bytesField(3, "a/b.C")) + entry("schemaurl", bytesField(6, "a/b.C")) + bytesField(8, bytesField(1, "a/b.C"))))
	if v, ok := e.Get("dataschema"); err != nil || !ok || v.String() != "a/b.C" || e.DataSchema != "https://a/b.C" {
		t.Errorf("%v, %v", e, err)
	}
}
