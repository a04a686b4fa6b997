package stream_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

const (
	maxHead     = 1 << 20 // of the header of a message
	maxCommands = 1 << 20 // of the curl commands of an input
)

// A unit of exactly --max-bytes is read, and one of a byte more is not, in every form and
// however small the limit is.
func TestLimitOfAUnit(t *testing.T) {
	const message = "POST / HTTP/1.1\nce-id: 1\n"
	for name, c := range map[string]struct {
		form        stream.Form
		front, back string
	}{
		"a JSON event":            {stream.JSON, "", "\n"},
		"a line":                  {stream.Lines, "", "\n{}"},
		"a line with CRLF":        {stream.Lines, "", "\r\n{}"},
		"a last line":             {stream.Lines, "", ""},
		"an element":              {stream.Batch, "[", "]"},
		"a body":                  {stream.HTTP, message + "\n", "\n"},
		"a body of known length":  {stream.HTTP, message + "Content-Length: N\n\n", "a: b\n"},
		"a body in chunks":        {stream.HTTP, message + "Transfer-Encoding: chunked\n\nX\r\n", "\r\n0\r\n\r\n"},
		"a body of a command":     {stream.Curl, "curl a --data-raw '", "'"},
		"a document of a case":    {stream.Case, "-- json --\n", "\n-- event --\n"},
		"a body of a case":        {stream.Case, "-- request --\n" + message + "\n", "\n-- event --\n"},
		"a quoted body of a case": {stream.Case, "-- request quoted --\n\"a: b\\n\\n\"\n`", "`\n-- event --\n"},
	} {
		for _, limit := range []int{10, 11, 1000, 100_000, 300_000, 1 << 20} {
			for _, size := range []int{limit, limit + 1} {
				if c.form == stream.Curl && size > 1<<19 {
					continue
				}
				front := strings.NewReplacer("Length: N", fmt.Sprintf("Length: %d", size), "X", fmt.Sprintf("%x", size)).Replace(c.front)
				unit := `{"a":"` + strings.Repeat("x", size-8) + `"}`
				u, err := stream.NewReader(strings.NewReader(front+unit+c.back), "", c.form, limit).Next()
				var long *stream.TooLongError
				switch fits := size <= limit; {
				case fits && (err != nil || string(u.Body) != unit):
					t.Errorf("%s of %d bytes: %.100q, %v", name, size, u.Body, err)
				case !fits && (!errors.As(err, &long) || long.Max != limit || long.Flag != "--max-bytes" || !stream.IsFault(err)):
					t.Errorf("%s of %d bytes, limit %d: %v", name, size, limit, err)
				}
			}
		}
	}
}

// The header of a message has a limit of its own, and a small --max-bytes does not limit it.
func TestLimitOfAHeader(t *testing.T) {
	for name, head := range map[string]func(n int) string{
		"one line": func(n int) string { return "a: " + strings.Repeat("x", n-6) + "\r\n\n" },
		"many lines": func(n int) string {
			lines := (n - 9) / 5
			return strings.Repeat("a: b\n", lines) + "a: " + strings.Repeat("x", n-5*lines-5) + "\n\n"
		},
	} {
		for _, size := range []int{maxHead, maxHead + 1, maxHead + 300_000} {
			_, err := stream.NewReader(strings.NewReader(head(size)+"body"), "", stream.HTTP, 10).Next()
			var bad *stream.HTTPError
			switch fits := size <= maxHead; {
			case fits && err != nil:
				t.Errorf("%s of %d bytes: %v", name, size, err)
			case !fits && (!errors.As(err, &bad) || bad.Text != "the header is longer than 1048576 bytes"):
				t.Errorf("%s of %d bytes: %v", name, size, err)
			}
		}
	}
}

// The limit of command lines is not that of a flag, and its error names none.
func TestLimitOfCommands(t *testing.T) {
	for _, size := range []int{maxCommands, maxCommands + 1} {
		text := "curl a " + strings.Repeat(" ", size-7)
		_, err := stream.NewReader(strings.NewReader(text), "", stream.Curl, 0).Next()
		switch fits := size <= maxCommands; {
		case fits && err != nil:
			t.Errorf("%d bytes: %v", size, err)
		case !fits && (err == nil || err.Error() != "the curl commands together are longer than 1048576 bytes" || !stream.IsFault(err)):
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// The files of a command are limited together, as the body of a message is.
func TestLimitOfFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "data")
	if err := os.WriteFile(file, []byte(strings.Repeat("x", 600)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		command string
		max     int
		fits    bool
	}{
		{"curl a -d @F", 600, true}, {"curl a -d @F", 599, false}, {"curl a -d @F -d @F", 1201, true}, {"curl a -d @F -d @F", 1200, false},
		{"curl a -d @F -d @F", 1000, false}, {"curl a -d @F -H @E -T E", 600, false}, {"curl a -d @F -d @F -d @F", 600, false},
		{"curl a -d @F" + strings.Repeat(" -d @F", 10_000), 16 << 10, false}, {"curl a -d @/dev/zero", 1000, false},
	} {
		command := filepath.Join(dir, "a.curl")
		if err := os.WriteFile(command, []byte(strings.ReplaceAll(c.command, "F", file)), 0o600); err != nil {
			t.Fatal(err)
		}
		s := stream.Source{ReadFiles: true, MaxBytes: c.max}
		err := s.Open(command, func(in *stream.Reader) error { _, err := in.Next(); return err })
		if (err == nil) != c.fits {
			t.Errorf("%.60s, %d bytes: %v", c.command, c.max, err)
		}
		var long *stream.TooLongError
		if errors.As(err, &long) && (long.Max != c.max || long.Flag != "--max-bytes") {
			t.Errorf("%.60s: %v", c.command, err)
		}
	}
}

func TestReadAtMost(t *testing.T) {
	for max, fits := range map[int]bool{3: true, 4: true, 2: false, 0: false, math.MaxInt: true} {
		b, err := stream.ReadAtMost(strings.NewReader("abc"), max)
		var long *stream.TooLongError
		if fits && (string(b) != "abc" || err != nil) || !fits && (!errors.As(err, &long) || err.Error() != fmt.Sprintf("longer than %d bytes", max)) {
			t.Errorf("%d: %q, %v", max, b, err)
		}
	}
	if b, err := stream.ReadFile(strings.NewReader("abc"), "-", 2); err == nil || err.Error() != "longer than 2 bytes; see --max-bytes" {
		t.Errorf("%q, %v", b, err)
	}
}

// Lines of a header are one list (RFC 9110, 5.3): framing that differs is refused.
func TestFraming(t *testing.T) {
	for head, ok := range map[string]bool{
		"Content-Length: 2":                                      true,
		"Content-Length: 2\ncontent-length: 2":                   true,
		"Content-Length: 2\nContent-Length: 3":                   false,
		"Content-Length: 2, 2":                                   false,
		"Content-Length: -2":                                     false,
		"Content-Length:":                                        false,
		"Transfer-Encoding: gzip\nTransfer-Encoding: chunked":    false,
		"Transfer-Encoding: chunked\nTransfer-Encoding: chunked": false,
	} {
		u, err := stream.NewReader(strings.NewReader(head+"\n\nab"), "", stream.HTTP, 100).Next()
		if (err == nil) != ok || ok && string(u.Body) != "ab" {
			t.Errorf("%q: %q, %v", head, u.Body, err)
		}
	}
}

// The messages of cases, and their places.
func TestCases(t *testing.T) {
	const text = "Recorded now.\n-- request --\nPOST / HTTP/1.1\nce-id: 1\n\nbody\nb\n\n-- event --\nid String \"1\"\n" +
		"-- json --\n{\"a\":1}\n-- json --\n [{}]\n-- x --\n-- request quoted --\n\"PUT / HTTP/1.1\\n\"\n\n\"\\n\\x00\\r\\n\"\n"
	in := stream.NewReader(strings.NewReader(text), "", stream.Any, 0)
	var got []string
	for {
		u, err := in.Next()
		if err != nil {
			if err != io.EOF {
				t.Fatal(err)
			}
			break
		}
		start := ""
		if u.Message != nil {
			start = u.Message.Start
			for _, f := range u.Message.Fields {
				if !strings.HasPrefix(text[f.Offset:], f.Name+":") || f.Line != 1+strings.Count(text[:f.Offset], "\n") {
					t.Errorf("%+v", f)
				}
			}
		}
		if !u.InBody && (!strings.HasPrefix(text[u.Offset:], string(u.Body)) || u.Line != 1+strings.Count(text[:u.Offset], "\n")) {
			t.Errorf("%+v", u)
		}
		got = append(got, fmt.Sprintf("%s %q", start, u.Body))
	}
	want := []string{`POST / HTTP/1.1 "body\nb\n"`, ` "{\"a\":1}"`, ` " [{}]"`, `PUT / HTTP/1.1 "\x00\r\n"`}
	if strings.Join(got, "|") != strings.Join(want, "|") || in.Form() != stream.Case {
		t.Errorf("%v:\n%q\nwant\n%q", in.Form(), got, want)
	}
	for _, bad := range []string{"nothing", "x\n-- event --\nid String \"1\"\n", "-- request quoted --\nx\n", "-- request --\nx y\n\nz", "-- request --\n", ""} {
		if u, err := stream.NewReader(strings.NewReader(bad), "a.txtar", stream.Any, 0).Next(); err == nil || !stream.IsFault(err) {
			t.Errorf("%q: %+v, %v", bad, u, err)
		}
	}
}
