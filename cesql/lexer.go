package cesql

import (
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// kind is the kind of a token.
type kind uint8

const (
	end       kind = iota
	word           // a name, a keyword, or digits
	text           // a string literal
	symbol         // an operator, a parenthesis or a comma
	malformed      // what is no token; the text of the token says why
)

// token is a part of an expression.
type token struct {
	kind   kind
	id     id
	offset int
	text   string // as it is written; of a string literal, what it means
	after  int    // the offset behind it
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

// keyword returns which keyword a word is, in any case.
func keyword(s string) id {
	if len(s) < 2 || len(s) > 6 {
		return other
	}
	for _, k := range keywords {
		if len(k.text) == len(s) && strings.EqualFold(k.text, s) {
			return k.id
		}
	}
	return other
}

// keywords cannot be names of attributes.
var keywords = [...]struct {
	text string
	id   id
}{
	{"AND", tokAnd}, {"OR", tokOr}, {"XOR", tokXor}, {"NOT", tokNot}, {"LIKE", tokLike}, {"EXISTS", tokExists}, {"IN", tokIn},
	{"TRUE", tokTrue}, {"FALSE", tokFalse},
}

// symbols by their text. Those of two characters come first.
var symbols = [...]struct {
	text string
	id   id
}{
	{"!=", tokNotEqual}, {"<>", tokNotEqual}, {"<=", tokLessOrEqual}, {">=", tokGreaterOrEqual},
	{"<", tokLess}, {">", tokGreater}, {"=", tokEqual}, {"(", tokOpen}, {")", tokClose}, {",", tokComma},
	{"+", tokPlus}, {"-", tokMinus}, {"*", tokTimes}, {"/", tokDivide}, {"%", tokModulo},
}

// lexer cuts an expression into tokens.
type lexer struct {
	source string
	offset int
}

// next returns the next token.
func (l *lexer) next() token {
	for l.offset < len(l.source) && strings.IndexByte(" \t\r\n", l.source[l.offset]) >= 0 {
		l.offset++
	}
	t := token{offset: l.offset}
	switch rest := l.source[l.offset:]; {
	case rest == "":
	case isWordByte(rest[0]):
		n := 1
		for n < len(rest) && isWordByte(rest[n]) {
			n++
		}
		t.kind, t.text, t.id = word, rest[:n], keyword(rest[:n])
		l.offset += n
	case rest[0] == '\'' || rest[0] == '"':
		l.literal(&t)
	default:
		l.symbol(&t, rest)
	}
	t.after = l.offset
	return t
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

func (l *lexer) symbol(t *token, rest string) {
	for i := range symbols {
		if strings.HasPrefix(rest, symbols[i].text) {
			t.kind, t.text, t.id = symbol, symbols[i].text, symbols[i].id
			l.offset += len(t.text)
			return
		}
	}
	t.kind, t.text = malformed, "a character that the language does not have"
	l.offset = len(l.source)
}

// literal reads a string literal.
func (l *lexer) literal(t *token) {
	quote := l.source[l.offset]
	begin := l.offset + 1
	escaped := false
	for i := begin; i < len(l.source); i++ {
		switch l.source[i] {
		case '\\':
			if i+1 < len(l.source) {
				escaped = escaped || l.source[i+1] == quote
				i++
			}
		case quote:
			t.kind, t.text = text, l.source[begin:i]
			if escaped {
				t.text = unescape(t.text, quote)
			}
			l.offset = i + 1
			if l.offset < len(l.source) && l.source[l.offset] == quote {
				t.kind, t.text, t.offset = malformed, "a string follows a string; a quote in a string is written with a backslash", l.offset
			}
			return
		}
	}
	t.kind, t.text = malformed, "a string that does not end"
	l.offset = len(l.source)
}

// unescape removes the backslashes before the delimiter.
func unescape(s string, quote byte) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if s[i+1] != quote {
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
func (t *token) isNumber() bool {
	if t.kind != word || t.text[0] > '9' {
		return false
	}
	return strings.Trim(t.text, "0123456789") == ""
}

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
	return `"` + excerpt.Cut(t.text, 64) + `"`
}
