package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

const noLimit = -1

func TestValue(t *testing.T) {
	const none = jsonscan.None
	for _, c := range []struct {
		name, text string
		end        int
		fault      jsonscan.Fault
	}{
		{"true", `true`, 4, none},
		{"false", `false`, 5, none},
		{"null", `null`, 4, none},
		{"number", `-12.5e+3`, 8, none},
		{"string", `"a\"b"`, 6, none},
		{"lone surrogate escape", `"\ud800"`, 8, none},
		{"empty array", `[ ]`, 3, none},
		{"empty object", "{\n}", 3, none},
		{"array", `[1, [2], {}, "x"]`, 17, none},
		{"object", "{ \"a\" :\t1\r,\n\"b\":{\"c\":[]} }", 26, none},
		{"duplicate members", `{"a":1,"a":2}`, 13, none},
		{"stops behind the value", `[1] x`, 3, none},
		{"number ends at a letter", `1x`, 1, none},

		{"empty text", ``, 0, jsonscan.UnexpectedEnd},
		{"open array", `[`, 1, jsonscan.UnexpectedEnd},
		{"open array behind a value", `[1`, 2, jsonscan.UnexpectedEnd},
		{"open array behind a comma", `[1,`, 3, jsonscan.UnexpectedEnd},
		{"open object", `{`, 1, jsonscan.UnexpectedEnd},
		{"member name without colon at the end", `{"a"`, 4, jsonscan.UnexpectedEnd},
		{"member without value at the end", `{"a":`, 5, jsonscan.UnexpectedEnd},
		{"open object behind a comma", `{"a":1, `, 8, jsonscan.UnexpectedEnd},
		{"open string", `"abc`, 4, jsonscan.UnexpectedEnd},

		{"letter", `x`, 0, jsonscan.UnexpectedByte},
		{"byte order mark", "\uFEFF1", 0, jsonscan.UnexpectedByte},
		{"white space is the caller's", ` 1`, 0, jsonscan.UnexpectedByte},
		{"plus sign", `+1`, 0, jsonscan.UnexpectedByte},
		{"comma first", `[,1]`, 1, jsonscan.UnexpectedByte},
		{"comma last in array", `[1,]`, 3, jsonscan.UnexpectedByte},
		{"comma last in object", `{"a":1,}`, 7, jsonscan.UnexpectedByte},
		{"missing comma", `[1 2]`, 3, jsonscan.UnexpectedByte},
		{"array closed as object", `[1}`, 2, jsonscan.UnexpectedByte},
		{"object closed as array", `{"a":1]`, 6, jsonscan.UnexpectedByte},
		{"empty array closed as object", `[}`, 1, jsonscan.UnexpectedByte},
		{"empty object closed as array", `{]`, 1, jsonscan.UnexpectedByte},
		{"closing bracket alone", `]`, 0, jsonscan.UnexpectedByte},
		{"unquoted member name", `{a:1}`, 1, jsonscan.UnexpectedByte},
		{"number as member name", `{1:1}`, 1, jsonscan.UnexpectedByte},
		{"missing colon", `{"a" 1}`, 5, jsonscan.UnexpectedByte},
		{"colon in array", `["a":1]`, 4, jsonscan.UnexpectedByte},
		{"no-break space", "[\u00A01]", 1, jsonscan.UnexpectedByte},
		{"form feed", "[\f1]", 1, jsonscan.UnexpectedByte},
		{"comment", `[/**/1]`, 1, jsonscan.UnexpectedByte},
		{"single quotes", `'a'`, 0, jsonscan.UnexpectedByte},
		{"NaN", `NaN`, 0, jsonscan.UnexpectedByte},

		{"leading zero", `[01]`, 1, jsonscan.BadNumber},
		{"minus alone", `-`, 0, jsonscan.BadNumber},
		{"no fraction digits", `[1.]`, 1, jsonscan.BadNumber},
		{"capitalised literal", `[tRue]`, 1, jsonscan.BadLiteral},
		{"cut literal", `nul`, 0, jsonscan.BadLiteral},
		{"unknown escape", `["\x"]`, 2, jsonscan.BadEscape},
		{"escape in a member name", `{"\u12":1}`, 2, jsonscan.BadEscape},
		{"raw line break in a string", "\"a\nb\"", 2, jsonscan.ControlCharacter},
		{"invalid UTF-8 in a string", "[\"\xff\"]", 2, jsonscan.InvalidUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			end, f := jsonscan.Value([]byte(c.text), 0, noLimit)
			if end != c.end || f != c.fault {
				t.Errorf("Value(%q) = %d, %v; want %d, %v", c.text, end, f, c.end, c.fault)
			}
		})
	}
}

func TestValueBeginsAtIndex(t *testing.T) {
	b := []byte(`]] [1,"two"] }`)
	if end, f := jsonscan.Value(b, 3, noLimit); end != 12 || f != jsonscan.None {
		t.Errorf("Value at 3 = %d, %v; want 12, no fault", end, f)
	}
	if end, f := jsonscan.Value(b, len(b), noLimit); end != len(b) || f != jsonscan.UnexpectedEnd {
		t.Errorf("Value at the end = %d, %v; want %d, unexpected end", end, f, len(b))
	}
}

// nested returns a value in depth arrays and objects, which alternate in a
// pattern that no word of the stack repeats.
func nested(depth int) []byte {
	var text, closing []byte
	for i := range depth {
		if i%3 == 0 || i%7 == 0 {
			text, closing = append(text, `{"a":`...), append(closing, '}')
		} else {
			text, closing = append(text, '['), append(closing, ']')
		}
	}
	text = append(text, '0')
	for i := depth - 1; i >= 0; i-- {
		text = append(text, closing[i])
	}
	return text
}

func TestValueDepth(t *testing.T) {
	for _, depth := range []int{0, 1, 2, 62, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 1000, 9999} {
		b := nested(depth)
		if !json.Valid(b) {
			t.Fatalf("depth %d: the test builds no JSON", depth)
		}
		for _, limit := range []int{noLimit, depth, depth + 1} {
			if end, f := jsonscan.Value(b, 0, limit); end != len(b) || f != jsonscan.None {
				t.Errorf("depth %d, limit %d: %d, %v; want %d, no fault", depth, limit, end, f, len(b))
			}
		}
		if depth == 0 {
			continue
		}
		end, f := jsonscan.Value(b, 0, depth-1)
		if want := bytes.LastIndexAny(b, "[{"); end != want || f != jsonscan.TooDeep {
			t.Errorf("depth %d, limit one less: %d, %v; want %d, too deep", depth, end, f, want)
		}
	}
}

// Each closing bracket in turn is replaced by the wrong one, so that every bit of
// the stack is looked at, across the borders of its words.
func TestValueRemembersEachBracket(t *testing.T) {
	const depth = 200
	b := nested(depth)
	for i := len(b) - depth; i < len(b); i++ {
		was := b[i]
		b[i] = ']' ^ '}' ^ was
		if end, f := jsonscan.Value(b, 0, noLimit); end != i || f != jsonscan.UnexpectedByte {
			t.Errorf("wrong bracket at %d: %d, %v; want %d, unexpected byte", i, end, f, i)
		}
		b[i] = was
	}
}

func TestValueReopensLevels(t *testing.T) {
	for _, depth := range []int{1, 63, 64, 65, 128, 130} {
		open, closing := strings.Repeat("[", depth), strings.Repeat("]", depth)
		sibling := `{"a":[]}`
		text := open + strings.Repeat(sibling+",", 3) + sibling + closing
		text = "[" + text + "," + text + "]"
		if end, f := jsonscan.Value([]byte(text), 0, depth+3); end != len(text) || f != jsonscan.None {
			t.Errorf("depth %d: %d, %v; want %d, no fault", depth, end, f, len(text))
		}
		if _, f := jsonscan.Value([]byte(text), 0, depth+2); f != jsonscan.TooDeep {
			t.Errorf("depth %d, limit one less: %v; want too deep", depth, f)
		}
	}
}

// valid reports whether Value takes the whole of b, between white space.
func valid(b []byte, maxDepth int) bool {
	end, f := jsonscan.Value(b, jsonscan.Space(b, 0), maxDepth)
	return f == jsonscan.None && jsonscan.Space(b, end) == len(b)
}

// depthOf counts the brackets of a valid text that are not in strings.
func depthOf(b []byte) (deepest int) {
	d := json.NewDecoder(bytes.NewReader(b))
	depth := 0
	for {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			depth++
			deepest = max(deepest, depth)
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-0.5e+9,true,false,null,"x\u00e9\ud83d\ude00"],"b":{}}`, ` [ ] `, `"\ud800"`, "\"\xed\xa0\x80\"",
		`[[[[]]],{"a":{"b":[{}]}}]`, "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", `01`, `[1,]`, `{"a":1,}`, "\"\x1f\"", `nul`,
		string(nested(70)), `"0123456\\89012345\"789"`, `"\u12"`, "1\x80",
	} {
		f.Add([]byte(text), 3)
	}
	// encoding/json stops at 10000 levels.
	const stdDepth = 10000
	f.Fuzz(func(t *testing.T, b []byte, i int) {
		want := json.Valid(b) && utf8.Valid(b)
		if got := valid(b, stdDepth); got != want {
			t.Fatalf("%q: valid is %v, encoding/json says %v", b, got, want)
		}
		if want {
			if depth := depthOf(b); !valid(b, depth) || valid(b, depth-1) && depth > 0 {
				t.Errorf("%q: the limit is not %d levels", b, depth)
			}
		}
		if i < 0 || i > len(b) {
			return
		}
		end, fault := jsonscan.Value(b, i, stdDepth)
		if end < i || end > len(b) {
			t.Fatalf("Value(%q, %d) ends at %d", b, i, end)
		}
		if fault != jsonscan.None {
			if fault.Error() == jsonscan.None.Error() {
				t.Errorf("%q: fault %d without words", b, fault)
			}
			return
		}
		if !json.Valid(b[i:end]) || !utf8.Valid(b[i:end]) {
			t.Errorf("Value(%q, %d) takes %q", b, i, b[i:end])
		}
	})
}
