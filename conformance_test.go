package cloudevents_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

var update = flag.Bool("update", false, "rewrite the golden messages of the cases that encode")

// fewestCases is how many cases there were when somebody last counted. Raise it
// with the cases; it must never fall.
const fewestCases = 4669

func TestConformance(t *testing.T) {
	cases, err := conformance.Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < fewestCases {
		t.Errorf("%d cases, there were %d", len(cases), fewestCases)
	}
	codec := library.Codec()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			err := codec.Run(c)
			if err != nil && *update && !c.Decode && c.Text == nil && c.Refused == nil {
				rewriteGolden(t, codec, c)
				return
			}
			if err != nil {
				t.Errorf("%s\n%v", c.Comment, err)
			}
		})
	}
}

// TestGoldenMessages decodes the messages of the cases that encode. The data that went in
// comes out, byte for byte.
func TestGoldenMessages(t *testing.T) {
	cases, err := conformance.Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	codec := library.Codec()
	ran := 0
	for _, c := range cases {
		if c.Decode || c.Text != nil || c.Refused != nil {
			continue
		}
		ran++
		es, err := codec.Decode(c.Message, c.Batch, nil)
		if err != nil || len(es) != len(c.Events) {
			t.Errorf("%s: %d events: %v", c.Name, len(es), err)
			continue
		}
		for i, e := range c.Events {
			want := e.Data
			switch {
			case c.Mode == cloudevents.BinaryMode && len(want) == 0 && c.Message.Protocol != conformance.Kafka:
				want = nil // an empty body is no data
			case len(es[i].Data) < len(want) && c.Name == "json/encode/json-surrounding-white-space":
				want = bytes.TrimSpace(want) // which the format does not keep
			}
			if !bytes.Equal(es[i].Data, want) || (es[i].Data == nil) != (want == nil) {
				t.Errorf("%s: data is %.64q, want %.64q", c.Name, es[i].Data, want)
			}
		}
	}
	if ran < 257 {
		t.Errorf("only %d cases", ran)
	}
}

// rewriteGolden replaces the message section of a case, which is its last.
func rewriteGolden(t *testing.T, codec *conformance.Codec, c conformance.Case) {
	m, err := codec.Encode(c.Events, c.Mode, c.Message.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", filepath.FromSlash(c.Name)+".txtar")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(content), "-- "+string(m.Protocol))
	if !found {
		t.Fatalf("%s has no section %s", file, m.Protocol)
	}
	var b strings.Builder
	b.WriteString(before)
	if golden := m.Golden(); strings.ContainsFunc(golden, needsQuotes) {
		b.WriteString("-- " + string(m.Protocol) + " quoted --\n")
		for line := range strings.Lines(golden) {
			b.WriteString(strconv.QuoteToASCII(line) + "\n")
		}
	} else {
		b.WriteString("-- " + string(m.Protocol) + " --\n" + golden + "\n")
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("rewrote %s", file)
}

// needsQuotes reports whether r cannot stand in a file that people edit.
func needsQuotes(r rune) bool { return r == utf8.RuneError || r != '\n' && !unicode.IsPrint(r) }
