package ceavro_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestAccepts(t *testing.T) {
	for _, c := range []struct {
		contentType     string
		format, compact bool
	}{
		{"", true, true},
		{"application/cloudevents+avro", true, false},
		{"Application/CloudEvents+AVRO; charset=utf-8", true, false},
		{"application/cloudevents+avro-compact", false, true},
		{"application/cloudevents+Avro-Compact ;a=b", false, true},
		{"application/cloudevents+avrocompact", false, true}, // the SDK for Java
		{"application/cloudevents+AvroCompact; a=b", false, true},
		{"application/cloudevents+json", false, false},
		{"application/cloudevents-batch+avro", false, false},
		{"application/avro", false, false},
	} {
		for _, f := range []struct {
			format.Formatter
			body string
			want bool
		}{{ceavro.Format{}, document(noData), c.format}, {ceavro.Compact{}, compact(noData), c.compact}} {
			if got := f.Formatter.(interface{ Accepts(string) bool }).Accepts(c.contentType); got != f.want {
				t.Errorf("%T accepts %q: %t", f.Formatter, c.contentType, got)
			}
			_, err := f.DecodeStructuredModeMessage([]byte(f.body), c.contentType)
			if f.want && err != nil || !f.want && !errors.Is(err, format.ErrUnknown) {
				t.Errorf("%T decodes %q: %v", f.Formatter, c.contentType, err)
			}
		}
	}
}

func TestNoBatch(t *testing.T) {
	for _, f := range []format.Formatter{ceavro.Format{}, ceavro.Compact{}} {
		if _, ok := f.(format.Batch); ok {
			t.Errorf("%T is a format.Batch", f)
		}
		if !strings.HasPrefix(f.MediaType(), "application/cloudevents+avro") || !format.Set([]format.Formatter{format.JSON{}, f}).Accepts(f.MediaType()) {
			t.Errorf("%T: %s", f, f.MediaType())
		}
	}
}

func TestBinaryModeData(t *testing.T) {
	for _, f := range []format.Formatter{ceavro.Format{}, ceavro.Compact{}} {
		e := cloudevents.Event{Data: []byte("old")}
		body := append(make([]byte, 0, 8), "new"...)
		if err := f.DecodeBinaryModeEventData(body, &e); err != nil || string(e.Data) != "new" || &e.Data[0] != &body[0] || cap(e.Data) != 3 {
			t.Errorf("%q: %v", e.Data, err)
		}
		if b, err := f.EncodeBinaryModeEventData(&e); err != nil || &b[0] != &e.Data[0] {
			t.Errorf("%q: %v", b, err)
		}
		if err := f.DecodeBinaryModeEventData([]byte{}, &e); err != nil || e.Data != nil {
			t.Errorf("%q: %v", e.Data, err)
		}
	}
}

// Data aliases the document where the document has it, and has no room behind it.
func TestAliasing(t *testing.T) {
	for _, c := range []struct {
		name    string
		body    string
		decode  func([]byte) (cloudevents.Event, error)
		aliases bool
	}{
		{"bytes", document("\x00\x06abc"), ceavro.Decode, true},
		{"a string", document("\x0c\x06abc", isText), ceavro.Decode, true},
		{"a JSON string", document("\x0c\x06abc", isJSON), ceavro.Decode, false},
		{"a map", document("\x06\x02\x06abc\x00\x00", isJSON), ceavro.Decode, false},
		{"compact", compact("\x00\x06abc"), ceavro.DecodeCompact, true},
	} {
		body := []byte(c.body + "    ")[:len(c.body)]
		e, err := c.decode(body)
		if err != nil {
			t.Fatal(err)
		}
		before := string(e.Data)
		copy(body[strings.LastIndex(c.body, "abc"):], "xyz")
		if aliases := string(e.Data) != before; aliases != c.aliases {
			t.Errorf("%s: %t", c.name, aliases)
		}
		_ = append(e.Data, "!"...)
		if string(body[:cap(body)][len(body)]) == "!" {
			t.Errorf("%s: append writes into the memory of the document", c.name)
		}
		if e.ID != "1" || e.Source != "/s" {
			t.Errorf("%s: %v", c.name, e)
		}
	}
}

// An event is encoded to the memory that its data is in.
func TestOverlap(t *testing.T) {
	for _, c := range codecs {
		e := formattest.Minimal()
		e.DataContentType, e.Data = "application/json", []byte(`{"a":"b","c":{"d":null}}`)
		body := encoded(t, c, e)
		room := make([]byte, 16+len(body), 4096)
		copy(room[16:], body)
		got, err := c.decode(room[16:])
		if err != nil {
			t.Fatal(err)
		}
		got.Data = append(room[16:][:0], got.Data...) // for JSON that was made
		b, err := c.append(room[:8], &got)
		if err != nil || !bytes.Equal(b[8:], body) {
			t.Errorf("%s: %q, want %q: %v", c.name, b[8:], body, err)
		}
	}
}

func TestDataAsBytes(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "application/json"} {
		e := formattest.Minimal()
		e.DataContentType, e.Data = contentType, []byte(`{"a":1}`)
		b, err := ceavro.Format{DataAsBytes: true}.EncodeStructuredModeMessage([]byte("x"), &e)
		if err != nil || !strings.HasSuffix(string(b), "\x00\x00\x0e"+`{"a":1}`) || b[0] != 'x' {
			t.Errorf("%q: %v", b, err)
		}
	}
}

// On an error the slice comes back as it was.
func TestAppendError(t *testing.T) {
	bad := formattest.Minimal()
	bad.Extensions = []cloudevents.Extension{{Name: "X"}}
	for _, c := range codecs {
		if b, err := c.append([]byte("before"), &bad); string(b) != "before" || !errors.Is(err, validation.ErrName) {
			t.Errorf("%s: %q: %v", c.name, b, err)
		}
	}
	old := formattest.Minimal()
	old.SpecVersion = spec.V03
	_, err := ceavro.AppendCompact(nil, &old)
	var violation *validation.Error
	if !errors.As(err, &violation) || violation.Attribute != "specversion" || !errors.Is(err, validation.ErrVersion) {
		t.Errorf("%v", err)
	}
}

func TestV1Only(t *testing.T) {
	old := formattest.Minimal()
	old.SpecVersion = spec.V03
	body, err := ceavro.Append(nil, &old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (ceavro.Format{V1Only: true}).DecodeStructuredModeMessage(body, ""); !errors.Is(err, validation.ErrVersion) {
		t.Error(err)
	}
}

func TestForgive(t *testing.T) {
	var receipts []cloudevents.Receipt
	forgive := func(r cloudevents.Receipt) { receipts = append(receipts, r) }
	decode := map[string]func(string) (cloudevents.Event, error){
		"Format": func(s string) (cloudevents.Event, error) {
			return ceavro.Format{Forgive: forgive}.DecodeStructuredModeMessage([]byte(s), "")
		},
		"Compact": func(s string) (cloudevents.Event, error) {
			return ceavro.Compact{Forgive: forgive}.DecodeStructuredModeMessage([]byte(s), "")
		},
	}
	for _, c := range []struct {
		name, format, body string
		forgiven           []string // attributes; nil is nothing
		refused            error
	}{
		{"nothing", "Format", document(noData), nil, nil},
		{"nothing", "Compact", compact(noData), nil, nil},
		{"a name", "Format", document(noData, entry("X", 3, str("a")), entry("a", 3, str("b"))), []string{"X"}, nil},
		{"the name of a null", "Format", document(noData, entry("X", 0, "")), []string{"X"}, nil},
		{"a core attribute of another type", "Format", document(noData, entry("subject", 2, long(1))), []string{"subject"}, nil},
		{"an empty core attribute", "Format", document(noData, entry("subject", 3, str(""))), []string{"subject"}, nil},
		{"duplicates", "Format", document(noData, entry("x", 0, ""), entry("x", 0, "")), nil, validation.ErrDuplicate},
		{"data", "Format", document("\x04\x01", isText), nil, validation.ErrData},
		{"data and a name", "Format", document("\x04\x01", isText, entry("X", 0, "")), nil, validation.ErrData},
		{"a time out of range", "Compact", compact(noData, entry("x", 2, long(1<<62)), entry("y", 1, long(1))), []string{"x"}, nil},
		{"a time out of range, and a name", "Compact", compact(noData, entry("x", 2, long(1<<62)), entry("Y", 1, long(1))), []string{"Y", "x"}, nil},
		{"32 times out of range", "Compact", compact(noData, timesOutOfRange(32)...), xs(32), nil},
		{"33 times out of range", "Compact", compact(noData, timesOutOfRange(33)...), nil, validation.ErrRange},
		{"31 times out of range and a name", "Compact", compact(noData, append(timesOutOfRange(31), entry("X", 1, long(1)))...), append([]string{"X"}, xs(31)...), nil},
		{"32 times out of range and a name", "Compact", compact(noData, append(timesOutOfRange(32), entry("X", 1, long(1)))...), nil, validation.ErrName},
		{"a time out of range twice", "Compact", compact(noData, entry("x", 2, long(1<<62)), entry("x", 2, long(1<<62))), nil, validation.ErrDuplicate},
		{"a time out of range, and once more", "Compact", compact(noData, entry("x", 2, long(1<<62)), entry("x", 1, long(1))), nil, validation.ErrDuplicate},
		{"a core attribute in extensions", "Compact", compact(noData, entry("id", 1, long(1)), entry("x", 2, long(1<<62))), nil, validation.ErrName},
	} {
		receipts = nil
		e, err := decode[c.format](c.body)
		if c.refused != nil {
			if !errors.Is(err, c.refused) || receipts != nil {
				t.Errorf("%s: %v, %v", c.name, err, receipts)
			}
			continue
		}
		if err != nil || e.Validate() != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var names []string
		for _, r := range receipts {
			if r.Index != -1 || r.Event == nil || formattest.Diff(e, *r.Event) != "" {
				t.Errorf("%s: %+v", c.name, r)
			}
			for _, v := range formattest.Violations(r.Err) {
				names = append(names, v.Attribute)
			}
		}
		if !slices.Equal(names, c.forgiven) {
			t.Errorf("%s: %v is forgiven, want %v", c.name, names, c.forgiven)
		}
	}
}

// xs returns names in their order.
func xs(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("x%03d", i))
	}
	return names
}

func timesOutOfRange(n int) []string {
	entries := xs(n)
	for i, name := range entries {
		entries[i] = entry(name, 2, long(1<<62))
	}
	return entries
}

// Of an event with many violations, 32 are told.
func TestViolationsAreLimited(t *testing.T) {
	core := slices.Repeat([]string{entry("id", 1, long(1))}, 100)
	for name, extensions := range map[string][]string{"times": timesOutOfRange(100), "core attributes": core} {
		_, err := ceavro.DecodeCompact([]byte(compact(noData, extensions...)))
		if n := len(formattest.Violations(err)); n != 32 {
			t.Errorf("%s: %d violations: %v", name, n, err)
		}
	}
}

// An error about a value has the offset of the index of its union.
func TestOffsets(t *testing.T) {
	for _, c := range []struct {
		name, body string
		decode     func([]byte) (cloudevents.Event, error)
		at         string // what begins at the offset
	}{
		{"an attribute", document(noData, entry("time", 3, str("yesterday"))), ceavro.Decode, "\x06\x12yesterday"},
		{"a name", document(noData, entry("X", 3, str("a"))), ceavro.Decode, "\x06\x02a"},
		{"data", document("\x04\x01", isText), ceavro.Decode, "\x04\x01"},
		{"the charset", document("\x0c"+str("é"), entry("datacontenttype", 3, str("a/xml;charset=us-ascii"))), ceavro.Decode, "\x0c\x04é"},
		{"a length", document("\x00\x06ab"), ceavro.Decode, "\x06ab"},
		{"an id", "\x02\xff\x04/s\x02t\x00\x00\x00\x00\x00\x02", ceavro.DecodeCompact, "\x02\xff"},
		{"a time", compact(noData, entry("x", 2, long(1<<62))), ceavro.DecodeCompact, "\x04" + long(1<<62)},
		{"trailing bytes", compact(noData + "xyz"), ceavro.DecodeCompact, "xyz"},
	} {
		_, err := c.decode([]byte(c.body))
		var syntax *cloudevents.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := strings.LastIndex(c.body, c.at); syntax.Offset != want {
			t.Errorf("%s: %v, want %d", c.name, err, want)
		}
	}
}

// An int is a Boolean where one is declared, in both formats and beside other extensions.
func TestBooleanAsInt(t *testing.T) {
	exts := []spec.Attribute{{Name: "other", Type: spec.Integer}, {Name: "x", Type: spec.Boolean}}
	want := []cloudevents.Extension{{Name: "other", Value: cloudevents.IntegerValue(1)}, {Name: "x", Value: cloudevents.BooleanValue(true)}}
	for _, f := range []struct {
		format.Formatter
		body string
	}{
		{ceavro.Format{}, document(noData, entry("other", 2, long(1)), entry("x", 2, long(1)))},
		{ceavro.Compact{}, compact(noData, entry("other", 1, long(1)), entry("x", 1, long(1)))},
	} {
		e, err := f.DecodeStructuredModeMessage([]byte(f.body), "", exts...)
		if err != nil || !slices.Equal(e.Extensions, want) {
			t.Errorf("%T: %v: %v", f.Formatter, e.Extensions, err)
		}
		b, err := f.EncodeStructuredModeMessage(nil, &e)
		if again, decodeErr := f.DecodeStructuredModeMessage(b, "", exts...); err != nil || decodeErr != nil || formattest.Diff(e, again) != "" {
			t.Errorf("%T: %q: %v, %v", f.Formatter, b, err, decodeErr)
		}
	}
}
