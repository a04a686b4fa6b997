package cexml_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/spec"
)

func TestAccepts(t *testing.T) {
	for contentType, want := range map[string]struct{ event, batch bool }{
		"":                            {true, true},
		"application/cloudevents+xml": {true, false},
		"Application/CloudEvents+XML ; charset=UTF-8":       {true, false},
		"application/cloudevents+xml; charset=us-ascii":     {true, false},
		"application/cloudevents+xml; charset=utf-16":       {},
		"application/cloudevents-batch+xml":                 {false, true},
		"APPLICATION/cloudevents-batch+xml; a=b":            {false, true},
		"application/cloudevents-batch+xml; charset=latin1": {},
		"application/cloudevents+json":                      {},
		"application/cloudevents":                           {},
		"application/xml":                                   {},
		"application/cloudevents+xml+json":                  {},
		"text/plain; type=\"application/cloudevents+xml\"":  {},
		"application/cloudevents+xml2, application/xml":     {},
	} {
		var f cexml.Format
		if f.Accepts(contentType) != want.event || f.AcceptsBatch(contentType) != want.batch {
			t.Errorf("%q: %t, %t, want %+v", contentType, f.Accepts(contentType), f.AcceptsBatch(contentType), want)
		}
		_, err := f.DecodeStructuredModeMessage([]byte(document("")), contentType)
		if errors.Is(err, format.ErrUnknown) == want.event || want.event != (err == nil) {
			t.Errorf("%q: %v", contentType, err)
		}
		_, err = f.DecodeBatchModeMessage([]byte(batch("")), contentType)
		if errors.Is(err, format.ErrUnknown) == want.batch || want.batch != (err == nil) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

// A Set decodes by content type.
func TestSet(t *testing.T) {
	s := format.Set{format.JSON{}, cexml.Format{}}
	e, err := s.DecodeStructuredModeMessage([]byte(document("")), "application/cloudevents+xml")
	if err != nil || e.ID != "1" {
		t.Errorf("%v, %v", e, err)
	}
	es, err := s.DecodeBatchModeMessage([]byte(batch(item+end)), "application/cloudevents-batch+xml")
	if err != nil || len(es) != 1 {
		t.Errorf("%v, %v", es, err)
	}
}

func TestBinaryMode(t *testing.T) {
	var f cexml.Format
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

// Data that is in the body as it is aliases it, and cannot be appended to in place. All
// else is copied.
func TestAliasing(t *testing.T) {
	for _, c := range []struct {
		content, data string
		aliases       bool
	}{
		{data("xs:string", "text"), "text", true},
		{data("xs:string", "a&lt;b"), "a<b", false},
		{data("xs:string", "a<!-- -->b"), "ab", false},
		{data("xs:any", "<a>b</a>"), "<a>b</a>", true},
		{data("xs:any", "<a xsi:x='b'/>"), `<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:x='b'/>`, false},
		{data("xs:base64Binary", "aGk="), "hi", false},
	} {
		body := []byte(document(`<ce:x xsi:type="ce:string">a&amp;b</ce:x>` + c.content))
		got, err := cexml.Decode(body)
		if err != nil || string(got.Data) != c.data {
			t.Fatalf("%s: %q, %v", c.content, got.Data, err)
		}
		if cap(got.Data) != len(got.Data) && c.aliases {
			t.Errorf("%s: data has room for %d bytes", c.content, cap(got.Data))
		}
		for i := range body {
			body[i] = 'X'
		}
		if (string(got.Data) != c.data) != c.aliases {
			t.Errorf("%s: data is %q when the body has changed", c.content, got.Data)
		}
		want := formattest.Minimal()
		want.Extensions, want.Data = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("a&b")}}, got.Data
		if d := formattest.Diff(want, got); d != "" {
			t.Errorf("%s: attributes when the body has changed:\n%s", c.content, d)
		}
	}
}

// Data may lie where an encoder appends.
func TestOverlap(t *testing.T) {
	for name, encode := range map[string]func(dst []byte, e *cloudevents.Event) ([]byte, error){
		"event": cexml.Append,
		"batch": func(dst []byte, e *cloudevents.Event) ([]byte, error) {
			return cexml.AppendBatch(dst, []cloudevents.Event{*e, *e})
		},
	} {
		buffer := make([]byte, 4096)
		copy(buffer, "first")
		e := formattest.Minimal()
		e.DataContentType = "text/plain"
		e.Data = append(buffer[5:5], strings.Repeat("0123456789", 10)...)
		want, err := encode([]byte("first"), &cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "text/plain", Data: bytes.Clone(e.Data)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := encode(buffer[:5], &e)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q, want %q: %v", name, got, want, err)
		}
	}
}

// On an error, dst is what it was.
func TestErrorsLeaveDst(t *testing.T) {
	digit := formattest.Minimal()
	digit.Extensions = []cloudevents.Extension{{Name: "1st", Value: cloudevents.StringValue("x")}}
	old := formattest.Minimal()
	old.SpecVersion = spec.V03
	for _, es := range [][]cloudevents.Event{{{}}, {digit}, {formattest.Minimal(), old}, {formattest.Minimal(), digit}} {
		dst := append(make([]byte, 0, 4096), "first"...)
		b, err := cexml.AppendBatch(dst, es)
		var batchErr *cloudevents.BatchError
		if string(b) != "first" || !errors.As(err, &batchErr) || batchErr.Index != len(es)-1 {
			t.Errorf("%v: %q, %v", es, b, err)
		}
		if len(es) > 1 {
			continue
		}
		if b, err = cexml.Append(dst, &es[0]); string(b) != "first" || err == nil {
			t.Errorf("%v: %q, %v", es, b, err)
		}
	}
}

func TestV1Only(t *testing.T) {
	old := []byte(strings.Replace(document(""), `"1.0"`, `"0.3"`, 1))
	if e, err := cexml.Decode(old); err != nil || e.SpecVersion != spec.V03 {
		t.Errorf("%v, %v", e, err)
	}
	if e, err := (cexml.Format{V1Only: true}).DecodeStructuredModeMessage(old, ""); err == nil {
		t.Errorf("%v is accepted", e)
	}
}
