package cehttp

import (
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	ruleQuote = &validation.Rule{Sentinel: validation.ErrSyntax, Detail: "unclosed double quote in a header value"}
	ruleUTF8  = &validation.Rule{Sentinel: validation.ErrCharacter, Detail: "header value is not UTF-8 after percent-decoding"}
)

// Classes of the bytes of an attribute's text.
const (
	mustEscape   = 1 << iota // cannot stand in a header value
	mustUnescape             // is not itself in a header value
)

var headerClass = func() (t [256]uint8) {
	for c := range t {
		if c <= ' ' || c > '~' {
			t[c] |= mustEscape
		}
		if c < ' ' || c > '~' {
			t[c] |= mustUnescape
		}
	}
	t['"'], t['%'] = mustEscape|mustUnescape, mustEscape|mustUnescape
	return t
}()

// has reports whether s has a byte of that class.
func has(s string, class uint8) bool {
	if len(s) < 8 {
		for i := 0; i < len(s); i++ {
			if headerClass[s[i]]&class != 0 {
				return true
			}
		}
		return false
	}
	first := uint64(ascii.Each * ' ') // the lowest byte that is not of the class
	if class == mustEscape {
		first += ascii.Each
	}
	for i := 8; i < len(s); i += 8 {
		if wordHas(ascii.Word(s, i-8), first) {
			return true
		}
	}
	// What is left, with some of what was there before it.
	return wordHas(ascii.Word(s, len(s)-8), first)
}

// wordHas reports whether a byte of w is non-ASCII, below that of first, DEL, a
// quote or a percent sign: the high bit of the lowest such byte is then set, and
// else none is.
func wordHas(w, first uint64) bool {
	return (w|(w-first)|(w+ascii.Each)|((w^ascii.Each*'"')-ascii.Each)|((w^ascii.Each*'%')-ascii.Each))&ascii.High != 0
}

// appendUnescaped appends the text that a header value stands for: quoted runs
// are unquoted, then percent-encoding is undone once
// (http-protocol-binding.md#3132-http-header-values). It appends at most len(s)
// bytes.
func appendUnescaped(dst []byte, s string) ([]byte, *validation.Rule) {
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

	// In place: what is written is never longer than what was read.
	end := begin
	for i := begin; i < len(dst); i++ {
		c := dst[i]
		if c == '%' && i+2 < len(dst) {
			if hi, lo := unhex(dst[i+1]), unhex(dst[i+2]); hi|lo < 16 {
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

// unhex returns the value of a hexadecimal digit, or 16 with other bits.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// appendEscaped appends s with every byte that HTTP or the binding cannot have in
// a header value percent-encoded.
func appendEscaped(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if c := s[i]; headerClass[c]&mustEscape != 0 {
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}
