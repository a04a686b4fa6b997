// Package mediatype takes media types apart without allocating, and says how the
// data that they describe is represented. It does not check their syntax;
// validation.MediaType does.
package mediatype

import "strings"

// Essence returns type and subtype as written, without parameters and without
// white space around them.
func Essence(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 {
		s = s[:i]
	}
	return strings.Trim(s, " \t")
}

// Is reports whether s has the type and subtype of essence, in any case.
func Is(s, essence string) bool { return strings.EqualFold(Essence(s), essence) }

// IsJSON reports whether s declares JSON-formatted content: */json or */*+json.
func IsJSON(s string) bool {
	if s == "application/json" {
		return true
	}
	_, subtype, _ := strings.Cut(Essence(s), "/")
	return strings.EqualFold(subtype, "json") || hasSuffixFold(subtype, "+json")
}

// IsText reports whether s declares text other than JSON.
func IsText(s string) bool {
	typ, subtype, _ := strings.Cut(Essence(s), "/")
	if strings.EqualFold(typ, "text") {
		return true
	}
	for _, suffix := range textSuffixes {
		if hasSuffixFold(subtype, suffix) || strings.EqualFold(subtype, suffix[1:]) {
			return true
		}
	}
	if strings.EqualFold(typ, "application") {
		for _, name := range textApplications {
			if strings.EqualFold(subtype, name) {
				return true
			}
		}
	}
	return false
}

// Each is also a subtype of its own, without the plus sign.
var textSuffixes = [...]string{"+xml", "+yaml", "+json-seq"}

var textApplications = [...]string{
	"ecmascript", "graphql", "javascript", "sql", "toml", "x-ndjson", "x-www-form-urlencoded", "x-yaml",
}

// IsUTF8 reports whether text of the media type s is UTF-8: it names no charset,
// or UTF-8, or US-ASCII, which is part of it.
func IsUTF8(s string) bool {
	charset, ok := Parameter(s, "charset")
	return !ok || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") ||
		strings.EqualFold(charset, "us-ascii") || strings.EqualFold(charset, "ascii")
}

// Parameter returns the value of the first parameter of that name, in any case. A
// quoted value is unquoted.
func Parameter(s, name string) (value string, ok bool) {
	_, rest, more := strings.Cut(s, ";")
	for more {
		var key string
		key, rest, more = strings.Cut(rest, "=")
		if !more {
			return "", false
		}
		if rest != "" && rest[0] == '"' {
			value, rest = unquote(rest[1:])
			_, rest, more = strings.Cut(rest, ";")
		} else {
			value, rest, more = strings.Cut(rest, ";")
			value = strings.Trim(value, " \t")
		}
		if strings.EqualFold(strings.Trim(key, " \t"), name) {
			return value, true
		}
	}
	return "", false
}

// unquote returns the text up to the closing quote, and what follows that.
func unquote(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:]
		case '\\':
			if i++; i == len(s) {
				return b.String(), ""
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) > len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
