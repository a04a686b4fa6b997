package jsonstream_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed763dd41b/cloudevents/http/internal/jsonstream"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// documents are JSON or not, in many ways.
var documents = []string{
	`{}`, `[]`, `""`, `0`, `-0`, `-`, `01`, `1.`, `1.5`, `.5`, `1e5`, `1E+5`, `1e-5`, `1e`, `1e+`, `-1.5e7`, `+1`, `1 2`, ``, ` `, "\t\r\n{ } ",
	`true`, `false`, `null`, `tru`, `truee`, `nul`, `True`, `fals`, `nill`, `[true,false,null]`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `[`, `]`, `{`, `}`,
	`{"a":1}`, `{"a":1,}`, `{,"a":1}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1,"b":[{"c":{}}]}`, `{"a":1]`, `[1}`, `{"a":1}x`, `{}{}`,
	`"a`, `"a\"`, `"\"\\\/\b\f\n\r\t\u0041"`, `"\x"`, `"\u004"`, `"\u004g"`, `"\ud800"`, `"\ud83d\ude00"`, "\"\x01\"", "\"\n\"", "\"\x7f\"", "\"\xff\"", "\"é\"", "\xef\xbb\xbf{}", "\v{}",
	`{"\u0061":1}`, `{"a":"` + strings.Repeat("x", 9000) + `"}`, `{"` + strings.Repeat("x", 65) + `":1}`, `"` + strings.Repeat(`\n`, 5000) + `"`,
	strings.Repeat("[", 10000) + strings.Repeat("]", 10000), strings.Repeat("[", 10001) + strings.Repeat("]", 10001),
}

func TestSkipAcceptsJSON(t *testing.T) {
	for _, document := range documents {
		for name, in := range map[string]io.Reader{
			"":               strings.NewReader(document),
			"byte by byte: ": iotest.OneByteReader(strings.NewReader(document)),
			"with EOF: ":     iotest.DataErrReader(strings.NewReader(document)),
		} {
			r := jsonstream.New(in)
			r.Skip()
			if err := r.End(); (err == nil) != json.Valid([]byte(document)) {
				t.Errorf("%s%.60q: %v", name, document, err)
			}
		}
	}
}

// walk reads a document by Object, Array, Text and Raw, and returns it as encoding/json
// decodes it.
func walk(r *jsonstream.Reader) any {
	switch r.Kind() {
	case '{':
		all := map[string]any{}
		r.Object(func(name []byte) {
			n := string(name)
			all[n] = walk(r)
		})
		return all
	case '[':
		all := []any{}
		r.Array(func() { all = append(all, walk(r)) })
		return all
	case '"':
		text, _ := r.Text(1 << 20)
		return text
	case 0:
		return nil
	}
	var v any
	_ = json.Unmarshal(r.Raw(1<<20), &v)
	return v
}

func TestReaderReadsWhatJSONReads(t *testing.T) {
	for _, document := range documents {
		if !json.Valid([]byte(document)) || len(document) > 10_000 || strings.Contains(document, "xxx") {
			continue
		}
		for _, in := range []io.Reader{strings.NewReader(document), iotest.OneByteReader(strings.NewReader(document))} {
			r := jsonstream.New(in)
			got := walk(r)
			if err := r.End(); err != nil {
				t.Errorf("%.60q: %v", document, err)
			}
			var want any
			_ = json.Unmarshal([]byte(document), &want)
			if g, w := text(t, got), text(t, want); g != w {
				t.Errorf("%.60q: got %.60s, want %.60s", document, g, w)
			}
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, in string
		n        int
		want     string
		ok       bool
	}{
		{"fits", `"12345678"`, 8, "12345678", true},
		{"is cut", `"123456789"`, 8, "12345…", true},
		{"is cut far behind", `"` + strings.Repeat("x", 1<<16) + `"`, 8, "xxxxx…", true},
		{"escapes that fit", `"\u0061\u0062\n"`, 3, "ab\n", true},
		{"escapes that are cut", `"` + strings.Repeat(`\u0061`, 1000) + `"`, 8, "aaaaa…", true},
		{"short escapes that are cut", `"` + strings.Repeat(`\n`, 1000) + `"`, 8, "\n\n\n\n\n…", true},
		{"cut inside an escape", `"12` + strings.Repeat(`\u0061`, 1000) + `"`, 8, "12aaa…", true},
		{"cut behind a backslash", `"1` + strings.Repeat(`\n`, 1000) + `"`, 8, "1\n\n\n\n…", true},
		{"half a pair", `"\ud800x"`, 8, "\ufffdx", true},
		{"bytes that are no UTF-8", "\"a\xffb\"", 8, "a\ufffdb", true},
		{"a number", `17`, 8, "", false},
		{"an object", `{"a":"b"}`, 8, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := jsonstream.New(strings.NewReader(c.in))
			got, ok := r.Text(c.n)
			if got != c.want || ok != c.ok || r.End() != nil {
				t.Errorf("%q, %v, %v", got, ok, r.Err())
			}
		})
	}
}

func TestRaw(t *testing.T) {
	for in, want := range map[string]string{
		`{"a": [1, "b"]}`: `{"a": [1, "b"]}`, ` 12 `: `12`, `123456789012345`: `123456789012345`, `1234567890123456`: "", `"`: "", `{"a" 1}`: "",
	} {
		for _, from := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			if got := jsonstream.New(from).Raw(15); string(got) != want {
				t.Errorf("%s: %q", in, got)
			}
		}
	}
	// A name that follows is not that which was kept.
	var names []string
	var values []string
	r := jsonstream.New(strings.NewReader(`{"a":"1","bc":{"d":2},"\u0065":3,"` + strings.Repeat("f", 65) + `":4}`))
	r.Object(func(name []byte) {
		names = append(names, string(name))
		values = append(values, string(r.Raw(100)))
	})
	if !slices.Equal(names, []string{"a", "bc", "e", ""}) || !slices.Equal(values, []string{`"1"`, `{"d":2}`, `3`, `4`}) {
		t.Errorf("%q %q", names, values)
	}
}

func TestReaderErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, in := range []string{``, `{"a":`, `{"a":"x`, `[1,`, `tr`, `1`} {
		r := jsonstream.New(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)))
		r.Skip()
		if err := r.End(); !errors.Is(err, broken) {
			t.Errorf("%q: %v", in, err)
		}
	}
	r := jsonstream.New(stuck{})
	r.Skip()
	if r.Err() != io.ErrNoProgress {
		t.Error(r.Err())
	}
	r = jsonstream.New(strings.NewReader(`{"a":1,"b":!}`))
	calls := 0
	r.Object(func([]byte) { calls++; r.Skip() })
	if r.Err() != jsonstream.ErrSyntax || calls != 2 || r.Kind() != 0 || r.Raw(9) != nil {
		t.Error(r.Err(), calls)
	}
	if r.Skip(); r.End() != jsonstream.ErrSyntax {
		t.Error("the error is lost")
	}
	r = jsonstream.New(strings.NewReader(`[1,2`))
	if r.Array(r.Skip); r.End() != io.ErrUnexpectedEOF {
		t.Error(r.Err())
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

// Memory does not depend on the length of a document.
func TestReaderMemory(t *testing.T) {
	for name, document := range map[string]string{
		"a string": `{"a":"` + strings.Repeat("x", 8<<20) + `"}`,
		"a name":   `{"` + strings.Repeat("x", 8<<20) + `":1}`,
		"names":    `{` + strings.Repeat(`"a":1,`, 1<<20) + `"a":1}`,
		"escapes":  `{` + strings.Repeat(`"\u0061":1,`, 1<<20) + `"a":1}`,
		"elements": `[` + strings.Repeat(`{},`, 1<<20) + `0]`,
	} {
		n := alloctest.Bytes(func() {
			r := jsonstream.New(strings.NewReader(document))
			if r.Kind() == '{' {
				r.Object(func([]byte) { r.Skip() })
			} else {
				r.Array(r.Skip)
			}
			if err := r.End(); err != nil {
				t.Error(err)
			}
		})
		if n > 64<<10 {
			t.Errorf("%s: %d bytes", name, n)
		}
	}
}

// FuzzReader compares with encoding/json.
func FuzzReader(f *testing.F) {
	for _, document := range documents {
		if len(document) < 1000 {
			f.Add([]byte(document))
		}
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		r := jsonstream.New(iotest.HalfReader(strings.NewReader(string(document))))
		r.Skip()
		valid := json.Valid(document)
		if err := r.End(); (err == nil) != valid {
			t.Fatalf("%v", err)
		}
		r = jsonstream.New(strings.NewReader(string(document)))
		_ = walk(r)
		if err := r.End(); (err == nil) != valid {
			t.Fatalf("walk: %v", err)
		}
		r = jsonstream.New(strings.NewReader(string(document)))
		if raw := r.Raw(len(document)); valid && string(raw) != strings.Trim(string(document), " \t\r\n") {
			t.Fatalf("raw: %q", raw)
		}
	})
}
