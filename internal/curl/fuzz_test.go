package curl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// noFiles is the contents of every file that a command names.
func noFiles(string) ([]byte, error) { return []byte("a: b\nc: d\n"), nil }

// A curl command is understood or refused, and no file is opened on the way.
func FuzzCurl(f *testing.F) {
	for _, text := range []string{
		`localhost:8080 -H 'ce-specversion: 1.0' -H 'ce-id: 1' -d '{}'`, `-X POST --url "http://a/b?c" --data-raw $'\x00\u20ac' -H 'a;' -H 'b:'`,
		"a -d @x -H @y $'\\xff\\u12\\U00110000\\400' \"\\\"`", "--json '{}' -G -I -F x a", "a --data-urlencode a=b -u x:y", "a -d @- -d @",
		"a \\\n -d x # comment\n\n$ curl b", "'a", "a | b\ncurl c", "$HOME",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = "curl " + text
		c, rest, err := curl.Parse(text)
		if err != nil {
			return
		}
		if !strings.HasSuffix(text, rest) || len(rest) == len(text) || c.URL == "" {
			t.Fatalf("%q: %+v, and then %q", text, c, rest)
		}
		for _, field := range c.Header {
			if field.Offset < len("curl ") || field.Offset >= len(text)-len(rest) {
				t.Fatalf("%q: the header %q is at %d", text, field.Name, field.Offset)
			}
		}
		r, err := c.Request(noFiles)
		if err != nil || r.Header == nil || r.Method == "" || r.Target == "" {
			t.Fatalf("%q: %+v, %v", text, r, err)
		}
		_, err = c.Request(nil)
		var file *curl.FileError
		if err != nil && !errors.As(err, &file) {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// A text that is quoted for a shell is read back.
func FuzzQuote(f *testing.F) {
	for _, text := range []string{"", "a", "it's", `"$a" \`, "a\nb\r\t", "@f", "-d", "€\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.IndexByte(text, 0) >= 0 || len(text) > curl.MaxArgument {
			return
		}
		c, rest, err := curl.Parse("curl --url " + curl.Quote("x"+text) + " --data-raw " + curl.Quote(text))
		if err != nil || rest != "" || c.URL != "x"+text || len(c.Data) != 1 || c.Data[0].Text != text {
			t.Fatalf("%q is read back as %+v, %q, %v", text, c, rest, err)
		}
	})
}
