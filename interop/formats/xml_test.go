package formats_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// xmllint is the program of libxml2, an implementation of XML that is not of Go.
type xmllint struct {
	program, dir string
}

func newXMLLint(t testing.TB) xmllint {
	t.Helper()
	return xmllint{peertest.Program(t, "xmllint"), t.TempDir()}
}

// refused returns the documents that xmllint does not take for well-formed, by their
// index, and what it says.
func (x xmllint) refused(t testing.TB, documents [][]byte) map[int]string {
	t.Helper()
	var names []string
	for i, d := range documents {
		names = append(names, filepath.Join(x.dir, fmt.Sprintf("%d.xml", i)))
		if err := os.WriteFile(names[i], d, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused := map[int]string{}
	for len(names) > 0 {
		n := min(len(names), 500)
		output, _ := exec.Command(x.program, append([]string{"--noout", "--nonet", "--huge"}, names[:n]...)...).CombinedOutput()
		for _, line := range strings.Split(string(output), "\n") {
			var i int
			rest, ok := strings.CutPrefix(line, x.dir+"/")
			if !ok || strings.Contains(line, "warning") || strings.Contains(line, "is not a valid URI") { // of a namespace, which nothing resolves
				continue
			}
			if _, err := fmt.Sscanf(rest, "%d.xml:", &i); err == nil && refused[i] == "" {
				refused[i] = rest
			}
		}
		names = names[n:]
	}
	return refused
}

// canonical returns a document in exclusive canonical form.
func (x xmllint) canonical(t testing.TB, document []byte) string {
	t.Helper()
	command := exec.Command(x.program, "--exc-c14n", "--nonet", "-")
	command.Stdin = bytes.NewReader(document)
	output, err := command.Output()
	if err != nil {
		t.Fatalf("xmllint: %q: %v", document, err)
	}
	return string(output)
}

func isXML(c conformance.Case) bool { return c.Message.Protocol == conformance.XML }

// isMalformed reports whether err is about the markup of a document, and not about what an
// event, a batch or this package does not allow.
func isMalformed(err error) bool {
	var violation *validation.Error
	var limit *cloudevents.LimitError
	return err != nil && !errors.As(err, &violation) && !errors.As(err, &limit) && !strings.Contains(err.Error(), "xml-format.md") &&
		!strings.Contains(err.Error(), "event format") && !strings.Contains(err.Error(), "document type") && !strings.Contains(err.Error(), "version of XML")
}

// Documents of the cases, and these with random changes: xmllint takes what is decoded,
// and refuses what is malformed.
func TestXMLReadsAsXMLLint(t *testing.T) {
	x := newXMLLint(t)
	all := cases(t, isXML)
	if len(all) < 190 {
		t.Errorf("only %d cases", len(all))
	}
	r := rand.New(rand.NewPCG(16, 5))
	var documents [][]byte
	for _, c := range all {
		documents = append(documents, c.Message.Body)
		if len(c.Message.Body) == 0 || len(c.Message.Body) > 4<<10 {
			continue
		}
		for range 10 {
			documents = append(documents, changed(r, c.Message.Body))
		}
	}
	refused := x.refused(t, documents)
	accepted, malformed := 0, 0
	for i, d := range documents {
		_, err := cexml.Decode(d)
		if err != nil {
			if _, batchErr := cexml.DecodeBatch(d); !isMalformed(batchErr) {
				err = batchErr
			}
		}
		switch {
		case err == nil:
			if accepted++; refused[i] != "" {
				t.Errorf("%q is accepted; xmllint says %s", d, refused[i])
			}
		case isMalformed(err):
			if malformed++; refused[i] == "" {
				t.Errorf("%q is refused: %v", d, err)
			}
		}
	}
	t.Logf("%d documents: %d accepted, %d malformed", len(documents), accepted, malformed)
}

// changed returns a document in which something is removed, doubled or replaced.
func changed(r *rand.Rand, document []byte) []byte {
	d := bytes.Clone(document)
	i := r.IntN(len(d))
	n := min(len(d)-i, 1+r.IntN(4))
	switch r.IntN(3) {
	case 0:
		return append(d[:i], d[i+n:]...)
	case 1:
		return append(d[:i+n:i+n], document[i:]...)
	}
	const characters = "<>&;:/=\"' \nax!?-[]#\x01\xff"
	d[i] = characters[r.IntN(len(characters))]
	return d
}

// xmllint takes every document that is written, and an element that is taken out of a
// document can replace the one in it.
func TestXMLWritesForXMLLint(t *testing.T) {
	x := newXMLLint(t)
	var documents [][]byte
	for _, c := range cases(t, func(c conformance.Case) bool { return c.Refused == nil && c.Text == nil }) {
		es, err := conformance.ToEvents(c.Events)
		if err != nil {
			t.Fatal(err)
		}
		for i := range es {
			if b, err := cexml.Append(nil, &es[i]); err == nil {
				documents = append(documents, b)
			}
		}
	}
	for i, why := range x.refused(t, documents) {
		t.Errorf("%q: %s", documents[i], why)
	}
	if len(documents) < 1000 {
		t.Errorf("only %d documents", len(documents))
	}
}

// An element with the declarations that it got means the same where it was.
func TestXMLElementsMeanTheSame(t *testing.T) {
	x := newXMLLint(t)
	const head = `<event xmlns="http://cloudevents.io/xmlformat/V1" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:a="urn:a" xmlns:b="urn:'b" specversion="1.0"><id>1</id><source>/s</source><type>t</type><data xmlns:a="urn:inner" xsi:type="xs:any">`
	const tail = `</data></event>`
	for _, element := range []string{
		`<x/>`,
		`<x xmlns=""/>`,
		`<a:x b:y="1"><a:z xmlns:a="urn:z" a:q=""/></a:x>`,
		`<x xmlns="urn:x"><b:y><z xmlns=""/></b:y></x>`,
		"<b:x xml:lang='de' y='&lt;&#10;'>\r\n<!-- c --><![CDATA[<]]><?p i?>&amp;</b:x >",
		`<x xsi:type="xs:int" a:y="b:z">1</x>`,
	} {
		document := []byte(head + element + tail)
		e, err := cexml.Decode(document)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := x.canonical(t, []byte(head+string(e.Data)+tail)), x.canonical(t, document); got != want {
			t.Errorf("%s became %s:\n%s\n%s", element, e.Data, got, want)
		}
		// Alone, it means what it means in a document that declares nothing.
		alone := x.canonical(t, []byte(`<root>`+string(e.Data)+`</root>`))
		if want := "<root>" + x.canonical(t, e.Data) + "</root>"; alone != want {
			t.Errorf("%s: %s, want %s", e.Data, alone, want)
		}
	}
}
