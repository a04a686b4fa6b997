package cexml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
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
		if d := formattest.Diff(want, got); d != "" {
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
		if d := formattest.Diff(want, got); d != "" {
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
			if d := formattest.Diff(sorted(es[i]), got[i]); d != "" {
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

// anyEvent returns an event of events, some of which have a name that XML does not have.
func anyEvent(r *rand.Rand) cloudevents.Event {
	e := events.Event(r)
	if len(e.Extensions) > 0 && r.IntN(10) == 0 {
		e.Extensions[0].Name = "0" + e.Extensions[0].Name
	}
	return e
}

// events makes events with what is of interest here.
var events = formattest.Generator{
	Texts:   []string{"<a>&amp;]]>\"'", "]]>"},
	Schemas: []string{"https://example.com/x?a&b"},
	ContentTypes: []string{
		"text/xml; charset=utf-8", "image/svg+xml", "application/xml;charset=us-ascii", `text/plain; a="<&>"`,
	},
	Data:  []string{"a\r\nb\rc\td", "]]>", "\ufffe", "<", "\u0085\u2028"},
	More:  anyXML,
	Names: []string{"xml", "xmlns"},
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
