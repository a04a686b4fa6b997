package cesql

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// kind is the kind of a token.
type kind uint8

const (
	end       kind = iota
	word           // a name, a keyword, or digits
	text           // a string literal
	symbol         // an operator, a parenthesis or a comma
	malformed      // what is no token; the text of the token says what it is
)

// token is a part of an expression.
type token struct {
	kind       kind
	id         id
	characters class // of a word
	offset     int
	text       string // as it is written; of a string literal, what it means
}

// id is which keyword or symbol a token is.
type id uint8

const (
	other id = iota // a name, digits, a string, the end, or no token
	tokAnd
	tokOr
	tokXor
	tokNot
	tokLike
	tokExists
	tokIn
	tokTrue
	tokFalse
	tokOpen
	tokClose
	tokComma
	tokEqual
	tokNotEqual
	tokLess
	tokLessOrEqual
	tokGreater
	tokGreaterOrEqual
	tokPlus
	tokMinus
	tokTimes
	tokDivide
	tokModulo
)

// keyword returns which keyword a word is, in any case. Keywords cannot be names of attributes.
func keyword(s string) id {
	var small [len("exists")]byte
	if len(s) > len(small) {
		return other
	}
	for i := range len(s) {
		small[i] = s[i] | 0x20 // which is no letter if s[i] is none
	}
	switch string(small[:len(s)]) {
	case "and":
		return tokAnd
	case "or":
		return tokOr
	case "xor":
		return tokXor
	case "not":
		return tokNot
	case "like":
		return tokLike
	case "exists":
		return tokExists
	case "in":
		return tokIn
	case "true":
		return tokTrue
	case "false":
		return tokFalse
	}
	return other
}

// lexer cuts an expression into tokens.
type lexer struct {
	source string
	offset int
}

// class is what a character is, or what those of a word are.
type class uint8

const (
	lower class = 1 << iota
	upper
	digit
	underscore
	space
	quote

	ofWord = lower | upper | digit | underscore
)

var classes = func() (of [256]class) {
	for c := range of {
		switch c := byte(c); {
		case c == ' ', c == '\t', c == '\r', c == '\n':
			of[c] = space
		case 'a' <= c && c <= 'z':
			of[c] = lower
		case 'A' <= c && c <= 'Z':
			of[c] = upper
		case '0' <= c && c <= '9':
			of[c] = digit
		case c == '_':
			of[c] = underscore
		case c == '\'', c == '"':
			of[c] = quote
		}
	}
	return of
}()

// next reads the next token.
func (l *lexer) next(t *token) {
	l.skipSpace()
	*t = token{offset: l.offset}
	if l.offset == len(l.source) {
		return
	}
	switch c := classes[l.source[l.offset]]; {
	case c&ofWord != 0:
		n := l.offset + 1
		for ; n < len(l.source) && classes[l.source[n]]&ofWord != 0; n++ {
			c |= classes[l.source[n]]
		}
		t.kind, t.characters, t.text = word, c, l.source[l.offset:n]
		if c&^(lower|upper) == 0 {
			t.id = keyword(t.text)
		}
		l.offset = n
	case c == quote:
		l.literal(t)
	default:
		l.symbol(t)
	}
}

func (l *lexer) skipSpace() {
	for l.offset < len(l.source) && classes[l.source[l.offset]] == space {
		l.offset++
	}
}

// opens reports whether the next token is an opening parenthesis.
func (l *lexer) opens() bool {
	l.skipSpace()
	return l.offset < len(l.source) && l.source[l.offset] == '('
}

func (l *lexer) symbol(t *token) {
	rest, size := l.source[l.offset:], 1
	equals := len(rest) > 1 && rest[1] == '=' // behind the first character
	switch c := rest[0]; {
	case c == '!' && equals:
		t.id, size = tokNotEqual, 2
	case c == '<' && len(rest) > 1 && rest[1] == '>':
		t.id, size = tokNotEqual, 2
	case c == '<' && equals:
		t.id, size = tokLessOrEqual, 2
	case c == '>' && equals:
		t.id, size = tokGreaterOrEqual, 2
	default:
		t.id = symbolOf(c)
	}
	switch {
	case t.id == tokEqual && equals:
		t.id, t.offset = other, l.offset+1
		fallthrough
	case t.id == other:
		t.kind, t.text = malformed, complaint(rest)
		l.offset = len(l.source)
		return
	}
	t.kind, t.text = symbol, rest[:size]
	l.offset += size
}

// complaint returns what a text is that begins with no symbol. Symbols of other languages are
// named.
func complaint(s string) string {
	here := "which the language does not have"
	switch s[0] {
	case '.':
		here = "which no name has: an attribute is its name alone, such as type, and data is none"
	case '=':
		return "a second =; equality is one"
	case '&':
		here = "which is AND here"
	case '|':
		here = "which is OR here"
	case '!':
		here = "which is NOT here"
	}
	_, size := utf8.DecodeRuneInString(s)
	return strconv.Quote(s[:size]) + ", " + here
}

// symbolOf returns which symbol a character is.
func symbolOf(c byte) id {
	switch c {
	case '(':
		return tokOpen
	case ')':
		return tokClose
	case ',':
		return tokComma
	case '=':
		return tokEqual
	case '<':
		return tokLess
	case '>':
		return tokGreater
	case '+':
		return tokPlus
	case '-':
		return tokMinus
	case '*':
		return tokTimes
	case '/':
		return tokDivide
	case '%':
		return tokModulo
	}
	return other
}

// literal reads a string literal.
func (l *lexer) literal(t *token) {
	delimiter := l.source[l.offset]
	begin := l.offset + 1
	escaped := false
	for i := begin; i < len(l.source); i++ {
		switch l.source[i] {
		case '\\':
			if i+1 < len(l.source) {
				escaped = escaped || l.source[i+1] == delimiter
				i++
			}
		case delimiter:
			t.kind, t.text = text, l.source[begin:i]
			if escaped {
				t.text = unescape(t.text, delimiter)
			}
			l.offset = i + 1
			if l.offset < len(l.source) && l.source[l.offset] == delimiter {
				t.kind, t.text, t.offset = malformed, "a string with another right behind it; a quote in a string is written with a backslash", l.offset
			}
			return
		}
	}
	t.kind, t.text = malformed, "a string that does not end"
	l.offset = len(l.source)
}

// unescape removes the backslashes before the delimiter.
func unescape(s string, delimiter byte) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if s[i+1] != delimiter {
				b.WriteByte(s[i])
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (t *token) isKeyword() bool { return t.id >= tokAnd && t.id <= tokFalse }

// isNumber reports whether t is digits.
func (t *token) isNumber() bool { return t.characters == digit }

// describe returns t for an error.
func (t *token) describe() string {
	switch t.kind {
	case end:
		return "the end"
	case text:
		return "a string"
	case malformed:
		return t.text
	}
	return `"` + excerpt.Cut(t.text, excerpt.Size) + `"`
}
