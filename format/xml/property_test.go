package cexml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Generated events come back as they were, through XML alone and through XML and JSON.
// What is written is well-formed for encoding/xml, too.
func TestEveryEventComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 2))
	refused := 0
	for range 5_000 {
		e := anyEvent(r)
		if err := e.Validate(); err != nil {
			t.Fatalf("the generator made %v: %v", e, err)
		}
		b, err := cexml.Append(nil, &e)
		if startsWithDigit(&e) {
			if refused++; !errors.Is(err, validation.ErrName) {
				t.Fatalf("%v: %v", e, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		if !wellFormed(b) {
			t.Fatalf("%q is malformed", b)
		}
		got, err := cexml.Decode(b)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		want := sorted(e)
		if d := diff(want, got); d != "" {
			t.Fatalf("%q\n%s", b, d)
		}
		if again := encoded(t, got); !bytes.Equal(again, encoded(t, want)) {
			t.Fatalf("%q\nis encoded again as\n%q", b, again)
		}

		// JSON has no types, and drops white space around JSON.
		var exts []spec.Attribute
		for _, x := range want.Extensions {
			exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
		}
		for range 2 {
			document, err := cloudevents.AppendJSON(nil, &got)
			if err != nil {
				t.Fatal(err)
			}
			d := cloudevents.JSONDecoder{Extensions: exts}
			fromJSON, err := d.Decode(document)
			if err != nil {
				t.Fatalf("%s: %v", document, err)
			}
			if got, err = cexml.Decode(encoded(t, fromJSON)); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(want.DataContentType, "json") {
			want.Data, got.Data = bytes.TrimSpace(want.Data), bytes.TrimSpace(got.Data)
		}
		if d := diff(want, got); d != "" {
			t.Fatalf("by way of JSON: %q\n%s", b, d)
		}
	}
	if refused == 0 || refused > 1500 {
		t.Errorf("%d events are refused", refused)
	}
}

// Generated batches come back.
func TestEveryBatchComesBack(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 3))
	for range 200 {
		var es []cloudevents.Event
		for range r.IntN(20) {
			if e := anyEvent(r); !startsWithDigit(&e) {
				es = append(es, e)
			}
		}
		b, err := cexml.AppendBatch(nil, es)
		if err != nil || !wellFormed(b) {
			t.Fatalf("%q: %v", b, err)
		}
		got, err := cexml.DecodeBatch(b)
		if err != nil || len(got) != len(es) || got == nil {
			t.Fatalf("%q: %d events: %v", b, len(got), err)
		}
		for i := range es {
			if d := diff(sorted(es[i]), got[i]); d != "" {
				t.Fatalf("%q\n%s", b, d)
			}
		}
	}
}

// wellFormed reports whether encoding/xml reads b.
func wellFormed(b []byte) bool {
	return xml.Unmarshal(b, new(struct{})) == nil
}

// sorted returns e with its extensions in the order of a decoder.
func sorted(e cloudevents.Event) cloudevents.Event {
	c := e.Clone()
	for i, x := range c.Extensions {
		for ; i > 0 && c.Extensions[i-1].Name > x.Name; i-- {
			c.Extensions[i] = c.Extensions[i-1]
		}
		c.Extensions[i] = x
	}
	return c
}

func startsWithDigit(e *cloudevents.Event) bool {
	for _, x := range e.Extensions {
		if x.Name[0] <= '9' {
			return true
		}
	}
	return false
}

// anyEvent returns a valid event.
func anyEvent(r *rand.Rand) cloudevents.Event {
	one := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	text := func() string {
		return one("x", "é€😀", " ", "\u00a0x", "<a>&amp;]]>\"'", "]]>", strings.Repeat("long&", 1+r.IntN(60)), strconv.Itoa(r.IntN(1000)))
	}
	at := func() time.Time {
		seconds := []int64{0, -1, 1, -62135596800, 253402300799, -62135596801, 253402300800, r.Int64N(1e10), -r.Int64N(1e10)}[r.IntN(9)]
		zone := time.FixedZone("", []int{0, 3600, -19800, 86340}[r.IntN(4)])
		return time.Unix(seconds, []int64{0, 1, 999_999_999, 500_000_000, r.Int64N(1e9)}[r.IntN(5)]).In(zone)
	}
	e := cloudevents.Event{ID: text(), Source: one("/s", "urn:a", "", "https://example.com/a?b&c#d'") + "x", Type: text()}
	if r.IntN(2) == 0 {
		e.Subject = text()
	}
	if r.IntN(2) == 0 {
		if e.Time = at(); e.Validate() != nil {
			e.Time = time.Time{}
		}
	}
	if r.IntN(2) == 0 {
		e.DataSchema = one("https://example.com/x?a&b", "urn:x")
	}
	if r.IntN(4) > 0 {
		e.DataContentType = one("application/json", "application/vnd.x+json", "text/plain", "text/plain; charset=iso-8859-1", "text/plain;charset=us-ascii",
			"application/xml", "text/xml; charset=utf-8", "image/svg+xml", "application/xml;charset=us-ascii", "application/octet-stream", "application/json; charset=utf-16", `text/plain; a="<&>"`)
	}
	switch r.IntN(5) {
	case 0:
	case 1:
		e.Data = []byte{}
	case 2:
		e.Data = anyXML(r)
	default:
		e.Data = []byte(one(`{"a":1}`, ` [1] `, "text", "é", "\xff\x00", "{", "a\r\nb\rc\td", "]]>", "\ufffe", "<", "\u0085\u2028", strings.Repeat("d&", r.IntN(300))))
	}
	for i := range r.IntN(6) * r.IntN(5) {
		v := cloudevents.StringValue(one("", text()))
		switch r.IntN(7) {
		case 0:
			v = cloudevents.BooleanValue(r.IntN(2) == 0)
		case 1:
			v = cloudevents.IntegerValue([]int32{0, -1, 1<<31 - 1, -1 << 31, r.Int32()}[r.IntN(5)])
		case 2:
			v = cloudevents.BinaryValue(bytes.Repeat([]byte{byte(r.Uint32())}, r.IntN(200)))
		case 3:
			v = cloudevents.URIValue(one("urn:x", "https://example.com/?a&b#c"))
		case 4:
			v = cloudevents.URIReferenceValue(one("", "../x", "#", "urn:x"))
		case 5:
			if x := cloudevents.TimestampValue(at()); cloudevents.Value.Type(x) == spec.Timestamp {
				if _, err := cloudevents.ParseValue(spec.Timestamp, x.String()); err == nil {
					v = x
				}
			}
		}
		first := one("a", "x", "time1", "zz", "xml", "xmlns")
		if r.IntN(50) == 0 {
			first = "0"
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: first + strconv.Itoa(i), Value: v})
	}
	r.Shuffle(len(e.Extensions), func(i, j int) { e.Extensions[i], e.Extensions[j] = e.Extensions[j], e.Extensions[i] })
	return e
}

// anyXML returns bytes that are often an element.
func anyXML(r *rand.Rand) []byte {
	var b []byte
	var element func(depth int)
	element = func(depth int) {
		name := []string{"a", "b:c", "ce:x", "xs:y", "é", "d"}[r.IntN(6)]
		b = append(append(b, '<'), name...)
		for range r.IntN(3) {
			b = append(b, []string{
				` xmlns:b="urn:b"`, ` xmlns:ce="urn:ce"`, ` xmlns:xs="http://www.w3.org/2001/XMLSchema"`, ` xmlns="urn:d"`, ` x='"'`, "\n y=\"&lt;'\"",
				` xsi:type="xs:int"`, ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`, ` b:z=""`, ` xml:lang="de"`,
			}[r.IntN(10)]...)
		}
		if r.IntN(4) == 0 {
			b = append(b, " />"...)
			return
		}
		b = append(b, '>')
		for range r.IntN(4) {
			switch {
			case depth < 4 && r.IntN(2) == 0:
				element(depth + 1)
			default:
				b = append(b, []string{"text", "<!-- c -->", "<![CDATA[<d>]]>", "&amp;", "&#x20AC;", "\r\n", "<?p i?>", "]]", "é", " > "}[r.IntN(10)]...)
			}
		}
		b = append(append(append(b, "</"...), name...), '>')
	}
	element(0)
	switch r.IntN(12) {
	case 0:
		b = append([]byte(`<?xml version="1.0"?>`), b...)
	case 1:
		b = append(b, '\n')
	case 2:
		b = b[:r.IntN(len(b))]
	}
	return b
}
