package cexml_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/validation"
)

// FuzzDecode checks that what is decoded is a valid event, that it comes back after
// encoding, and that encoding/xml takes the document too.
func FuzzDecode(f *testing.F) {
	for _, c := range formattest.Cases(f, 180, conformance.XML) {
		f.Add(c.Message.Body, c.Batch)
	}
	f.Fuzz(func(t *testing.T, body []byte, batch bool) {
		forgiving := cexml.Format{Forgive: func(r cloudevents.Receipt) {
			if r.Err == nil {
				t.Error("a receipt without a reason")
			}
		}}
		if batch {
			es, err := cexml.DecodeBatch(body)
			compareForgiving(t, err, func() ([]cloudevents.Event, error) { return forgiving.DecodeBatchModeMessage(body, "") })
			if err != nil {
				checkError(t, err, len(body))
				return
			}
			checkWellFormed(t, body)
			b, err := cexml.AppendBatch(nil, es)
			if err != nil {
				t.Fatalf("%q cannot be encoded: %v", body, err)
			}
			again, err := cexml.DecodeBatch(b)
			if err != nil || len(again) != len(es) {
				t.Fatalf("%q: %v", b, err)
			}
			for i := range es {
				if d := formattest.Diff(es[i], again[i]); d != "" {
					t.Fatalf("%q\n%s", body, d)
				}
			}
			return
		}
		e, err := cexml.Decode(body)
		compareForgiving(t, err, func() ([]cloudevents.Event, error) {
			e, err := forgiving.DecodeStructuredModeMessage(body, "")
			return []cloudevents.Event{e}, err
		})
		if err != nil {
			checkError(t, err, len(body))
			return
		}
		checkWellFormed(t, body)
		if err := e.Validate(); err != nil {
			t.Fatalf("%q is accepted as an invalid event: %v", body, err)
		}
		again, err := cexml.Decode(encoded(t, e))
		if err != nil || formattest.Diff(e, again) != "" {
			t.Fatalf("%q: %v\n%s", body, err, formattest.Diff(e, again))
		}
	})
}

// compareForgiving checks that what is taken strictly is taken forgivingly, and that what is
// taken is valid.
func compareForgiving(t *testing.T, strict error, decode func() ([]cloudevents.Event, error)) {
	t.Helper()
	es, err := decode()
	if strict == nil && err != nil {
		t.Fatalf("forgiving refuses what strict takes: %v", err)
	}
	for i := range es {
		if err == nil && es[i].Validate() != nil {
			t.Fatalf("%v is invalid", es[i])
		}
	}
}

// checkError checks that an offset is within the body.
func checkError(t *testing.T, err error, size int) {
	t.Helper()
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) && (syntax.Offset < 0 || syntax.Offset > size) {
		t.Fatalf("%v in a body of %d bytes", err, size)
	}
}

// laterVersion is the beginning of a document that says that it is XML 1.1 or the like, which
// encoding/xml does not read.
var laterVersion = regexp.MustCompile(`^((?:\x{FEFF})?<\?xml\s+version\s*=\s*["']1\.)[0-9]+`)

// checkWellFormed checks that encoding/xml reads a document as XML 1.0, except for encodings
// that it does not know by that name, and names of the fifth edition of XML.
func checkWellFormed(t *testing.T, body []byte) {
	t.Helper()
	_, err := tokens(laterVersion.ReplaceAll(body, []byte("${1}0")))
	if err != nil && !strings.Contains(err.Error(), "CharsetReader") && !strings.Contains(err.Error(), "invalid XML name") {
		t.Fatalf("%q is accepted; encoding/xml says: %v", body, err)
	}
}

// FuzzEncode checks that every event that is encoded comes back.
func FuzzEncode(f *testing.F) {
	f.Add("1", "/s", "t", "application/xml", "x", "a&b", []byte("<a/>"))
	f.Add("1", "/s", "t", "text/plain", "1x", "", []byte("a\r\n]]>\x00"))
	f.Add("1", "/s", "t", "application/xml", "x", "", []byte(`<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:b"><ce:c/></a>`))
	f.Fuzz(func(t *testing.T, id, source, typ, contentType, name, value string, data []byte) {
		e := cloudevents.Event{ID: id, Source: source, Type: typ, DataContentType: contentType, Data: data}
		e.Extensions = []cloudevents.Extension{{Name: name, Value: cloudevents.StringValue(value)}}
		b, err := cexml.Append([]byte("dst"), &e)
		if err != nil {
			if e.Validate() == nil && !(startsWithDigit(&e) && errors.Is(err, validation.ErrName)) {
				t.Fatalf("%v: %v", e, err)
			}
			return
		}
		b, ok := bytes.CutPrefix(b, []byte("dst"))
		if !ok || !wellFormed(b) {
			t.Fatalf("%q is malformed", b)
		}
		got, err := cexml.Decode(b)
		if err != nil || formattest.Diff(e, got) != "" {
			t.Fatalf("%q: %v\n%s", b, err, formattest.Diff(e, got))
		}
	})
}
