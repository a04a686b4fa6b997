// Package mediatype splits media types without allocating, and says how data of a media
// type is represented. It does not check the syntax of media types; validation.MediaType
// does.
package mediatype

import (
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// Essence returns the type and the subtype as they are written, without parameters and
// without white space around them.
func Essence(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 {
		s = s[:i]
	}
	return trim(s)
}

// Is reports whether s has the type and the subtype of essence, ignoring case.
func Is(s, essence string) bool { return ascii.EqualFold(Essence(s), essence) }

// Kind is what data of a media type is.
type Kind byte

const (
	unknown Kind = iota
	Other
	JSON // */json or */*+json
	CBOR // */cbor or */*+cbor
	Text // of text other than JSON
)

// common returns the kind of the media types that most senders have, as they spell them.
func common(s string) Kind {
	switch s {
	case "application/json":
		return JSON
	case "text/plain", "application/xml", "text/xml":
		return Text
	case "application/cbor":
		return CBOR
	case "application/octet-stream", "application/protobuf":
		return Other
	}
	return unknown
}

// IsCommon reports whether s is one of the media types that most senders have. All of
// them are legal.
func IsCommon(s string) bool { return common(s) != unknown }

// KindOf returns what data of the media type s is.
func KindOf(s string) Kind {
	if k := common(s); k != unknown {
		return k
	}
	switch {
	case IsJSON(s):
		return JSON
	case IsCBOR(s):
		return CBOR
	case IsText(s):
		return Text
	}
	return Other
}

// IsJSON reports whether s is a media type of JSON: */json or */*+json.
func IsJSON(s string) bool {
	if k := common(s); k != unknown {
		return k == JSON
	}
	_, subtype, _ := strings.Cut(Essence(s), "/")
	return ascii.EqualFold(subtype, "json") || hasSuffixFold(subtype, "+json")
}

// IsCBOR reports whether s is a media type of CBOR: */cbor or */*+cbor.
func IsCBOR(s string) bool {
	if k := common(s); k != unknown {
		return k == CBOR
	}
	_, subtype, _ := strings.Cut(Essence(s), "/")
	return ascii.EqualFold(subtype, "cbor") || hasSuffixFold(subtype, "+cbor")
}

// IsText reports whether s is a media type of text other than JSON.
func IsText(s string) bool {
	if k := common(s); k != unknown {
		return k == Text
	}
	typ, subtype, _ := strings.Cut(Essence(s), "/")
	if IsJSON(s) {
		return false
	}
	if ascii.EqualFold(typ, "text") {
		return true
	}
	for _, suffix := range textSuffixes {
		if hasSuffixFold(subtype, suffix) || ascii.EqualFold(subtype, suffix[1:]) {
			return true
		}
	}
	if ascii.EqualFold(typ, "application") {
		for _, name := range textApplications {
			if ascii.EqualFold(subtype, name) {
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

// IsUTF8 reports whether text of the media type s is UTF-8. That is so without a charset,
// and with UTF-8 or its subset US-ASCII.
func IsUTF8(s string) bool {
	charset, ok := charset(s)
	return !ok || isUTF8(charset)
}

func isUTF8(charset string) bool {
	return ascii.EqualFold(charset, "utf-8") || ascii.EqualFold(charset, "utf8") ||
		ascii.EqualFold(charset, "us-ascii") || ascii.EqualFold(charset, "ascii")
}

// IsASCII reports whether text of the media type s is US-ASCII and nothing else.
func IsASCII(s string) bool {
	charset, ok := Parameter(s, "charset")
	return ok && (ascii.EqualFold(charset, "us-ascii") || ascii.EqualFold(charset, "ascii"))
}

// IsASCIISuperset reports whether ASCII text has the same bytes in the charset of s as
// in UTF-8. It is false for unknown charsets.
func IsASCIISuperset(s string) bool {
	charset, ok := charset(s)
	if !ok || isUTF8(charset) {
		return true
	}
	for _, prefix := range asciiSupersets {
		if _, ok := ascii.CutPrefixFold(charset, prefix); ok {
			return true
		}
	}
	return false
}

// FitsCharset reports whether text, which is UTF-8, is the same in the charset of s. A
// charset that is not known fits nothing.
func FitsCharset(s string, text []byte) bool {
	switch {
	case !IsUTF8(s):
		return isASCII(text) && IsASCIISuperset(s)
	case IsASCII(s):
		return isASCII(text)
	}
	return true
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// maxCharset is more than the longest name of a charset has, with a backslash before each
// character.
const maxCharset = 128

// charset returns the charset of a media type. One that is longer than any is not
// unquoted.
func charset(s string) (name string, ok bool) {
	value, ok := parameter(s, "charset")
	if len(value) > maxCharset {
		return "", ok
	}
	return unquoted(value), ok
}

// Each begins the names of charsets that extend ASCII.
var asciiSupersets = [...]string{
	"iso-8859-", "iso8859-", "iso_8859-", "latin", "windows-", "cp125", "koi8-", "gb2312", "gbk", "gb18030",
	"big5", "euc-", "shift_jis", "tis-620", "macintosh",
}

// Parameter returns the value of the first parameter of that name, ignoring case. It
// removes quotes.
func Parameter(s, name string) (value string, ok bool) {
	value, ok = parameter(s, name)
	return unquoted(value), ok
}

// parameter is Parameter, with the quote at the beginning and the backslashes of a quoted
// value.
func parameter(s, name string) (value string, ok bool) {
	_, rest, more := strings.Cut(s, ";")
	for more {
		var key string
		end := strings.IndexAny(rest, ";=")
		if end < 0 {
			return "", false
		}
		key, rest = trim(rest[:end]), rest[end:]
		if rest[0] == ';' { // a name without a value
			rest = rest[1:]
			continue
		}
		rest = trim(rest[1:])
		if rest != "" && rest[0] == '"' {
			end := closingQuote(rest)
			value = rest[:end]
			_, rest, more = strings.Cut(rest[end:], ";")
		} else {
			value, rest, more = strings.Cut(rest, ";")
			value = trim(value)
		}
		if ascii.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// closingQuote returns the index of the quote that ends the text that s begins with, or
// the length of s.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return len(s)
}

// unquoted returns a value without its quote at the beginning and its backslashes. It
// allocates only if there is a backslash.
func unquoted(value string) string {
	value, quoted := strings.CutPrefix(value, `"`)
	if !quoted || strings.IndexByte(value, '\\') < 0 {
		return value
	}
	b := make([]byte, 0, len(value))
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' {
			if i++; i == len(value) {
				break
			}
		}
		b = append(b, value[i])
	}
	return string(b)
}

func trim(s string) string {
	if n := len(s); n > 0 && s[0] > ' ' && s[n-1] > ' ' { // as senders have it
		return s
	}
	return strings.Trim(s, " \t")
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && ascii.EqualFold(s[len(s)-len(suffix):], suffix)
}
