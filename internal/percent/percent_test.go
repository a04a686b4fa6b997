package percent_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/validation"
)

// TestEveryByteAtEveryPlace compares what the package does eight bytes at a time with
// what the specification says of one: each ASCII byte that a String may hold, at each
// place of texts around the word size.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for length := 1; length <= 25; length++ {
		for place := range length {
			for c := byte(' '); c <= '~'; c++ {
				text := strings.Repeat("x", place) + string(c) + strings.Repeat("x", length-place-1)
				want := text
				if c == ' ' || c == '"' || c == '%' {
					want = strings.ReplaceAll(text, string(c), fmt.Sprintf("%%%02X", c))
				}
				got := string(percent.Append(nil, text))
				if got != want || percent.NeedsEscape(text) != (want != text) {
					t.Fatalf("%q is written as %q, want %q", text, got, want)
				}
				back, rule := percent.AppendUnescaped(nil, got)
				if rule != nil || string(back) != text || !percent.NeedsUnescape(got) && got != text {
					t.Fatalf("%q is read as %q, want %q: %v", want, back, text, rule)
				}
			}
		}
	}
}

func TestAppendUnescaped(t *testing.T) {
	for _, c := range []struct {
		reason, value, want string
		sentinel            error
	}{
		{"nothing", "", "", nil},
		{"plain", "a b", "a b", nil},
		{"percent-encoded euro", "%E2%82%AC", "€", nil},
		{"lower-case digits", "%e2%82%ac", "€", nil},
		{"raw UTF-8", "€", "€", nil},
		{"quoted runs", `a"b c"d"e"`, "ab cde", nil},
		{"backslash in quotes", `"\"\\"`, `"\`, nil},
		{"backslash outside of quotes", `\"a"`, `\a`, nil},
		{"decoded once", "%2541", "%41", nil},
		{"escape that a quote cuts", `%"4"1`, "A", nil},
		{"stray percent signs", "100%, %4, %zz", "100%, %4, %zz", nil},
		{"open quote", `a"b`, "", validation.ErrSyntax},
		{"backslash at the end of an open quote", `"\`, "", validation.ErrSyntax},
		{"overlong", "%C0%80", "", validation.ErrCharacter},
		{"surrogate", "%ED%A0%80", "", validation.ErrCharacter},
		{"cut sequence", "%E2%82", "", validation.ErrCharacter},
	} {
		got, rule := percent.AppendUnescaped([]byte("before"), c.value)
		if string(got) != "before"+c.want || (rule != nil) != (c.sentinel != nil) || rule != nil && rule.Sentinel != c.sentinel {
			t.Errorf("%s: %q, %v", c.reason, got, rule)
		}
	}
}

// Neither function allocates if dst has room for the longest result.
func TestAllocations(t *testing.T) {
	dst := make([]byte, 0, 300)
	for _, s := range []string{"", "com.example.order.placed", "100 %", `"a\"b"`, strings.Repeat("€%41", 14)} {
		for name, f := range map[string]func(){
			"Append":          func() { percent.Append(dst, s) },
			"AppendUnescaped": func() { _, _ = percent.AppendUnescaped(dst, s) },
			"NeedsEscape":     func() { percent.NeedsEscape(s) },
			"NeedsUnescape":   func() { percent.NeedsUnescape(s) },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s of %q: %v allocations", name, s, n)
			}
		}
	}
}

// FuzzUnescape compares AppendUnescaped with the reference.
func FuzzUnescape(f *testing.F) {
	cases, err := conformance.Load(os.DirFS("../../testdata"))
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		for key, values := range c.Message.Header {
			if strings.HasPrefix(c.Name, "http/decode/") && strings.HasPrefix(strings.ToLower(key), "ce-") {
				f.Add(values[0])
			}
		}
	}
	for _, s := range []string{
		"%", "%4", "%41", "%%41", "%4%31", "%25%34%31", `"%4"1`, `"a\"b"`, `"\`, `"\"`, `\"`, `a"b"c"d"`, `"""`,
		"%C3%A9", "%C3", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "\x80", "%c3\xa9", "\u00e9", " \t a \t", `" a "`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if len(value) > 2000 {
			return // the reference is quadratic
		}
		got, rule := percent.AppendUnescaped(nil, value)
		want, ok := referenceUnescape(value)
		if ok != (rule == nil) || string(got) != want && ok {
			t.Fatalf("%q is %q, %v, want %q, %t", value, got, rule, want, ok)
		}
		if !percent.NeedsUnescape(value) && string(got) != value {
			t.Fatalf("%q stands for %q", value, got)
		}
	})
}

// FuzzEscape compares Append with the reference, and reads back what it appends.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a b", "50%", `"`, "\x00\x7f", "Größe", "€\U0001F600", "https://a/%20", "\x80", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value := string(percent.Append(nil, text))
		if len(value) > 3*len(text) || percent.NeedsEscape(text) != (value != text) {
			t.Fatalf("%q is written as %q", text, value)
		}
		for _, c := range []byte(value) {
			if c < '!' || c > '~' {
				t.Fatalf("%q has the byte %#x", value, c)
			}
		}
		if !utf8.ValidString(text) {
			return // and therefore not the text of an attribute
		}
		if want := referenceEscape(text); value != want {
			t.Fatalf("%q is written as %q, want %q", text, value, want)
		}
		if back, rule := percent.AppendUnescaped(nil, value); rule != nil || string(back) != text {
			t.Fatalf("%q is read as %q, %v", value, back, rule)
		}
	})
}
