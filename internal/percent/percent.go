// Package percent escapes and unescapes header values for the bindings that percent-encode
// them: HTTP (http-protocol-binding.md#3132-http-header-values) and NATS.
package percent

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleQuote = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "unclosed double quote in a header value"}
	ruleUTF8  = &validation.Rule{Sentinel: validation.ErrCharacter, Detail: "header value is not UTF-8 after percent-decoding"}
)

// NeedsEscape reports whether [Append] would append anything but s itself.
func NeedsEscape(s string) bool { return !ascii.Literal(s, '!') }

// NeedsUnescape reports whether [AppendUnescaped] could append anything but s itself,
// or refuse s. If it is false, s is printable ASCII.
func NeedsUnescape(s string) bool {
	if len(s) >= 8 {
		return !ascii.Literal(s, ' ')
	}
	for i := 0; i < len(s); i++ {
		if isSpecial[s[i]] {
			return true
		}
	}
	return false
}

// isSpecial has the bytes that may not stand for themselves in a header value.
var isSpecial = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c > '~' || c == '"' || c == '%'
	}
	return t
}()

// Append appends s as a header value. Space, double quote, percent sign and every
// byte outside U+0021 to U+007E are percent-encoded in upper-case hexadecimal. It
// appends at most three bytes for each byte of s.
func Append(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == '%' {
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// AppendUnescaped appends the text that the header value s stands for. It first
// unquotes: double quotes may begin and end anywhere, and a backslash is special only
// between them. Then it undoes percent-encoding once; a percent sign that two
// hexadecimal digits do not follow stands for itself. It appends at most len(s) bytes.
//
// An unclosed quote and text that is not UTF-8 break the rule that it returns. dst is
// then returned as it was.
func AppendUnescaped(dst []byte, s string) ([]byte, *validation.Rule) {
	begin := len(dst)
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
			continue
		case c == '\\' && quoted:
			if i++; i == len(s) {
				return dst[:begin], ruleQuote
			}
		}
		dst = append(dst, s[i])
	}
	if quoted {
		return dst[:begin], ruleQuote
	}

	// In place, because the decoded text is never longer.
	end := begin
	for i := begin; i < len(dst); i++ {
		c := dst[i]
		if c == '%' && i+2 < len(dst) {
			if hi, lo := ascii.Unhex[dst[i+1]], ascii.Unhex[dst[i+2]]; hi|lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		dst[end] = c
		end++
	}
	if !utf8.Valid(dst[begin:end]) {
		return dst[:begin], ruleUTF8
	}
	return dst[:end], nil
}
