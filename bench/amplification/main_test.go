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

// What strangers send costs little: a fixed amount, and about ten times its size. The
// exceptions are in the table of docs/security.md, which says why. What net/http unpacks is
// another matter.
func TestCeilings(t *testing.T) {
	const (
		fixed  = 64 << 10
		each   = 12.5
		eachOn = 13.5 // of which encoding/json allocates 3 for its error
		eachAs = 27.0 // an error of DataAs for each event, and its text
		header = 31.0 // of a reply, in the map of http.Header
	)
	rows := measureAll(readers(), []int{600, large}, everything)
	for _, r := range rows {
		if strings.Contains(r.document, "gzip") {
			continue
		}
		if small := r.ratios[0]; small*600 > fixed {
			t.Errorf("%s, %s: %.0f bytes are allocated for a byte of a small document", r.reader, r.document, small)
		}
		ceiling := each
		switch {
		case strings.Contains(r.reader, "On and data that do not fit"):
			ceiling = eachOn
		case strings.Contains(r.reader, "the error of DataAs"):
			ceiling = eachAs
		case strings.Contains(r.reader, "replies with the event") && strings.HasPrefix(r.document, "binary: "):
			ceiling = header
		}
		if ratio := r.ratios[1]; ratio > ceiling {
			t.Errorf("%s, %s: %.1f bytes are allocated for a byte", r.reader, r.document, ratio)
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
			for _, n := range []int{600, 6_000, large} {
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
