package cexml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A document that is cut is an error within it.
func TestTruncation(t *testing.T) {
	for name, e := range forms() {
		if len(e.Data) > 1000 {
			e.Data = e.Data[:8] // of text; an element becomes text
		}
		b := encoded(t, e)
		for n := range b {
			_, err := cexml.Decode(b[:n])
			var syntax *cloudevents.SyntaxError
			if err == nil || !errors.As(err, &syntax) || syntax.Offset > n {
				t.Errorf("%s, %d bytes: %v", name, n, err)
			}
		}
		whole := []byte(batch(item + data("xs:any", "<a b='&amp;'><!-- c --><![CDATA[d]]><?e f?></a>") + end))
		for n := range whole {
			if _, err := cexml.DecodeBatch(whole[:n]); err == nil {
				t.Errorf("batch, %d bytes", n)
			}
		}
	}
}

// Every byte may be any byte.
func TestAnyByte(t *testing.T) {
	e := full()
	e.DataContentType, e.Data = "application/xml", []byte("<a b='&amp;'><!-- c --><![CDATA[d]]><?e f?></a>")
	b := encoded(t, e)
	for i := range b {
		was := b[i]
		for c := range 256 {
			b[i] = byte(c)
			e, err := cexml.Decode(b)
			if err == nil && e.Validate() != nil {
				t.Fatalf("%q is accepted as an invalid event", b)
			}
		}
		b[i] = was
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<ce:x%d xsi:type="ce:string"/>`, i)
		}
		return document(b.String())
	}
	each := func(n int, f string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, f, i)
		}
		return b.String()
	}
	events := func(n int) string { return batch(strings.Repeat(item+end, n)) }
	for _, c := range []struct {
		name     string
		format   cexml.Format
		document string
		batch    bool
		limit    int // 0 is accepted
	}{
		{"levels by default", cexml.Format{}, document(data("xs:any", nested(1024))), false, 0},
		{"too many levels by default", cexml.Format{}, document(data("xs:any", nested(1025))), false, 1024},
		{"levels", cexml.Format{MaxDepth: 3}, document(data("xs:any", nested(3))), false, 0},
		{"too many levels", cexml.Format{MaxDepth: 3}, document(data("xs:any", nested(4))), false, 3},
		{"one level", cexml.Format{MaxDepth: 1}, document(data("xs:any", "<a/>")), false, 0},
		{"too many levels, the last of them empty", cexml.Format{MaxDepth: 1}, document(data("xs:any", "<a><b/></a>")), false, 1},
		{"too many levels of an element that is ignored", cexml.Format{MaxDepth: 3}, document(nested(4)), false, 3},
		{"levels without a limit", cexml.Format{MaxDepth: -1}, document(data("xs:any", nested(1<<18))), false, 0},
		{"attributes by default", cexml.Format{}, attributes(996), false, 0},
		{"too many attributes by default", cexml.Format{}, attributes(997), false, 1000},
		{"attributes", cexml.Format{MaxAttributes: 6}, attributes(2), false, 0},
		{"too many attributes", cexml.Format{MaxAttributes: 6}, attributes(3), false, 6},
		{"an attribute again and again", cexml.Format{MaxAttributes: 6}, document(strings.Repeat(`<ce:x xsi:type="ce:string"/>`, 3)), false, 6},
		{"attributes without types", cexml.Format{MaxAttributes: 6}, document(strings.Repeat(`<ce:x/>`, 3)), false, 6},
		{"attributes and elements that are ignored", cexml.Format{MaxAttributes: 6}, document(strings.Repeat(`<x/>`, 100)), false, 0},
		{"attributes without a limit", cexml.Format{MaxAttributes: -1}, attributes(5000), false, 0},
		{"too few for what is required", cexml.Format{MaxAttributes: 3}, document(""), false, 3},
		{"XML attributes", cexml.Format{}, document("<x" + each(256, ` a%d=""`) + "/>"), false, 0},
		{"too many XML attributes", cexml.Format{}, document("<x" + each(257, ` a%d=""`) + "/>"), false, 256},
		{"declarations", cexml.Format{}, document("<x" + each(253, ` xmlns:a%d="u"`) + "/>"), false, 0},
		{"too many declarations", cexml.Format{}, document("<x" + each(254, ` xmlns:a%d="u"`) + "/>"), false, 256},
		{"too many declarations in scope", cexml.Format{}, document("<x" + each(250, ` xmlns:a%d="u"`) + "><y" + each(4, ` xmlns:b%d="u"`) + "/></x>"), false, 256},
		{"declarations out of scope", cexml.Format{}, document(strings.Repeat("<x"+each(250, ` xmlns:a%d="u"`)+"/>", 4)), false, 0},
		{"events by default", cexml.Format{}, events(10_000), true, 0},
		{"too many events by default", cexml.Format{}, events(10_001), true, 10_000},
		{"events", cexml.Format{MaxEvents: 2}, events(2), true, 0},
		{"too many events", cexml.Format{MaxEvents: 2}, events(3), true, 2},
		{"events without a limit", cexml.Format{MaxEvents: -1}, events(10_001), true, 0},
		{"attributes in a batch", cexml.Format{MaxAttributes: 3}, events(1), true, 3},
	} {
		var err error
		if c.batch {
			_, err = c.format.DecodeBatchModeMessage([]byte(c.document), "")
		} else {
			_, err = c.format.DecodeStructuredModeMessage([]byte(c.document), "")
		}
		var limit *cloudevents.LimitError
		var syntax *cloudevents.SyntaxError
		switch {
		case c.limit == 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.limit != 0 && (!errors.As(err, &limit) || limit.Limit != c.limit || !errors.As(err, &syntax)):
			t.Errorf("%s: %v, want a limit of %d", c.name, err, c.limit)
		}
	}
}

// A long declaration that each of many events needs is not copied without end.
func TestInheritedDeclarations(t *testing.T) {
	content := func(uri string, n int) []byte {
		return []byte(strings.Replace(batch(strings.Repeat(item+data("xs:any", "<y:a/>")+end, n)), " xmlns:ce", ` xmlns:y="`+uri+`" xmlns:ce`, 1))
	}
	es, err := cexml.DecodeBatch(content("urn:example:a-namespace-of-usual-length", 1000))
	if err != nil || len(es) != 1000 || string(es[999].Data) != `<y:a xmlns:y="urn:example:a-namespace-of-usual-length"/>` {
		t.Fatalf("%d events: %v", len(es), err)
	}
	body := content(strings.Repeat("u", 100_000), 1000)
	n := alloctest.Least(func() { _, err = cexml.DecodeBatch(body) })
	var limit *cloudevents.LimitError
	if !errors.As(err, &limit) || n > uint64(3*len(body)) {
		t.Errorf("%d bytes allocated for %d: %v", n, len(body), err)
	}
}

// Eight times the input costs eight times as much.
func TestLinear(t *testing.T) {
	f := cexml.Format{MaxAttributes: -1, MaxEvents: -1, MaxDepth: -1}
	each := func(part func(i int) string) func(n int) string {
		return func(n int) string {
			var b strings.Builder
			for i := range n {
				b.WriteString(part(n - i))
			}
			return document(b.String())
		}
	}
	for what, parts := range map[string]func(n int) string{
		"attributes in descending order": each(func(i int) string { return fmt.Sprintf(`<ce:e%06d xsi:type="ce:string">x</ce:e%06d>`, i, i) }),
		"attributes with references":     each(func(i int) string { return fmt.Sprintf(`<ce:e%06d xsi:type="ce:string">&amp;</ce:e%06d>`, i, i) }),
		"one attribute again and again":  each(func(int) string { return `<ce:x xsi:type="ce:string">x</ce:x>` }),
		"extensions without types":       each(func(int) string { return `<ce:x/>` }),
		"illegal names":                  each(func(i int) string { return fmt.Sprintf(`<ce:E%06d xsi:type="ce:string"/>`, i) }),
		"specversion again and again":    each(func(int) string { return `<ce:specversion/>` }),
		"data again and again":           each(func(int) string { return data("xs:string", "x") }),
		"elements that are ignored":      each(func(int) string { return `<a b="c">d</a>` }),
		"comments":                       each(func(int) string { return `<!-- -->` }),
		"nested elements": func(n int) string {
			return document(data("xs:any", strings.Repeat("<a>", n)+strings.Repeat("</a>", n)))
		},
		"elements in data": func(n int) string {
			return document(data("xs:any", "<a>"+strings.Repeat("<xs:b xsi:type='xs:c'/>", n)+"</a>"))
		},
		"elements beside one in data": func(n int) string { return document(data("xs:any", strings.Repeat("<xs:b/>", n))) },
		"references":                  func(n int) string { return document(data("xs:string", strings.Repeat("&#97;", n))) },
		"comments in text":            func(n int) string { return document(data("xs:string", strings.Repeat("a<!-- -->", n))) },
		"comments in base64":          func(n int) string { return document(data("xs:base64Binary", strings.Repeat("aGk4<!-- -->\n", n))) },
		"end of a start tag never":    func(n int) string { return document("<a" + strings.Repeat(" ", n)) },
		"start tags":                  func(n int) string { return document(strings.Repeat("<a ", n)) },
		"comments that never end":     func(n int) string { return document(strings.Repeat("<!-- ", n)) },
	} {
		cost := func(n int) (allocations, size uint64) {
			body := []byte(parts(n))
			decode := func() { _, _ = f.DecodeStructuredModeMessage(body, "") }
			return alloctest.Cost(decode)
		}
		const n = 2000
		allocs1, bytes1 := cost(n)
		allocs8, bytes8 := cost(8 * n)
		if allocs8 > 9*allocs1+100 || bytes8 > 17*bytes1+8192 {
			t.Errorf("%s: %d to %d allocations, %d to %d bytes", what, allocs1, allocs8, bytes1, bytes8)
		}
	}
}

// An event needs no more than three times the memory of its document.
func TestAmplification(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, body := range map[string]string{
		"a long String":                       document(`<ce:x xsi:type="ce:string">` + long + `</ce:x>`),
		"a long String with a reference":      document(`<ce:x xsi:type="ce:string">&#97;` + long + `</ce:x>`),
		"a long name":                         document(`<ce:` + long + ` xsi:type="ce:string"></ce:` + long + `>`),
		"long text":                           document(data("xs:string", long)),
		"long text with a reference":          document(data("xs:string", long+"&amp;")),
		"long base64":                         document(data("xs:base64Binary", long)),
		"long base64 with white space":        document(data("xs:base64Binary", "\n<!-- -->"+long)),
		"references":                          document(data("xs:string", strings.Repeat("&#97;", 1<<18))),
		"a long element":                      document(data("xs:any", "<a>"+long+"</a>")),
		"a long declaration":                  document(data("xs:any", `<a xmlns="`+long+`"/>`)),
		"a long declaration with a reference": document(data("xs:any", `<a xmlns="&amp;`+long+`"/>`)),
		"a long declaration outside":          strings.Replace(document(data("xs:any", `<y:a/>`)), " xmlns", ` xmlns:y="`+long+`" xmlns`, 1),
		"a long type":                         document(`<ce:x xsi:type="` + long + `">x</ce:x>`),
		"deep":                                document(strings.Repeat("<a>", 1<<20)),
		"many attributes":                     document(strings.Repeat(`<ce:x/>`, 1<<17)),
		"malformed at the end":                document(data("xs:string", long)) + "x",
		"events without a head":               batch(strings.Repeat("specversion", 1<<17)),
	} {
		b := []byte(body)
		for what, decode := range map[string]func(){
			"event": func() { _, _ = cexml.Decode(b) },
			"batch": func() { _, _ = cexml.DecodeBatch(b) },
		} {
			if n := alloctest.Least(decode); n > uint64(3*len(b)+8192) {
				t.Errorf("%s, %s: %d bytes allocated for %d", name, what, n, len(b))
			}
		}
	}
	for name, f := range map[string]cexml.Format{"strict": {MaxEvents: -1}, "forgiving": {MaxEvents: -1, Forgive: func(cloudevents.Receipt) {}}} {
		small := []byte(strings.ReplaceAll(batch(strings.Repeat(item+end, 20_000)), "ce:", ""))
		small = []byte(strings.Replace(string(small), "xmlns:ce", "xmlns", 1))
		var es []cloudevents.Event
		var err error
		n := alloctest.Least(func() { es, err = f.DecodeBatchModeMessage(small, "") })
		if n > uint64(3*len(small)) || err != nil || len(es) != 20_000 {
			t.Errorf("%s, a batch: %d bytes allocated for %d, %d events: %v", name, n, len(small), len(es), err)
		}
	}
}

// An error about a value does not have more of it than an excerpt.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("ü", 120)
	for _, document := range []string{
		`<?xml version="1.0" encoding="` + long + `"?><a/>`,
		document(`<ce:` + long + ` xsi:type="ce:string"/>`),
		document(`<ce:x xsi:type="` + long + `"/>`),
		document(`<ce:x xsi:type="ce:uri">` + long + `</ce:x>`),
		document(`<` + long + `:a/>`),
		document(`&` + long + `;`),
		document("secret" + long),
		document(data("xs:string", "secret"+long+"<a/>")),
		document(data("xs:base64Binary", "secret"+long)),
		document(data("xs:any", "<a>secret"+long+"</a><b/>")),
		document(data("xs:any", "<a>secret"+long+"</b>")),
		document(data("xs:any", "secret"+long)),
	} {
		_, err := cexml.Decode([]byte(document))
		if err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}
