package guiabolso

import (
	"bytes"
	"cmp"
	"slices"
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
	begin := jsonscan.Space(b, i+1)
	n := 0
	for i = begin; b[i] != '}'; n++ { // to make room at once
		i = memberAt(b, i).next
	}
	if n == 0 {
		return nil, nil
	}
	members := make([]Member, 0, n)
	for i = begin; b[i] != '}'; {
		m := memberAt(b, i)
		name, offset, fault := unquote(m.name, m.form)
		if fault != jsonscan.None {
			return nil, &cloudevents.SyntaxError{Offset: i + 1 + offset, Err: fault}
		}
		members = append(members, Member{name, m.value})
		i = m.next
	}
	if d := duplicate(members); d >= 0 {
		for i = begin; d > 0; d-- {
			i = memberAt(b, i).next
		}
		name, _, _ := unquote(memberAt(b, i).name, memberAt(b, i).form)
		return nil, &cloudevents.SyntaxError{Offset: i, Err: memberError(name, ruleDuplicate)}
	}
	return members, nil
}

// rawMember is a member of a well-formed object.
type rawMember struct {
	name, value []byte // the name is without quotes
	form        jsonscan.Form
	next        int // the index of the next member, or of the end of the object
}

// memberAt returns the member at i.
func memberAt(b []byte, i int) rawMember {
	nameEnd, form, _ := jsonscan.String(b, i+1)
	begin, _ := jsonscan.Colon(b, nameEnd+1)
	end, _ := jsonscan.Value(b, begin, -1)
	next := jsonscan.Space(b, end)
	if b[next] == ',' {
		next = jsonscan.Space(b, next+1)
	}
	return rawMember{b[i+1 : nameEnd], b[begin:end:end], form, next}
}

// duplicate returns the place of the first member that has the name of one before it, or -1.
func duplicate(members []Member) int {
	isSorted := true
	for i := 1; i < len(members) && isSorted; i++ {
		isSorted = members[i-1].Name < members[i].Name
	}
	if isSorted {
		return -1
	}
	order := make([]int32, len(members))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		return cmp.Or(strings.Compare(members[i].Name, members[j].Name), cmp.Compare(i, j))
	})
	first := -1
	for k := 1; k < len(order); k++ {
		i := int(order[k])
		if members[i].Name == members[order[k-1]].Name && (first < 0 || i < first) {
			first = i
		}
	}
	return first
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
	size := len("{}")
	for _, x := range members {
		size += len(x.Name) + legalSize(x.Value) + len(`"":,`)
	}
	b := append(make([]byte, 0, size), '{')
	var name []byte
	for i, x := range members {
		if i > 0 {
			b = append(b, ',')
		}
		name = jsonscan.AppendQuoted(name[:0], x.Name)
		b = appendLegal(b, name)
		b = appendLegal(append(b, ':'), x.Value)
	}
	return string(append(b, '}'))
}

// legalText returns a well-formed JSON value as the value of an attribute.
func legalText(raw []byte) string { return string(appendLegal(make([]byte, 0, legalSize(raw)), raw)) }

// legalSize returns the most bytes that appendLegal appends.
func legalSize(raw []byte) int {
	size := len(raw)
	for i := 0; i < len(raw); i++ {
		switch {
		case raw[i] == 0x7F:
			size += len(`\u007f`) - 1
		case raw[i] >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(raw[i:])
			if isIllegal(r) {
				size += len(`\ud800\udc00`) - n
			}
			i += n - 1
		}
	}
	return size
}

// isIllegal reports whether an attribute must not have a character above U+007F.
func isIllegal(r rune) bool { return r <= 0x9F || r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF }

// appendLegal appends a well-formed JSON value without white space, and with escapes for
// the characters that JSON permits and an attribute does not.
func appendLegal(dst, raw []byte) []byte {
	inString := false
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(raw[i:])
			if isIllegal(r) {
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
