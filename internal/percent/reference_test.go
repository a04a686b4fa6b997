package percent_test

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The tests compare the package with section 3.1.3.2 of http-protocol-binding.md,
// implemented sentence by sentence and slowly.

// referenceUnescape returns the text that a header value stands for, or false if it
// stands for none.
func referenceUnescape(value string) (string, bool) {
	unquoted, ok := referenceUnquote(value)
	if !ok {
		return "", false
	}
	decoded := referencePercentDecode(unquoted)
	return decoded, utf8.ValidString(decoded)
}

// referenceUnquote undoes double quotes. Quoted runs may begin and end anywhere, and a
// backslash is special only inside one.
func referenceUnquote(s string) (string, bool) {
	out := ""
	for s != "" {
		before, rest, found := strings.Cut(s, `"`)
		out += before
		if !found {
			return out, true
		}
		for {
			if rest == "" {
				return "", false // unclosed
			}
			c := rest[:1]
			rest = rest[1:]
			if c == `"` {
				break
			}
			if c == `\` {
				if rest == "" {
					return "", false // unclosed, too
				}
				c = rest[:1]
				rest = rest[1:]
			}
			out += c
		}
		s = rest
	}
	return out, true
}

// referencePercentDecode does one round of percent-decoding. A percent sign that two
// hexadecimal digits do not follow stands for itself.
func referencePercentDecode(s string) string {
	const hex = "0123456789abcdef"
	out := ""
	for s != "" {
		if s[0] == '%' && len(s) >= 3 {
			high := strings.Index(hex, strings.ToLower(s[1:2]))
			low := strings.Index(hex, strings.ToLower(s[2:3]))
			if high >= 0 && low >= 0 {
				out += string([]byte{byte(16*high + low)})
				s = s[3:]
				continue
			}
		}
		out += s[:1]
		s = s[1:]
	}
	return out
}

// referenceEscape returns the header value of a text. Space, double quote, percent sign
// and all characters outside U+0021 to U+007E are percent-encoded, each byte of their
// UTF-8 on its own.
func referenceEscape(text string) string {
	out := ""
	for _, r := range text {
		if r == ' ' || r == '"' || r == '%' || r < 0x21 || r > 0x7E {
			for _, b := range []byte(string(r)) {
				out += fmt.Sprintf("%%%02X", b)
			}
			continue
		}
		out += string(r)
	}
	return out
}
