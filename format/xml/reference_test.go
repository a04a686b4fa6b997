package cexml_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	cexml "github.com/seed763dd41b/cloudevents/format/xml"
)

// tokens returns what encoding/xml reads in b: names with their namespaces, attributes
// except declarations, text, comments and processing instructions.
func tokens(b []byte) ([]string, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	var all []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		switch x := token.(type) {
		case xml.StartElement:
			all = append(all, fmt.Sprintf("<%v>", x.Name))
			for _, a := range x.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					all = append(all, fmt.Sprintf("%v=%q", a.Name, a.Value))
				}
			}
		case xml.EndElement:
			all = append(all, fmt.Sprintf("</%v>", x.Name))
		case xml.CharData:
			all = append(all, fmt.Sprintf("%q", string(x)))
		case xml.Comment:
			all = append(all, fmt.Sprintf("<!--%s-->", x))
		case xml.ProcInst:
			all = append(all, fmt.Sprintf("<?%s %s?>", x.Target, x.Inst))
		}
	}
}

// compareElement checks that the data of an event is an element which means for
// encoding/xml what it means in the document, where it begins at offset.
func compareElement(t *testing.T, document, element []byte, offset int) {
	t.Helper()
	got, err := tokens(element)
	if err != nil {
		t.Fatalf("%q of %q: %v", element, document, err)
	}
	all, err := tokens(document)
	if err != nil {
		t.Fatalf("%q: %v", document, err)
	}
	before, err := tokens(document[:offset])
	if err == nil {
		t.Fatalf("%q is a document", document[:offset])
	}
	if all = all[len(before):]; len(all) < len(got) || strings.Join(all[:len(got)], "\n") != strings.Join(got, "\n") {
		t.Fatalf("%q of %q: %q, want %q", element, document, got, all)
	}
}

// An element that is taken out of its document means the same, whatever is declared
// where.
func TestElementsMeanTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 4))
	some := func(declarations ...string) (s string) {
		for _, d := range declarations {
			if r.IntN(3) > 0 {
				s += d
			}
		}
		return s
	}
	taken, added := 0, 0
	for range 5_000 {
		head := `<ce:event` + namespaces + ` specversion="1.0"` + some(` xmlns:b="urn:outer"`, ` xmlns="urn:outer&amp;"`, " xmlns:unused='\"'") + `>`
		before := head + required + `<ce:data xsi:type="xs:any"` + some(` xmlns:b='urn:"inner'`, ` xmlns=""`) + `>` + some(" ", "<!-- c -->")
		element := anyXML(r)
		document := []byte(before + string(element) + `</ce:data>` + end)
		e, err := cexml.Decode(document)
		if err != nil {
			continue
		}
		taken++
		if !bytes.Equal(e.Data, element) {
			added++
		}
		compareElement(t, document, e.Data, len(before))
	}
	if taken < 1_000 || added < 250 {
		t.Errorf("%d are taken, %d have declarations added", taken, added)
	}
}
