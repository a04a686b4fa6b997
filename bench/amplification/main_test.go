package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var everything = regexp.MustCompile("")

// Small documents of strangers cost little. The ceiling is far above what the table in
// docs/security.md shows: it finds what gets out of hand. What net/http unpacks is another
// matter.
func TestSmallDocuments(t *testing.T) {
	const ceiling = 350
	rows := measureAll(readers(), []int{600}, everything)
	for _, r := range rows {
		if ratio := r.ratios[0]; ratio > ceiling && !strings.Contains(r.document, "gzip") {
			t.Errorf("%s, %s: %.0f bytes are allocated for a byte", r.reader, r.document, ratio)
		}
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if key := r.reader + "|" + r.document; seen[key] {
			t.Errorf("there are two rows %s", key)
		} else {
			seen[key] = true
		}
	}
	for _, r := range readers() {
		for _, d := range r.documents {
			if !seen[r.name+"|"+d.name] {
				t.Errorf("%s, %s is not measured", r.name, d.name)
			}
		}
	}
}

// Documents have about the size that the head of the table says.
func TestSizes(t *testing.T) {
	for _, r := range readers() {
		for _, d := range r.documents {
			for _, n := range []int{600, 6_000, 60_000} {
				m := d.make(n)
				if m == nil || strings.Contains(d.name, "gzip") {
					continue
				}
				if size := m.size(); size > n+n/2+400 || size < 10 {
					t.Errorf("%s, %s: %d bytes instead of about %d", r.name, d.name, size, n)
				}
			}
		}
	}
}

// The numbers do not depend on the run.
func TestRepeatable(t *testing.T) {
	var first string
	for range 3 {
		var b bytes.Buffer
		print(&b, measureAll(readers(), []int{600, 6_000}, regexp.MustCompile(`^JSONDecoder\.Decode$`)), 0)
		if first == "" {
			first = b.String()
		}
		if b.String() != first {
			t.Errorf("%s\nand then\n%s", first, b.String())
		}
	}
}

func TestPrint(t *testing.T) {
	rows := []row{
		{"reader", "a", []float64{12.34, 1.26, 0.04, -1}},
		{"reader", "b", []float64{1, 1, 1, 1}},
		{"another", "c", []float64{9.96, 9.94, 1, 1}},
	}
	var b bytes.Buffer
	print(&b, rows, 1)
	for _, want := range []string{"| reader | a | 12 | 1.3 | 0 |  |\n", "| another | c | 10 | 9.9 | 1.0 | 1.0 |\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "| b |") {
		t.Errorf("more than one document of a reader:\n%s", b.String())
	}
}

func TestWriteInto(t *testing.T) {
	name := filepath.Join(t.TempDir(), "security.md")
	if err := os.WriteFile(name, []byte("before\n"+beginMarker+"\nold\n"+endMarker+"\nafter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := writeInto(name, []byte("table\n")); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + beginMarker + "\n\ntable\n\n" + endMarker + "\nafter\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
	if err := os.WriteFile(name, []byte("no place"), 0o666); err != nil {
		t.Fatal(err)
	}
	if writeInto(name, nil) == nil {
		t.Error("a file without markers is written to")
	}
}
