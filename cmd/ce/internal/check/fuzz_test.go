package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds adds the inputs of the golden files.
func seeds(f *testing.F) {
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if _, rest, ok := strings.Cut(string(b), "=====\n"); ok {
			input, output, _ := strings.Cut(rest, "=====\n")
			f.Add(input)
			f.Add(output)
		}
	}
	for _, text := range []string{
		"curl a -d @x -H @y $'\\xff\\u12\\U00110000\\400' \"\\\"`", "curl --json '{}' -G -I -F x a", "curl a --data-urlencode a=b -u x:y",
		"HTTP/1.1 200\n\n", "a:b\nTransfer-Encoding: chunked\n\n5\r\nabcde\r\n0\r\n", "a:\n\n", "[{},,]", "[[[", "{\"", "[\"a\\\"b\",1 2]", "\uFEFF[", "}", "[}]",
	} {
		f.Add(text)
	}
}

// noFiles is how commands of strangers are read.
func noFiles(string) ([]byte, error) { return []byte("a: b\nc\n"), nil }

// Whatever comes in, check ends, says something for each fault, and what it says can
// be shown on a terminal.
func FuzzCheck(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, from := range []form{formAny, formHTTP, formLines, formBatch, formEvent} {
			p, out, _ := processOn("")
			c := &checker{process: p, from: from, w: bufio.NewWriter(out)}
			in := newInput(strings.NewReader(text), "", from, 1<<16)
			in.files = noFiles
			if err := c.check(t.Context(), in); err != nil {
				t.Fatalf("%v: %v", from, err)
			}
			c.w.Flush()
			if in.index > len(text)+1 {
				t.Fatalf("%v: %d events in %d bytes", from, in.index, len(text))
			}
			if s := out.String(); visibleLines(s) != s {
				t.Fatalf("%v: %q", from, s)
			}
			if (c.total > 0) != strings.Contains(out.String(), "violation") {
				t.Fatalf("%v: %d violations: %s", from, c.total, out)
			}
		}
	})
}

// A curl command is understood or refused, and a message that is written as one is
// read back.
func FuzzCurl(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		s := newSplitter(strings.NewReader("curl "+text), 1<<16)
		commands, err := s.commands()
		var m *message
		if err == nil {
			m, err = commands.next(noFiles)
		}
		if err == nil && (m.header == nil || m.start == "") {
			t.Fatal("there is no message")
		}
		var fault *curlError
		if err != nil && !errors.As(err, &fault) && !errors.As(err, new(*errTooLong)) {
			t.Fatal(err)
		}
		if strings.IndexByte(text, 0) >= 0 || len(text) > maxArgument {
			return
		}
		words, rest, err := shellWords(shellQuote(text) + " " + shellQuote("x"+text))
		if err != nil || rest != "" || len(words) != 2 || words[0].text != text || words[1].text != "x"+text {
			t.Fatalf("%q is read back as %q, %q, %v", text, words, rest, err)
		}
	})
}

// The splitter gives back what it is given, and what is between events cannot hide
// one.
func FuzzSplit(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, from := range []form{formLines, formBatch, formEvent} {
			in := newInput(strings.NewReader(text), "", from, 1<<16)
			end := int64(0)
			for {
				u, err := in.next()
				if err != nil {
					break
				}
				if u.offset < end || !strings.HasPrefix(text[u.offset:], string(u.body)) || len(u.body) == 0 {
					t.Fatalf("%v: %q at %d", from, u.body, u.offset)
				}
				end = u.offset + int64(len(u.body))
				if want := 1 + strings.Count(text[:u.offset], "\n"); u.line != want {
					t.Fatalf("%v: line %d, want %d", from, u.line, want)
				}
			}
			if in.s.offset > int64(len(text)) {
				t.Fatalf("%v: offset %d in %d bytes", from, in.s.offset, len(text))
			}
		}
	})
}
