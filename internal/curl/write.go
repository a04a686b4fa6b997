package curl

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxArgument is the size of the longest body, in bytes, that [Command.Append] writes as
// an argument of curl. Linux limits an argument to 128 KiB.
const MaxArgument = 100 << 10

// Command is a curl command that sends a POST request.
type Command struct {
	URL    string
	Header http.Header // may be nil
	Body   []byte

	// Include makes curl also print the status and the header of the response.
	Include bool
}

// Append appends the command, without a line end. Headers are sorted, and their names are
// in lower case. A body that is not [Pasteable], or longer than [MaxArgument], is piped
// into curl from printf. The options keep curl from adding a Content-Type and from changing
// the URL or the body.
func (c *Command) Append(dst []byte) []byte {
	piped := len(c.Body) > MaxArgument || !Pasteable(c.Body)
	if piped {
		dst = append(dst, "printf "...)
		dst = appendFormat(dst, c.Body)
		dst = append(dst, " |\n"...)
	}
	dst = append(dst, "curl "...)
	if c.Include {
		dst = append(dst, "-i "...)
	}
	dst = append(dst, "-X POST "...)
	dst = c.appendURL(dst)
	for _, key := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[key] {
			if value == "" {
				dst = appendOption(dst, "-H", strings.ToLower(key)+";") // a colon would remove the header
			} else {
				dst = appendOption(dst, "-H", strings.ToLower(key)+": "+value)
			}
		}
	}
	if len(c.Body) > 0 && len(c.Header["Content-Type"]) == 0 {
		dst = appendOption(dst, "-H", "content-type:") // or curl sends that of a form
	}
	switch {
	case piped:
		return appendOption(dst, "--data-binary", "@-")
	case len(c.Body) > 0:
		return appendOption(dst, "--data-raw", string(c.Body))
	}
	return appendOption(dst, "-H", "content-length: 0") // or curl sends none
}

// appendURL appends the URL, and the options that keep curl from changing it.
func (c *Command) appendURL(dst []byte) []byte {
	if strings.ContainsAny(c.URL, "[]{}") { // several URLs
		dst = append(dst, "--globoff "...)
	}
	if strings.Contains(c.URL, "/.") { // segments to remove
		dst = append(dst, "--path-as-is "...)
	}
	if strings.HasPrefix(c.URL, "-") { // an option
		dst = append(dst, "--url "...)
	}
	return append(dst, Quote(c.URL)...)
}

// appendOption appends an option in a line of its own.
func appendOption(dst []byte, option, value string) []byte {
	dst = append(dst, " \\\n  "...)
	dst = append(dst, option...)
	dst = append(dst, ' ')
	return append(dst, Quote(value)...)
}

// appendFormat appends the format with which printf writes data.
func appendFormat(dst, data []byte) []byte {
	dst = append(dst, '\'')
	for i, c := range data {
		switch {
		case c == '%':
			dst = append(dst, "%%"...)
		case c < ' ' || c >= 0x7f || c == '\\' || c == '\'' || i == 0 && c == '-':
			dst = fmt.Appendf(dst, `\%03o`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '\'')
}

// Pasteable reports whether data can be an argument of a command that people copy. It is
// false if data is not UTF-8, or has control characters other than line ends, on which a
// terminal would act, or invisible characters, which people would not notice.
func Pasteable(data []byte) bool {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 || c != '\n' && !unicode.IsPrint(c) {
			return false
		}
		i += n
	}
	return true
}

// Quote returns s as one word for a POSIX shell. A word of letters, digits and a few
// other characters stays as it is.
func Quote(s string) string {
	plain := func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
