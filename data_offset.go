package cloudevents

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/jsondata"
)

// dataOffset returns the position of the byte in data that an error of encoding/json is
// about. Its own offsets are behind that byte, or behind the whole value.
func dataOffset(data []byte, err error) (offset int, ok bool) {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case err == jsondata.ErrInvalidUTF8:
		return invalidUTF8(data), true
	case json.Valid(data):
		// A method UnmarshalJSON may return the errors of another document.
		if errors.As(err, &typ) {
			return valueBefore(data, int(typ.Offset), typ.Value)
		}
	case errors.As(err, &syntax) && syntax.Offset <= int64(len(data)):
		if syntax.Error() == "unexpected end of JSON input" {
			return len(data), true
		}
		return max(int(syntax.Offset)-1, 0), true
	}
	return 0, false
}

// valueBefore returns where the value begins that ends at end, or that opens there if it
// is an array or an object. kind is what encoding/json calls it. data is valid JSON.
func valueBefore(data []byte, end int, kind string) (start int, ok bool) {
	for i := 0; i < end && i < len(data); {
		next := i + 1
		switch data[i] {
		case '"':
			for ; data[next] != '"'; next++ {
				if data[next] == '\\' {
					next++
				}
			}
			next++
		case '{', '}', '[', ']', ',', ':', ' ', '\t', '\n', '\r':
		default:
			for next < len(data) && !strings.ContainsRune("]}, \t\n\r", rune(data[next])) {
				next++
			}
		}
		if end <= next {
			return i, isKind(data[i], kind)
		}
		i = next
	}
	return 0, false
}

// isKind reports whether a value of that kind may begin with c.
func isKind(c byte, kind string) bool {
	kind, _, _ = strings.Cut(kind, " ") // "number 300" is a number
	switch c {
	case '"':
		return kind == "string" || kind == "number" // of a key, or quoted by an option
	case '[':
		return kind == "array"
	case '{':
		return kind == "object"
	case 't', 'f':
		return kind == "bool"
	case 'n':
		return kind == "null"
	}
	return kind == "number"
}

// invalidUTF8 returns the offset of the first byte of b that is not UTF-8.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}
