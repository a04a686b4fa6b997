package cecbor_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	"github.com/seed763dd41b/cloudevents/internal/cborscan"
	"github.com/seed763dd41b/cloudevents/spec"
)

func TestAccepts(t *testing.T) {
	for contentType, want := range map[string]bool{
		"":                                    true,
		"application/cloudevents+cbor":        true,
		"Application/CloudEvents+CBOR ; x=y":  true,
		"application/cloudevents-batch+cbor":  false,
		"application/cloudevents+json":        false,
		"application/cloudevents":             false,
		"application/cbor":                    false,
		"application/cloudevents+cbor-seq":    false,
		"text/plain; x=\"application/cbor\"":  false,
		"application/cloudevents+cbor, other": false,
	} {
		var f cecbor.Format
		if f.Accepts(contentType) != want {
			t.Errorf("%q: %t", contentType, f.Accepts(contentType))
		}
		_, err := f.DecodeStructuredModeMessage([]byte(minimal), contentType)
		if errors.Is(err, format.ErrUnknown) == want || want != (err == nil) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

// A Set decodes by content type. The format has no batches.
func TestSet(t *testing.T) {
	s := format.Set{format.JSON{}, cecbor.Format{}}
	e, err := s.DecodeStructuredModeMessage([]byte(minimal), "application/cloudevents+cbor")
	if err != nil || e.ID != "1" {
		t.Errorf("%v, %v", e, err)
	}
	if _, ok := any(cecbor.Format{}).(format.Batch); ok {
		t.Error("there are batches")
	}
	if _, err := s.DecodeBatchModeMessage(nil, "application/cloudevents-batch+cbor"); !errors.Is(err, format.ErrUnknown) {
		t.Error(err)
	}
}

func TestBinaryMode(t *testing.T) {
	var f cecbor.Format
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
	// A depth that is lower than the default holds here, too.
	f.MaxDepth = 1
	for contentType, refused := range map[string]bool{"application/cbor": true, "application/json": false, "": false} {
		e.DataContentType = contentType
		err := f.DecodeBinaryModeEventData([]byte("\x81\x80"), &e)
		if errors.As(err, new(*cloudevents.LimitError)) != refused || refused != (err != nil) {
			t.Errorf("%q: %v", contentType, err)
		}
	}
	e.DataContentType = "application/cbor"
	if err := f.DecodeBinaryModeEventData([]byte("\x80"), &e); err != nil {
		t.Error(err)
	}
}

// Data aliases the body, and cannot be appended to in place. Attributes are copied.
func TestAliasing(t *testing.T) {
	for contentType, data := range map[string]string{"": "data", "text/plain": "data", "application/cbor": "\x43abc"} {
		e := formattest.Minimal()
		e.DataContentType, e.Data = contentType, []byte(data)
		e.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("y")}, {Name: "z", Value: cloudevents.URIValue("urn:x")}}
		body := append(encoded(t, e), "behind"...)
		body = body[:len(body)-len("behind")]
		got, err := cecbor.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		if cap(got.Data) != len(got.Data) {
			t.Errorf("%s: data has room for %d bytes", contentType, cap(got.Data))
		}
		for i := range body {
			body[i]++
		}
		for i := range e.Data {
			e.Data[i]++
		}
		if d := formattest.Diff(e, got); d != "" {
			t.Errorf("%s: after the body has changed:\n%s", contentType, d)
		}
	}
}

// Data that the document does not have as it is has memory of its own.
func TestNoAlias(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"chunks":       {string(document(pair("data", "\x5f\x41a\x41b\xff"))), "ab"},
		"text chunks":  {string(document(pair("datacontenttype", text("text/plain")), pair("data", "\x7f\x61a\x61b\xff"))), "ab"},
		"JSON":         {string(document(pair("datacontenttype", text("application/json")), pair("data", "\x82\x01\x61a"))), `[1,"a"]`},
		"data, base64": {strings.Replace(string(document(pair("datacontentencoding", text("base64")), pair("data", text("YWI=")))), "1.0", "0.3", 1), "ab"},
	} {
		body := []byte(c.document)
		e, err := cecbor.Decode(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		clear(body)
		if string(e.Data) != c.want {
			t.Errorf("%s: %q", name, e.Data)
		}
	}
}

// Data may lie where an encoder appends.
func TestOverlap(t *testing.T) {
	buffer := make([]byte, 1024)
	copy(buffer, "first")
	e := formattest.Minimal()
	e.Data = append(buffer[5:5], strings.Repeat("0123456789", 10)...)
	want, err := cecbor.Append([]byte("first"), &cloudevents.Event{ID: "1", Source: "/s", Type: "t", Data: bytes.Clone(e.Data)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := cecbor.Append(buffer[:5], &e)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q: %v", got, err)
	}
}

// On an error the slice is as before.
func TestErrorsKeepTheSlice(t *testing.T) {
	dst := []byte("abc")
	bad := formattest.Minimal()
	bad.Extensions = []cloudevents.Extension{{Name: "X", Value: cloudevents.StringValue("y")}}
	if b, err := cecbor.Append(dst, &bad); err == nil || string(b) != "abc" {
		t.Errorf("%q: %v", b, err)
	}
	bad = formattest.Minimal()
	bad.DataContentType, bad.Data = "application/cbor", []byte("\xff")
	bad.Extensions = []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue("y")}, {Name: "longer", Value: cloudevents.StringValue("y")}}
	if b, err := cecbor.Append(dst, &bad); err == nil || string(b) != "abc" {
		t.Errorf("%q: %v", b, err)
	}
	if b, err := cecbor.AppendJSON(dst, []byte("\x82\x01\x40")); err == nil || string(b) != "abc" {
		t.Errorf("%q: %v", b, err)
	}
	if b, err := cecbor.AppendItem(dst, []byte(`[1, 1e999]`)); err == nil || string(b) != "abc" {
		t.Errorf("%q: %v", b, err)
	}
}

// The bytes of an event do not depend on the order of its extensions, few or many.
func TestDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 5, 32, 33, 64, 65, 200} {
		e := full()
		for i := range n {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("x%0*d", i%7, i), Value: cloudevents.IntegerValue(int32(i))})
		}
		want := encoded(t, e)
		for range 5 {
			r.Shuffle(len(e.Extensions), func(i, j int) { e.Extensions[i], e.Extensions[j] = e.Extensions[j], e.Extensions[i] })
			if got := encoded(t, e); !bytes.Equal(got, want) {
				t.Errorf("%d extensions: %q, want %q", n, got, want)
			}
		}
		got, err := cecbor.Decode(want)
		if err != nil || !bytes.Equal(encoded(t, got), want) {
			t.Errorf("%d extensions: %v", n, err)
		}
	}
}

// Keys are in the order of RFC 8949, section 4.2.1: the shorter first, then the lesser.
// Names are next to those of the specification, and have many bytes in common.
func TestOrderOfKeys(t *testing.T) {
	names := []string{
		"a", "z", "ic", "ie", "dat", "date", "daua", "timd", "timf", "typd", "typf", "sourcd", "sourcf", "subjecs", "subjecu", "schemaurk", "schemaurm",
		"dataschemz", "dataschemb", "specversiom", "specversioo", "specverzzzz", "specveraaaa", "datacontenttypd", "datacontenttypf", "datacontenttyq",
		"partitionkey", "partitionkez", "partitiona00", "zzzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzza", "zzzzzzzzzzzzzzz", "zzzzzzz", "zzzzzza", "zzzzzz", "zzzzzz0",
		strings.Repeat("b", 254), strings.Repeat("b", 255), strings.Repeat("b", 256), strings.Repeat("a", 255), strings.Repeat("b", 254) + "c",
		strings.Repeat("a", 400), strings.Repeat("b", 300), strings.Repeat("b", 299) + "a",
	}
	for n := range 30 {
		names = append(names, fmt.Sprintf("sequence%03d", n))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		for _, n := range []int{1, 2, 3, 8, 9, 32, 33, 64, 65, len(names)} {
			e := full()
			e.Extensions, e.Data = nil, []byte(`1`)
			r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
			for _, name := range names[:n] {
				e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: cloudevents.IntegerValue(1)})
			}
			if r.IntN(2) == 0 {
				slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
			}
			b := encoded(t, e)
			pairs, i, _ := cborscan.Argument(b, 0)
			if int(pairs) != 9+n {
				t.Fatalf("%d pairs for %d extensions", pairs, n)
			}
			before := ""
			for range pairs {
				first, next, _, f := cborscan.String(b, i)
				key := string(b[first:next])
				if f != cborscan.None || len(key) < len(before) || len(key) == len(before) && key <= before {
					t.Fatalf("%q comes after %q", key, before)
				}
				before = key
				i, _ = cborscan.Value(b, next, 10)
			}
		}
	}
}

func TestV1Only(t *testing.T) {
	e := formattest.Minimal()
	e.SpecVersion, e.DataSchema = spec.V03, "s"
	b := encoded(t, e)
	if got, err := cecbor.Decode(b); err != nil || formattest.Diff(e, got) != "" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := (cecbor.Format{V1Only: true}).DecodeStructuredModeMessage(b, ""); err == nil {
		t.Error("version 0.3 is accepted")
	}
}

// Offsets are those of the value, or of what is malformed.
func TestOffsets(t *testing.T) {
	at := len(document()) // where other pairs begin
	for name, c := range map[string]struct {
		document string
		offset   int
	}{
		"value":           {string(document(pair("x", "\x1a\xff\xff\xff\xff"))), at + 2},
		"unfit":           {string(document(pair("x", "\x80"))), at + 2},
		"tagged":          {string(document(pair("x", "\xd8\x20\x61 "))), at + 2},
		"character":       {string(document(pair("x", "\x63ab\xff"))), at + 3},
		"name":            {string(document(pair("X", "\x01"))), at + 2},
		"data":            {string(document(pair("datacontenttype", text("text/plain")), pair("data", "\x01"))), at + 16 + 11 + 5},
		"reserved":        {string(document(pair("data", "\x82\x01\x1c"))), at + 7},
		"end":             {string(document(pair("data", "\x42a"))), at + 7},
		"key":             {string(document("\x01\x01")), at},
		"trailing":        {minimal + "\x00", at},
		"limit":           {string(document(pair("data", strings.Repeat("\x81", 1025)+"\x01"))), at + 5 + 1025},
		"too many":        {string(document(strings.Split(strings.Repeat("\x60\xf6 ", 997)+"\x60\xf6", " ")...)), at + 2 + 2*996},
		"duplicate value": {string(document(pair("x", "\x01"), pair("x", "\x01"))), at + 5},
		"duplicate data":  {string(document(pair("data", "\x01"), pair("data", "\x01"))), at + 6},
	} {
		_, err := cecbor.Decode([]byte(c.document))
		var syntax *cloudevents.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != c.offset {
			t.Errorf("%s: %v, want offset %d", name, err, c.offset)
		}
	}
}
