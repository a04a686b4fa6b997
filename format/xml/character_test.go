package cexml_test

import (
	"strings"
	"testing"

	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

// The characters at the borders of production 2 (Char) of XML 1.0, as they are and as references.
func TestCharactersAtBorders(t *testing.T) {
	for _, c := range []struct {
		character, reference string
		ok                   bool
	}{
		{"\t", "&#9;", true}, {"\x08", "&#8;", false}, {"\x1f", "&#x1F;", false}, {" ", "&#32;", true}, {"\xed\x9f\xbf", "&#xD7FF;", true},
		{"\xed\xa0\x80", "&#xD800;", false}, {"\ue000", "&#xE000;", true}, {"\ufffd", "&#xFFFD;", true}, {"\ufffe", "&#xFFFE;", false}, {"\uffff", "&#xFFFF;", false},
		{"\U00010000", "&#x10000;", true}, {"\U0010fffd", "&#x10FFFD;", true}, {"\xf4\x90\x80\x80", "&#x110000;", false},
	} {
		for _, text := range []string{c.character, c.reference} {
			e, err := cexml.Decode([]byte(start + required + `<ce:datacontenttype>text/plain</ce:datacontenttype>` + data("xs:string", "a"+text+"b") + end))
			if (err == nil) != c.ok {
				t.Errorf("%q: %v", text, err)
			}
			if c.ok && string(e.Data) != "a"+c.character+"b" {
				t.Errorf("%q is %q", text, e.Data)
			}
		}
	}
}

// Between elements a reference must be known, and of white space.
func TestReferencesBetweenElements(t *testing.T) {
	for text, want := range map[string]string{
		"&#32;": "", "&#9;&#10;&#xD;": "", "&#x41;": "text", "&amp;": "text", "&unknown;": "reference", "&": "reference", "&#0;": "character",
	} {
		_, err := cexml.Decode([]byte(start + text + required + end))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
