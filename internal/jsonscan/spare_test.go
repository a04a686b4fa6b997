package jsonscan_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// Behind the end of a slice there is often more of a document. Nothing that is there changes
// a result: each function is called with every beginning of some texts, in memory where other
// bytes follow that would go on with the value, or end it.
func TestNothingBehindTheEndIsRead(t *testing.T) {
	texts := []string{
		`"abcdefgh"`, `"abc\"de\\f"`, `"\u00e9\ud83d\ude00 and more of it"`, `"\ud83d\ud83d"`, `"\udc00\udc00"`, "\"\u00e9\u20ac\U0001F600\"",
		`"` + strings.Repeat("x", 40) + `"`, `"` + strings.Repeat(`\n`, 20) + `"`, "\"\xff\"", `"\x"`,
		`-12.5e+30`, `100`, `0.5`, `1E5`, `-`, `true`, `false`, `null`, `nul`,
		`{"a":[1,{"b":"c"}],"d":null}`, `[[[[]]]]`, `[1,2,3]`, `{ "a" : 1 }`, "  \t\r\n  :  \n 1", strings.Repeat(" ", 40) + "1",
	}
	type result struct {
		end    int
		detail string
		fault  jsonscan.Fault
	}
	calls := map[string]func(b []byte) result{
		"Space": func(b []byte) result { return result{end: jsonscan.Space(b, 0)} },
		"String": func(b []byte) result {
			if len(b) == 0 || b[0] != '"' {
				return result{}
			}
			end, form, f := jsonscan.String(b, 1)
			return result{end, string('0' + rune(form)), f}
		},
		"Number": func(b []byte) result {
			if len(b) == 0 || b[0] != '-' && (b[0] < '0' || b[0] > '9') {
				return result{}
			}
			end, integer, f := jsonscan.Number(b, 0)
			return result{end, map[bool]string{true: "integer"}[integer], f}
		},
		"Literal": func(b []byte) result {
			if len(b) == 0 || !strings.Contains("tfn", string(b[:1])) {
				return result{}
			}
			end, f := jsonscan.Literal(b, 0)
			return result{end, "", f}
		},
		"Value": func(b []byte) result {
			end, f := jsonscan.Value(b, 0, 3)
			return result{end, "", f}
		},
		"Colon": func(b []byte) result {
			end, f := jsonscan.Colon(b, 0)
			return result{end, "", f}
		},
		"AppendUnquoted": func(b []byte) result {
			if len(b) < 2 || b[0] != '"' {
				return result{}
			}
			end, _, f := jsonscan.String(b, 1)
			if f != jsonscan.None {
				return result{}
			}
			text, offset, f := jsonscan.AppendUnquoted(nil, b[1:end])
			return result{offset, string(text), f}
		},
	}
	behind := []string{
		`"`, `\`, `\ude00`, `\udc00"`, `u00e9"`, "\x80\x80\x80\"", "\xa9\"", "\xff", "\x00", "00000000", "9.9e9", ".5", "e1", "rue", "alse", "l", "ull",
		`]]]]`, `}`, `,1]`, `:1`, "        :", "\n\n\n\n\n\n\n\n\n1",
	}
	for name, call := range calls {
		for _, text := range texts {
			for n := range len(text) + 1 {
				want := call([]byte(text)[:n:n])
				for _, more := range append(behind, text[n:]) {
					room := []byte(text[:n] + more + strings.Repeat(`"`, 16))
					if got := call(room[:n]); got != want {
						t.Errorf("%s(%q) before %q is %+v, want %+v", name, text[:n], more, got, want)
					}
				}
			}
		}
	}
}

// The same for what unquotes: its argument is a part of a string, whose end is not looked at.
func TestUnquoteReadsNothingBehindTheEnd(t *testing.T) {
	for _, s := range []string{`\ud83d`, `a\ud83d`, `\ud83d\ud83d`, `\u00e9`, `\ud83d\ude00`, `\n`, `a`} {
		exact, wantOffset, want := jsonscan.AppendUnquoted(nil, []byte(s)[:len(s):len(s)])
		for _, more := range []string{`\ude00`, `\udc00`, `00`, `\n`, `"`} {
			got, offset, f := jsonscan.AppendUnquoted(nil, []byte(s + more)[:len(s)])
			if string(got) != string(exact) || offset != wantOffset || f != want {
				t.Errorf("%q before %q is %q, %d, %v; want %q, %d, %v", s, more, got, offset, f, exact, wantOffset, want)
			}
		}
	}
}
