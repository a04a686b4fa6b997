package guiabolso

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

// readObject returns the members of the object that b is. The values share its memory. A
// negative maxDepth is no limit.
func readObject(b []byte, maxDepth int) ([]Member, error) {
	i := 0
	if bytes.HasPrefix(b, []byte("\uFEFF")) {
		i = len("\uFEFF")
	}
	i = jsonscan.Space(b, i)
	if i < len(b) && b[i] != '{' {
		return nil, &cloudevents.SyntaxError{Offset: i, Err: errNotObject}
	}
	end, err := valueEnd(b, i, maxDepth)
	if err != nil {
		return nil, err
	}
	if end = jsonscan.Space(b, end); end < len(b) {
		return nil, &cloudevents.SyntaxError{Offset: end, Err: jsonscan.UnexpectedByte}
	}

	// All is well-formed from here on, but for unpaired surrogates.
	var members []Member
	seen := map[string]bool{}
	for i = jsonscan.Space(b, i+1); b[i] != '}'; {
		begin := i
		end, form, _ := jsonscan.String(b, i+1)
		name, offset, fault := unquote(b[i+1:end], form)
		if fault != jsonscan.None {
			return nil, &cloudevents.SyntaxError{Offset: i + 1 + offset, Err: fault}
		}
		if seen[name] {
			return nil, &cloudevents.SyntaxError{Offset: begin, Err: memberError(name, ruleDuplicate)}
		}
		seen[name] = true
		i, _ = jsonscan.Colon(b, end+1)
		end, _ = jsonscan.Value(b, i, -1)
		members = append(members, Member{name, b[i:end:end]})
		if i = jsonscan.Space(b, end); b[i] == ',' {
			i = jsonscan.Space(b, i+1)
		}
	}
	return members, nil
}

// valueEnd returns the end of the JSON value at i.
func valueEnd(b []byte, i, maxDepth int) (int, error) {
	end, fault := jsonscan.Value(b, i, maxDepth)
	switch fault {
	case jsonscan.None:
		return end, nil
	case jsonscan.TooDeep:
		return end, &cloudevents.SyntaxError{Offset: end, Err: &cloudevents.LimitError{What: "levels of nesting", Limit: maxDepth}}
	}
	return end, &cloudevents.SyntaxError{Offset: end, Err: fault}
}

// checkValue checks that b is one JSON value, with or without white space around it.
func checkValue(b []byte) error {
	end, err := valueEnd(b, jsonscan.Space(b, 0), -1)
	if err != nil {
		return err
	}
	if end = jsonscan.Space(b, end); end < len(b) {
		return &cloudevents.SyntaxError{Offset: end, Err: jsonscan.UnexpectedByte}
	}
	return nil
}

// unquote returns what the characters of a JSON string stand for.
func unquote(s []byte, form jsonscan.Form) (text string, offset int, fault jsonscan.Fault) {
	if form != jsonscan.Escaped {
		return string(s), 0, jsonscan.None
	}
	b, offset, fault := jsonscan.AppendUnquoted(nil, s)
	return string(b), offset, fault
}

// stringOf returns the text of a well-formed JSON value that is a string. It is not ok for
// other values and for unpaired surrogates.
func stringOf(raw []byte) (text string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	end, form, _ := jsonscan.String(raw, 1)
	text, _, fault := unquote(raw[1:end], form)
	return text, fault == jsonscan.None
}

// find returns the value of the member with that name.
func find(members []Member, name string) (raw []byte, ok bool) {
	for _, x := range members {
		if x.Name == name {
			return x.Value, true
		}
	}
	return nil, false
}

// objectText returns an object of members as the value of an attribute.
func objectText(members []Member) string {
	b := []byte{'{'}
	for i, x := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendLegal(b, jsonscan.AppendQuoted(nil, x.Name))
		b = appendLegal(append(b, ':'), x.Value)
	}
	return string(append(b, '}'))
}

// legalText returns a well-formed JSON value as the value of an attribute.
func legalText(raw []byte) string { return string(appendLegal(make([]byte, 0, len(raw)), raw)) }

// appendLegal appends a well-formed JSON value without white space, and with escapes for
// the characters that JSON permits and an attribute does not.
func appendLegal(dst, raw []byte) []byte {
	inString := false
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(raw[i:])
			if r <= 0x9F || r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF {
				dst = appendEscape(dst, r)
			} else {
				dst = append(dst, raw[i:i+n]...)
			}
			i += n
			continue
		case c == 0x7F:
			dst = appendEscape(dst, rune(c))
		case !inString && strings.IndexByte(" \t\r\n", c) >= 0:
		case inString && c == '\\':
			dst = append(dst, c, raw[i+1])
			i++
		default:
			if c == '"' {
				inString = !inString
			}
			dst = append(dst, c)
		}
		i++
	}
	return dst
}

func appendEscape(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	units := [2]rune{r}
	n := 1
	if r > 0xFFFF {
		units[0], units[1] = utf16.EncodeRune(r)
		n = 2
	}
	for _, u := range units[:n] {
		dst = append(dst, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
	}
	return dst
}
