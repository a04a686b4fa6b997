package finding_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/spec"
)

// fixed returns the input with the edits of a finding of it, all of which replace bytes.
func fixed(t *testing.T, input string, edits []finding.Edit) string {
	t.Helper()
	shift := 0
	for _, e := range edits { // those of these tests are in the order of their offsets
		if e.Do != "replace" || e.Offset == nil || *e.Offset < 0 {
			t.Fatalf("%+v", e)
		}
		begin := int(*e.Offset) + shift
		input = input[:begin] + e.To + input[begin+e.Length:]
		shift += len(e.To) - e.Length
	}
	return input
}

// Edits are given if the whole input is well with them, and words if it is not, or if it is too
// long to be tried.
func TestEditsOfDocuments(t *testing.T) {
	const valid, message = "{" + minimal + "}", "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n"
	long := strings.Repeat(" ", stream.MaxRest)
	broken := func(fill string) string { return "{" + minimal + ",\"data\":\"a\nb" + fill + "\"}" }
	rewritten := func(size int) string { return broken(strings.Repeat("x", size-len(broken("")))) }
	for _, c := range []struct{ name, input, advice, fixed string }{
		{"no comma between events", "[" + valid + " " + valid + "]", "write a comma between two events", "[" + valid + " ," + valid + "]"},
		{"no comma before an event with another fault", "[" + valid + ` {"id":1}]`, "RFC 8259", ""},
		{"no comma before text that is too long to tell", "[" + valid + " " + valid + "]" + long + "x", "RFC 8259", ""},
		{"a comma behind the last event", "[" + valid + ",]", "leave out the comma behind the last one", "[" + valid + "]"},
		{"two brackets", "[" + valid + "]]", "RFC 8259", ""},
		{"a line end in a string", broken(""), "as escapes", strings.Replace(broken(""), "\n", `\n`, 1)},
		{"a line end in a document of 64 KiB", rewritten(64 << 10), "as escapes", strings.Replace(rewritten(64<<10), "\n", `\n`, 1)},
		{"a line end in a document of more", rewritten(64<<10 + 1), "as escapes", ""},
		{"an event encoded twice", message + strconv.Quote(valid), "encode it once", message + valid},
		{"an event encoded twice, in white space", message + "\n " + strconv.Quote(valid) + " \n\n", "encode it once", message + valid + "\n"},
		{"an event encoded twice, with a byte order mark", message + "\uFEFF" + strconv.Quote(valid), "encode it once", message + valid},
		{"a comment that ends the document", message + strings.ReplaceAll(valid, `"`, "'") + " # a", "write double quotes", message + valid + " "},
		{"a name twice, at the end", "{" + minimal + `,"id":"1"}`, "they have the same value", valid},
		{"a name twice, at the beginning", `{"id":"1",` + minimal + "}", "they have the same value", `{"id":"1","specversion":"1.0","source":"/s","type":"t"}`},
		{"a name twice, with another value", "{" + minimal + `,"id":"2"}`, "receivers differ", valid},
		{"a name in upper case that is there", "{" + minimal + `,"ID":"1"}`, `"id" is there, with the same value`, valid},
		{"the second name in upper case", `{"id":"1","ID":"1","specversion":"1.0","source":"/s","type":"t"}`, "with the same value", `{"id":"1","specversion":"1.0","source":"/s","type":"t"}`},
		{"specversion in another spelling", strings.Replace(valid, "specv", "cespecv", 1), `call "cespecversion" "specversion"`, valid},
		{"specversion in another spelling, with another version", strings.Replace(valid, `specversion":"1.0`, `cloudeventsversion":"0.1`, 1), `write "specversion" "1.0" in the place of "cloudeventsversion"`, valid},
		{"an array", "{" + minimal + `,"subject":[1, 2]}`, `"[1,2]"`, "{" + minimal + `,"subject":"[1,2]"}`},
		{"an object", "{" + minimal + `,"subject":{"a": 1}}`, `{\"a\":1}`, "{" + minimal + `,"subject":"{\"a\":1}"}`},
		{"a bracket in a path", `{"specversion":"1.0","id":"1","source":"/a[1]","type":"t"}`, "%5B1%5D", `{"specversion":"1.0","id":"1","source":"/a%5B1%5D","type":"t"}`},
		{"a bracket and a space", `{"specversion":"1.0","id":"1","source":"/[ ]","type":"t"}`, "%5B%20%5D", `{"specversion":"1.0","id":"1","source":"/%5B%20%5D","type":"t"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := decode(c.input)
			found := all(&u, err)
			if len(found) != 1 || !strings.Contains(found[0].Advice, c.advice) {
				t.Fatalf("%v: %.2000s, want %q", err, fmt.Sprintf("%+v", found), c.advice)
			}
			if c.fixed == "" {
				if n := len(found[0].Edits); n > 0 {
					t.Errorf("%d edits", n)
				}
				return
			}
			if got := fixed(t, c.input, found[0].Edits); got != c.fixed {
				t.Errorf("%.300q, want %.300q", got, c.fixed)
			}
		})
	}
}

// Of what is to be written, advice shows 128 bytes.
func TestAdviceIsCut(t *testing.T) {
	const source = `"source":"a%20`
	for _, n := range []int{127, 128, 129} {
		rest := strings.Repeat("b", n-len(source)-1)
		u, err := decode(`{"specversion":"1.0","id":"1","source":"a ` + rest + `","type":"t"}`)
		found := all(&u, err)
		if whole := source + rest + `"`; len(whole) != n || len(found) != 1 || strings.Contains(found[0].Advice, whole) != (n <= 128) {
			t.Errorf("%d bytes: %+v", n, found)
		}
	}
}

// Trying edits takes time in proportion to the input: sixteen of a large one.
func TestTriesAreBounded(t *testing.T) {
	for size, want := range map[int]int{0: 20, 1 << 10: 20, 200 << 10: 16, 1 << 20: 16} {
		input := "{" + minimal + `,"data":"` + strings.Repeat("x", size) + `"`
		for i := range 20 {
			input += fmt.Sprintf(`,"Ab%d":1`, i)
		}
		u, err := decode(input + "}")
		found := all(&u, err)
		edited := 0
		for _, f := range found {
			if len(f.Edits) > 0 {
				edited++
			}
			if f.Advice == "" {
				t.Errorf("%d bytes: no advice: %+v", size, f)
			}
		}
		if len(found) != 20 || edited != want {
			t.Errorf("%d bytes: %d findings, %d with edits, want %d", size, len(found), edited, want)
		}
	}
}

// At most so many findings are made; the number of the others is told.
func TestFirst(t *testing.T) {
	u, err := decode(`{"A":1,"B":1,` + minimal + `,"C":1}`)
	for n, want := range map[int][2]int{0: {0, 3}, 1: {1, 2}, 2: {2, 1}, 3: {3, 0}, 4: {3, 0}} {
		found, more := finding.First(&u, err, n)
		if got := [2]int{len(found), more}; got != want {
			t.Errorf("at most %d: %d", n, got)
		}
	}
}

// The excerpt of a terminal is the line of the place, and the caret is below it.
func TestSource(t *testing.T) {
	for _, c := range []struct{ name, input, source, behind string }{
		{"a token", "{\n" + minimal + ",\n\"data\": x}", `"data": x}`, "x}"},
		{"a comma that comes before", "{" + minimal + ",\n\"x\":1 ,\n }", `"x":1 ,`, ","},
		{"between events", "[{" + minimal + "}\nx]", "x]", "x]"},
		{"a header", binary("ce-x: a\"b\n", ""), `ce-x: a"b`, `ce-x: a"b`},
	} {
		u, err := decode(c.input)
		found := all(&u, err)
		if len(found) != 1 || found[0].Source != c.source || string([]rune(found[0].Source)[found[0].Caret:]) != c.behind {
			t.Errorf("%s: %v: %+v", c.name, err, found)
		}
	}
}

// The version is found in a document that is cut off, or is none.
func TestVersion(t *testing.T) {
	for _, c := range []struct {
		body string
		want spec.Version
		ok   bool
	}{
		{"{" + minimal + "}", spec.V1, true}, {"{" + minimal, spec.V1, true}, {`{"specversion":1.0}`, spec.V1, true}, {`{"specversion":"0.3"`, spec.V03, true},
		{`{"specversion":"2.0"}`, 0, false}, {`{"specversion":"1.0`, 0, false}, {"[]", 0, false}, {"", 0, false}, {"{", 0, false}, {"{ ", 0, false},
		{`{"`, 0, false}, {`{"a`, 0, false}, {`{"a"`, 0, false}, {`{"a":`, 0, false}, {`{"a":1`, 0, false}, {`{"a":1,`, 0, false}, {"\uFEFF{", 0, false},
	} {
		if v, ok := finding.Version(&stream.Unit{Body: []byte(c.body)}); v != c.want && c.ok || ok != c.ok {
			t.Errorf("%q: %v, %t", c.body, v, ok)
		}
	}
}
