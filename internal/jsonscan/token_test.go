package jsonscan_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

func TestSpace(t *testing.T) {
	for _, c := range []struct {
		name, text string
		from, to   int
	}{
		{"nothing", "", 0, 0},
		{"at the end", "ab", 2, 2},
		{"no space", "a b", 0, 0},
		{"all four", " \t\r\nx", 0, 4},
		{"from the middle", "a  b", 1, 3},
		{"to the end", "a \n", 1, 3},
		{"vertical tab is none", " \vx", 0, 1},
		{"form feed is none", "\f", 0, 0},
		{"no-break space is none", "\u00A0", 0, 0},
		{"NUL is none", "\x00", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := jsonscan.Space([]byte(c.text), c.from); got != c.to {
				t.Errorf("Space(%q, %d) = %d, want %d", c.text, c.from, got, c.to)
			}
		})
	}
}

// Every byte at every place of 0 to 40 white bytes, begun at every place.
func TestSpaceEveryByteEverywhere(t *testing.T) {
	for _, white := range []string{" ", "\n", " \t", "\r\n", "\n        ", "         \t"} {
		for length := range 41 {
			b := []byte(strings.Repeat(white, 41)[:length])
			for place := range length {
				was := b[place]
				for other := range 256 {
					b[place] = byte(other)
					for i := max(0, place-17); i <= length; i++ {
						want := i
						for want < length && strings.IndexByte(" \t\r\n", b[want]) >= 0 {
							want++
						}
						if got := jsonscan.Space(b, i); got != want {
							t.Fatalf("Space(%q, %d) = %d, want %d", b, i, got, want)
						}
					}
				}
				b[place] = was
			}
		}
	}
}

func TestColon(t *testing.T) {
	for _, c := range []struct {
		name, text string
		value      int
		fault      jsonscan.Fault
	}{
		{"close", `:1`, 1, jsonscan.None},
		{"white space around", " \n: \t1", 5, jsonscan.None},
		{"value is not looked at", `:]`, 1, jsonscan.None},
		{"nothing", ``, 0, jsonscan.UnexpectedEnd},
		{"space only", `  `, 2, jsonscan.UnexpectedEnd},
		{"no value", `: `, 2, jsonscan.UnexpectedEnd},
		{"comma", ` ,1`, 1, jsonscan.UnexpectedByte},
		{"equals sign", `=1`, 0, jsonscan.UnexpectedByte},
	} {
		t.Run(c.name, func(t *testing.T) {
			if value, f := jsonscan.Colon([]byte(c.text), 0); value != c.value || f != c.fault {
				t.Errorf("Colon(%q) = %d, %v; want %d, %v", c.text, value, f, c.value, c.fault)
			}
		})
	}
}

func TestLiteral(t *testing.T) {
	for _, word := range []string{"true", "false", "null"} {
		for _, tail := range []string{"", ",", "x"} {
			if end, f := jsonscan.Literal([]byte("  "+word+tail), 2); end != 2+len(word) || f != jsonscan.None {
				t.Errorf("Literal(%q) = %d, %v", word+tail, end, f)
			}
		}
		for n := 1; n < len(word); n++ {
			for name, text := range map[string]string{
				"cut":        word[:n],
				"other byte": word[:n] + "x" + word[n+1:],
				"upper case": word[:n] + strings.ToUpper(word[n:]),
			} {
				if end, f := jsonscan.Literal([]byte("  "+text), 2); end != 2 || f != jsonscan.BadLiteral {
					t.Errorf("%s: Literal(%q) = %d, %v; want 2, bad literal", name, text, end, f)
				}
			}
		}
	}
	if end, f := jsonscan.Literal([]byte("xull"), 0); end != 0 || f != jsonscan.BadLiteral {
		t.Errorf("Literal(xull) = %d, %v; want 0, bad literal", end, f)
	}
}

func TestNumber(t *testing.T) {
	const bad = jsonscan.BadNumber
	for _, c := range []struct {
		name, text string
		end        int
		integer    bool
		fault      jsonscan.Fault
	}{
		{"zero", "0", 1, true, jsonscan.None},
		{"minus zero", "-0", 2, true, jsonscan.None},
		{"many digits", strings.Repeat("9", 500), 500, true, jsonscan.None},
		{"fraction", "0.10", 4, false, jsonscan.None},
		{"exponent", "1e5", 3, false, jsonscan.None},
		{"signed upper-case exponent", "-1.5E-05,", 8, false, jsonscan.None},
		{"plus in the exponent", "1e+5", 4, false, jsonscan.None},
		{"second point ends it", "1.5.5", 3, false, jsonscan.None},
		{"letter ends it", "12a", 2, true, jsonscan.None},
		{"minus ends it", "1-2", 1, true, jsonscan.None},
		{"nothing", "", 0, false, bad},
		{"minus alone", "-", 0, false, bad},
		{"two minus signs", "--1", 0, false, bad},
		{"leading zero", "01", 0, false, bad},
		{"leading zero behind minus", "-00", 0, false, bad},
		{"no integer digits", "-.5", 0, false, bad},
		{"no fraction digits", "1.", 0, false, bad},
		{"no fraction digits before exponent", "1.e5", 0, false, bad},
		{"no exponent digits", "1e", 0, false, bad},
		{"sign without exponent digits", "1e+", 0, false, bad},
		{"hexadecimal stops at x", "0x10", 1, true, jsonscan.None},
	} {
		t.Run(c.name, func(t *testing.T) {
			end, integer, f := jsonscan.Number([]byte(c.text), 0)
			if end != c.end || integer != c.integer || f != c.fault {
				t.Errorf("Number(%q) = %d, %v, %v; want %d, %v, %v", c.text, end, integer, f, c.end, c.integer, c.fault)
			}
		})
	}
}

var (
	numberExtent = regexp.MustCompile(`^-?[0-9]*(\.[0-9]*)?([eE][+-]?[0-9]*)?`)
	numberSyntax = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "10", "01", "1.5e-7", "1E+05x", "1.", "1e", "-", ".5", "1.5.5", "0e0", "1e5e5"} {
		f.Add([]byte(s), 0)
		f.Add([]byte("[-"+s), 2)
	}
	f.Fuzz(func(t *testing.T, b []byte, i int) {
		if i < 0 || i > len(b) {
			i = 0
		}
		text := numberExtent.Find(b[i:])
		end, integer, fault := jsonscan.Number(b, i)
		if !numberSyntax.Match(text) {
			if end != i || integer || fault != jsonscan.BadNumber {
				t.Fatalf("Number(%q, %d) = %d, %v, %v; want a bad number", b, i, end, integer, fault)
			}
			return
		}
		if wantInt := !bytes.ContainsAny(text, ".eE"); end != i+len(text) || integer != wantInt || fault != jsonscan.None {
			t.Fatalf("Number(%q, %d) = %d, %v, %v; want %d, %v", b, i, end, integer, fault, i+len(text), wantInt)
		}
	})
}

func TestFaultsHaveWords(t *testing.T) {
	seen := map[string]jsonscan.Fault{}
	for f := jsonscan.None; f <= jsonscan.TooDeep; f++ {
		words := f.Error()
		if other, ok := seen[words]; ok || words == "" {
			t.Errorf("fault %d says %q, like fault %d", f, words, other)
		}
		seen[words] = f
	}
}
