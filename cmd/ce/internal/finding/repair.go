package finding

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
)

// legalName returns a name with lower-case letters and digits only, or "".
func legalName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// coreName returns the core attribute, or the member with data, that a name is a misspelling
// of: in another case, with a separator, with the prefix of a binding, or by the name that
// it had in an older version. It returns "" for other names.
func coreName(name string) string {
	legal := legalName(name)
	for _, prefix := range [...]string{"", "cloudevents", "cloudevent", "ce"} {
		rest, ok := strings.CutPrefix(legal, prefix)
		if !ok {
			continue
		}
		switch rest {
		case spec.ID, spec.Source, spec.SpecVersion, spec.EventType, spec.DataContentType, spec.DataSchema, spec.Subject, spec.Time, spec.Data:
			return rest
		case "eventid":
			return spec.ID
		case "eventsource":
			return spec.Source
		case "eventtype":
			return spec.EventType
		case "eventtime":
			return spec.Time
		case "cloudeventsversion", "eventspecversion":
			return spec.SpecVersion
		case "contenttype":
			return spec.DataContentType
		case "schemaurl":
			return spec.DataSchema
		case "database64":
			return spec.DataBase64
		}
	}
	return ""
}

// withoutControls returns s without the characters that a String must not have.
func withoutControls(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe {
			return -1
		}
		return r
	}, s)
}

// latin1 returns s, which is not UTF-8, with each byte that is not part of a character taken
// as one of ISO 8859-1.
func latin1(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == utf8.RuneError && s[i] != utf8.RuneSelf|0x6f { // U+FFFD itself begins with EF
			r = rune(s[i])
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Layouts that are not those of RFC 3339, or only nearly. time.Parse takes fractions of
// seconds with each of them.
var zoned = [...]string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "20060102T150405Z0700", time.RFC1123Z,
}

var zoneless = [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"}

// repairTime returns the RFC 3339 form of a time in another form, or "". assumed is true if
// the time has no zone, and was taken as one in UTC.
func repairTime(s string) (repaired string, assumed bool) {
	if len(s) > 128 {
		return "", false
	}
	s = strings.TrimSpace(s)
	if zone := strings.IndexByte(s, '['); zone > 0 && strings.HasSuffix(s, "]") {
		s = s[:zone]
	}
	for _, name := range [...]string{"GMT", "UTC"} {
		if rest, ok := strings.CutSuffix(s, name); ok {
			s = strings.TrimSpace(rest) + "Z"
			if t, err := time.Parse("Mon, 02 Jan 2006 15:04:05Z", s); err == nil {
				return t.Format(time.RFC3339Nano), false
			}
		}
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil && len(s) >= 9 && n > 0 && strings.Trim(s, "0123456789.") == "" {
		return unixTime(s), false
	}
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + strings.TrimLeft(s[10:], " ")
	}
	s = strings.ReplaceAll(s, " ", "")
	for _, layout := range zoned {
		if layout == time.RFC1123Z {
			continue
		}
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.RFC3339Nano), false
		}
	}
	for _, layout := range zoneless {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.RFC3339Nano), true
		}
	}
	return "", false
}

// unixTime returns the time that a number of seconds, milliseconds, microseconds or
// nanoseconds since 1970 stands for, which its size tells.
func unixTime(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return ""
	}
	var t time.Time
	switch {
	case n < 1e11:
		nanos, _ := strconv.ParseFloat("0."+fraction+"0", 64)
		t = time.Unix(n, int64(math.Round(nanos*1e9)))
	case n < 1e14:
		t = time.UnixMilli(n)
	case n < 1e17:
		t = time.UnixMicro(n)
	default:
		t = time.Unix(0, n)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// escapeURI percent-encodes the characters of s that no URI has, and those in more. An escape
// stays as it is.
func escapeURI(s, more string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch isEscape := c == '%' && i+2 < len(s) && ascii.Unhex[s[i+1]] < 16 && ascii.Unhex[s[i+2]] < 16; {
		case isEscape, c > ' ' && c < 0x7f && strings.IndexByte("%\"<>\\^`{|}", c) < 0 && strings.IndexByte(more, c) < 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// repairBase64 returns padded standard base64 for base64 of another alphabet, without padding
// or with white space.
func repairBase64(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return base64.StdEncoding.EncodeToString(b), err == nil
}

// repairMediaType returns a media type that the author of s may have meant, or "".
func repairMediaType(s string) string {
	first, _, _ := strings.Cut(s, ",")
	first = strings.TrimRight(strings.TrimSpace(first), "; \t")
	switch strings.ToLower(first) {
	case "json":
		return "application/json"
	case "xml":
		return "application/xml"
	case "text", "txt", "plain":
		return "text/plain"
	case "binary", "octet-stream", "bytes":
		return "application/octet-stream"
	}
	return first
}
