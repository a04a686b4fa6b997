package curl

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// word is an argument of a command line.
type word struct {
	text   string
	offset int // in the command line
}

var (
	errQuote     = errors.New("a quote is not closed")
	errExpansion = errors.New("$ and ` are for the shell to expand; write down what they stand for, in single quotes")
)

// shellWords splits a command into words as a POSIX shell and bash do: quotes, $'…',
// backslashes, continued lines, comments. It expands nothing: a variable or a command in a
// command is an error. The rest begins behind the line end, or at the end of the line if a
// pipe or a redirection ends the command.
func shellWords(s string) (words []word, rest string, err error) {
	var b strings.Builder
	begin := -1 // of the word
	end := func() {
		if begin >= 0 {
			words = append(words, word{b.String(), begin})
			b.Reset()
			begin = -1
		}
	}
	start := func(i int) {
		if begin < 0 {
			begin = i
		}
	}
	for i := 0; i < len(s); {
		switch c := s[i]; c {
		case ' ', '\t', '\r':
			end()
			i++
		case '\n', ';', '|', '&', '>', '<', '(', ')':
			end()
			if c == '\n' && len(words) == 0 {
				i++
				continue
			}
			if c != '\n' { // a redirection, or another command in the line
				if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
					return words, s[i+n:], nil
				}
				return words, "", nil
			}
			return words, s[i+1:], nil
		case '#':
			if begin >= 0 {
				b.WriteByte(c)
				i++
				continue
			}
			if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(s)
			}
		case '\\':
			switch rest := s[i+1:]; {
			case strings.HasPrefix(rest, "\n"):
				i += 2
			case strings.HasPrefix(rest, "\r\n"):
				i += 3
			case rest == "":
				i++
			default:
				start(i)
				b.WriteByte(rest[0])
				i += 2
			}
		case '\'':
			start(i)
			n := strings.IndexByte(s[i+1:], '\'')
			if n < 0 {
				return nil, "", errQuote
			}
			b.WriteString(s[i+1 : i+1+n])
			i += n + 2
		case '"':
			start(i)
			if i, err = doubleQuoted(&b, s, i+1); err != nil {
				return nil, "", err
			}
		case '$':
			start(i)
			switch {
			case strings.HasPrefix(s[i:], "$'"):
				if i, err = ansiQuoted(&b, s, i+2); err != nil {
					return nil, "", err
				}
			case strings.HasPrefix(s[i:], `$"`):
				i++
			case expands(s[i+1:]):
				return nil, "", errExpansion
			default:
				b.WriteByte(c)
				i++
			}
		case '`':
			return nil, "", errExpansion
		default:
			start(i)
			b.WriteByte(c)
			i++
		}
	}
	end()
	return words, "", nil
}

// expands reports whether a shell would expand a $ before s.
func expands(s string) bool {
	if s == "" {
		return false
	}
	c := s[0]
	return c == '{' || c == '(' || c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("@*#?$!-", c) >= 0
}

// doubleQuoted reads a text whose opening double quote is before i, and returns the index
// behind the closing one.
func doubleQuoted(b *strings.Builder, s string, i int) (int, error) {
	for i < len(s) {
		switch c := s[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n':
			i += 2
		case c == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\", s[i+1]) >= 0:
			b.WriteByte(s[i+1])
			i += 2
		case c == '`' || c == '$' && expands(s[i+1:]):
			return 0, errExpansion
		default:
			b.WriteByte(c)
			i++
		}
	}
	return 0, errQuote
}

const (
	ansiLetters = `abefnrtvE`
	ansiBytes   = "\a\b\x1b\f\n\r\t\v\x1b"
)

// ansiQuoted reads a text whose $' is before i, and returns the index behind the closing
// quote.
func ansiQuoted(b *strings.Builder, s string, i int) (int, error) {
	for i < len(s) {
		c := s[i]
		i++
		switch {
		case c == '\'':
			return i, nil
		case c != '\\' || i == len(s):
			b.WriteByte(c)
			continue
		}
		c = s[i]
		i++
		switch n := strings.IndexByte(ansiLetters, c); {
		case n >= 0:
			b.WriteByte(ansiBytes[n])
		case c == 'x':
			i = digits(s, i, 16, 2, func(n uint64) { b.WriteByte(byte(n)) })
		case c == 'u':
			i = digits(s, i, 16, 4, func(n uint64) { b.WriteRune(rune(n)) })
		case c == 'U':
			i = digits(s, i, 16, 8, func(n uint64) { b.WriteRune(rune(min(n, utf8.MaxRune+1))) })
		case c >= '0' && c <= '7':
			i = digits(s, i-1, 8, 3, func(n uint64) { b.WriteByte(byte(n)) })
		case strings.IndexByte(`\'"?`, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	return 0, errQuote
}

// digits passes the number at s[i:], which has at most max digits, to use, and returns the
// index behind it.
func digits(s string, i, base, max int, use func(uint64)) int {
	end := i
	for end < len(s) && end < i+max {
		if _, err := strconv.ParseUint(s[end:end+1], base, 8); err != nil {
			break
		}
		end++
	}
	if n, err := strconv.ParseUint(s[i:end], base, 32); err == nil {
		use(n)
	}
	return end
}
