package cli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain € 😀":            "plain € 😀",
		"\x1b[31m\x07\r\n\t":   `\u001b[31m\u0007\u000d\u000a\u0009`,
		"\u009b\u202e\u200b":   `\u009b\u202e\u200b`,
		"\xff\xc3(":            `\xff\xc3(`,
		"\U000e0001\ufeff\x7f": `\U000e0001\ufeff\u007f`,
		"\ufffd":               "\ufffd",
		"\u2028":               `\u2028`,
	} {
		if text == "\ufffd" {
			want = `\ufffd` // a decoder may have put it in the place of an invalid byte
		}
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %s, want %s", text, got, want)
		}
	}
	if got := VisibleLines("a\n\tb\r"); got != "a\n\tb\\u000d" {
		t.Errorf("%q", got)
	}
}

// The text is the same in pieces of any size.
func TestVisibleWriter(t *testing.T) {
	const text = "a€😀\r\nb\x1b[0m\xff\r\n"
	for size := 1; size <= len(text); size++ {
		var b bytes.Buffer
		w := &visibleWriter{w: &b}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got, want := b.String(), "a€😀\nb\\u001b[0m\\xff\n"; got != want {
			t.Errorf("in pieces of %d: %q, want %q", size, got, want)
		}
	}
}

// The text of a long error is cut before it is escaped.
func TestReportIsBounded(t *testing.T) {
	var b bytes.Buffer
	p := Process{Err: &b}
	p.Report(errors.New(strings.Repeat("\x00", 1<<20)))
	if n := b.Len(); n > 6*maxReport+64 || !strings.HasSuffix(b.String(), "…\n") || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("%d bytes", n)
	}
	b.Reset()
	p.Report(errors.New(strings.Repeat("x", maxReport)))
	if b.String() != "ce: "+strings.Repeat("x", maxReport)+"\n" {
		t.Errorf("%d bytes", b.Len())
	}
}

// Text for a terminal is escaped piece by piece, so that it takes little memory.
func TestVisibleWriterIsBounded(t *testing.T) {
	text := bytes.Repeat([]byte("\x1b"), 8<<20)
	w := &visibleWriter{w: io.Discard}
	if n := alloctest.Bytes(func() { w.Write(text) }); n > 10*uint64(len(text)) {
		t.Errorf("%d bytes allocated for %d", n, len(text))
	}
}
