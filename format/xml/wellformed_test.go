package cexml_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/formattest"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

// The productions 4 and 4a of XML 1.0, without the colon.
const (
	nameStart = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}\x{2070}-\x{218F}` +
		`\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	nameChar = nameStart + `\-.0-9\x{B7}\x{0300}-\x{036F}\x{203F}-\x{2040}`
)

// Names are those of XML 1.0, in its fifth edition.
func TestNames(t *testing.T) {
	first, behind := regexp.MustCompile(`^[`+nameStart+`]$`), regexp.MustCompile(`^[`+nameChar+`]$`)
	var runes []rune
	for r := rune(0x21); r < 0x3100; r++ {
		runes = append(runes, r)
	}
	runes = append(runes, 0xD7FF, 0xE000, 0xF8FF, 0xF900, 0xFDCF, 0xFDD0, 0xFDEF, 0xFDF0, 0xFFFD, 0x1_0000, 0xE_FFFF, 0xF_0000, 0x10_FFFF)
	for _, r := range runes {
		for name, legal := range map[string]bool{string(r): first.MatchString(string(r)), "a" + string(r): behind.MatchString(string(r))} {
			if strings.ContainsAny(name, "/>&<:") {
				continue // it is markup
			}
			_, err := cexml.Decode([]byte(document("<" + name + "></" + name + ">")))
			if (err == nil) != legal {
				t.Errorf("name %q (%U): %v", name, r, err)
			}
		}
	}
}

// What XML and its namespaces allow and refuse, beyond the cases of testdata.
func TestWellFormed(t *testing.T) {
	for _, c := range []struct {
		name, content string
		ok            bool
	}{
		{"the prefix xml declared as it is", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:b=""/>`, true},
		{"another prefix for the namespace of xml", `<a xmlns:b="http://www.w3.org/XML/1998/namespace"/>`, false},
		{"the namespace of xml by default", `<a xmlns="http://www.w3.org/XML/1998/namespace"/>`, false},
		{"the namespace of xmlns", `<a xmlns:b="http://www.w3.org/2000/xmlns/"/>`, false},
		{"an element with the prefix xmlns", `<xmlns:a/>`, false},
		{"an element with the prefix xml", `<xml:a/>`, true},
		{"an element called xmlns", `<xmlns/>`, true},
		{"an attribute that begins like a declaration", `<a xmlnsx="" xmlns-y=""/>`, true},
		{"attributes of the same local name", `<a xmlns:b="u" x="" b:x="" xml:x=""/>`, true},
		{"a namespace with a line break is one with a space", "<a xmlns:b='u\r\nv' xmlns:c='u v'><a b:x='' c:x=''/></a>", false},
		{"a namespace with references", "<a xmlns:b='u&#118;' xmlns:c='uv'><a b:x='' c:x=''/></a>", false},
		{"namespaces that differ", "<a xmlns:b='u' xmlns:c='U'><a b:x='' c:x=''/></a>", true},
		{"no CDATA", `<a><![X[b]]></a>`, false},
		{"CDATA that does not end", `<a><![CDATA[b]></a>`, false},
		{"a declaration within", `<a><!ELEMENT b></a>`, false},
		{"a reference in an attribute that does not end", `<a b="&amp"/>`, false},
		{"a greater sign in an attribute", `<a b=">'&quot;" c='"'/>`, true},
		{"a value that does not end", `<a b="`, false},
		{"an attribute without a value", `<a b/>`, false},
		{"white space around the equal sign", "<a b\n=\t''/>", true},
		{"white space before the name", "< a/>", false},
		{"white space in an end tag", "<a></a \n>", true},
		{"white space before the name of an end tag", "<a></ a>", false},
		{"an attribute in an end tag", "<a></a b=''>", false},
		{"an end tag that is cut", "<a></a", false},
		{"a slash within a start tag", "<a / >", false},
		{"a name that ends in a colon", `<a:/>`, false},
		{"a name that begins with a colon", `<:a/>`, false},
		{"two slashes", `<a//>`, false},
		{"text with single brackets", `<a>]] > ]</a>`, true},
		{"the end of CDATA in text", `<a>]]></a>`, false},
		{"an instruction with a colon", `<?a:b c?>`, false},
		{"an instruction without a space", `<?a"b"?>`, false},
		{"an instruction without a name", `<? a?>`, false},
		{"an empty comment", `<!---->`, true},
		{"a comment that ends in three hyphens", `<!-- --->`, false},
		{"a comment of two hyphens", `<!-->`, false},
	} {
		_, err := cexml.Decode([]byte(document(c.content)))
		if (err == nil) != c.ok {
			t.Errorf("%s: %s: %v", c.name, c.content, err)
		}
		element := formattest.Minimal()
		element.DataContentType, element.Data = "application/xml", []byte("<e>"+c.content+"</e>")
		b := encoded(t, element)
		if asElement := strings.Contains(string(b), "xs:any"); asElement != c.ok || formattest.Diff(element, decoded(t, string(b))) != "" {
			t.Errorf("%s: encoded as %s", c.name, b)
		}
	}
}

// The error is about the place that is wrong.
func TestOffsets(t *testing.T) {
	for _, c := range []struct{ before, behind string }{
		{start + required + "<ce:x>1</ce:x", "!>" + end},
		{start + required, "x" + end},
		{start + required, "<ce:x>1</ce:x>" + end},
		{start + required + `<ce:x xsi:type="`, `xs:x">1</ce:x>` + end},
		{start + required + `<ce:x xsi:type="ce:integer">`, `1.0</ce:x>` + end},
		{start + required + `<ce:subject>a`, `&b;</ce:subject>` + end},
		{start + required + `<ce:subject>a`, "\x00</ce:subject>" + end},
		{start + required + `<ce:subject>a`, "\xc3(</ce:subject>" + end},
		{start + required + `<ce:subject>é`, "\xff\x00</ce:subject>" + end},
		{start + required + `<ce:data xsi:type="xs:base64Binary">`, "!</ce:data>" + end},
		{start + required + `<ce:datacontenttype>text/plain;charset=latin1</ce:datacontenttype><ce:data xsi:type="xs:string">`, "é</ce:data>" + end},
		{strings.Replace(start, "1.0", "0.3", 1) + required + `<ce:datacontentencoding>base64</ce:datacontentencoding><ce:data xsi:type="xs:string">`, "!</ce:data>" + end},
		{start + required + `<a>`, `</b></a>` + end},
		{start + required + `<a `, `y:b=""></a>` + end},
		{start + required + end, `<a/>`},
		{start + required, ``},
	} {
		_, err := cexml.Decode([]byte(c.before + c.behind))
		want := len(c.before)
		if strings.HasSuffix(c.before, "</ce:x") {
			want -= len("</ce:x")
		}
		var syntax *cloudevents.SyntaxError
		if !errors.As(err, &syntax) || syntax.Offset != want {
			t.Errorf("%s%s: %v, want offset %d", c.before, c.behind, err, want)
		}
	}
}

// A batch is well-formed to its end.
func TestBatchWellFormed(t *testing.T) {
	for name, document := range map[string]string{
		"text behind":                     batch(item+end) + "x",
		"an ignored element is malformed": batch(`<a><b></a>`),
		"an event is cut":                 batch(item),
		"a start tag is cut":              `<ce:batch`,
		"nothing":                         ``,
		"a comment":                       `<!-- -->`,
	} {
		if es, err := cexml.DecodeBatch([]byte(document)); err == nil || es != nil {
			t.Errorf("%s: %v, %v", name, es, err)
		}
	}
}
