package validation

import (
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	ruleMediaType          = &Rule{Sentinel: ErrSyntax, Detail: "not a media type, which is type/subtype"}
	ruleMediaTypeParameter = &Rule{Sentinel: ErrSyntax, Detail: "malformed media type parameter"}
)

// MediaType checks a media type with optional parameters. The grammar is that of RFC
// 2045 section 5.1, to which RFC 2046 refers, without comments and with spaces only
// around semicolons. The error wraps [ErrSyntax] or [ErrCharacter].
func MediaType(s string) error {
	if rule := checkMediaType(s); rule != nil {
		return NewError("", s, "spec.md#"+spec.DataContentType, rule)
	}
	return nil
}

func checkMediaType(s string) *Rule {
	if isPlainMediaType(s) { // most common
		return nil
	}
	if rule := checkString(s); rule != nil {
		return rule
	}
	slash := token(s, 0)
	if slash == 0 || slash == len(s) || s[slash] != '/' {
		return ruleMediaType
	}
	i := token(s, slash+1)
	if i == slash+1 {
		return ruleMediaType
	}
	for i < len(s) {
		i = blank(s, i)
		if i == len(s) || s[i] != ';' {
			return ruleMediaTypeParameter
		}
		i = blank(s, i+1)
		equals := token(s, i)
		if equals == i || equals == len(s) || s[equals] != '=' {
			return ruleMediaTypeParameter
		}
		i = parameterValue(s, equals+1)
		if i < 0 {
			return ruleMediaTypeParameter
		}
	}
	return nil
}

// isPlainMediaType reports whether s is a type and a subtype of letters, digits, hyphens
// and periods.
func isPlainMediaType(s string) bool {
	slash := strings.IndexByte(s, '/')
	return slash > 0 && slash < len(s)-1 && ascii.IsPlainPath(s) && strings.IndexByte(s[slash+1:], '/') < 0
}

// parameterValue returns the end of the token or quoted string at i, or -1.
func parameterValue(s string, i int) int {
	if i == len(s) || s[i] != '"' {
		if end := token(s, i); end > i {
			return end
		}
		return -1
	}
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			if i++; i == len(s) {
				return -1
			}
			if s[i] > '~' {
				return -1
			}
		case c > '~':
			return -1
		}
	}
	return -1
}

func blank(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

// token returns the end of the RFC 2045 token at i.
func token(s string, i int) int {
	for i < len(s) && tokenChar(s[i]) {
		i++
	}
	return i
}

func tokenChar(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '@', ',', ';', ':', '\\', '"', '/', '[', ']', '?', '=':
		return false
	}
	return c > ' ' && c < 0x7F
}
