package cetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Diff returns how two events differ, a line for each attribute that only one of them has
// (-want +got), and the lines of data that differ. It is "" if they are equal.
//
// Attributes are compared by their texts: a header makes a String of an Integer. Times are
// compared as instants. JSON data is compared without white space between its values. Data
// that is empty and no data are different.
func Diff(want, got cloudevents.Event) string {
	return diff(&want, &got, names(&want, &got))
}

// diff compares the attributes with those names, and the data.
func diff(want, got *cloudevents.Event, names []string) string {
	var b strings.Builder
	inWant, inGot := attributes(want), attributes(got)
	for _, name := range names {
		w, g := inWant[name], inGot[name]
		if w == g || name == spec.Time && want.Time.Equal(got.Time) {
			continue
		}
		for _, line := range []struct{ sign, text string }{{"-", w}, {"+", g}} {
			if line.text != "" {
				fmt.Fprintf(&b, "%s %s: %s\n", line.sign, name, line.text)
			}
		}
	}
	isJSON := mediatype.IsJSON(got.DataContentType) && (want.DataContentType == "" || mediatype.IsJSON(want.DataContentType))
	if !equalData(want.Data, got.Data, isJSON) {
		b.WriteString(diffLines(dataLines(want.Data, isJSON), dataLines(got.Data, isJSON)))
	}
	return b.String()
}

// names returns the names of the attributes of the events.
func names(es ...*cloudevents.Event) (names []string) {
	seen := map[string]bool{}
	for _, e := range es {
		for name := range e.All() {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// attributes returns the attributes of an event in quotes.
func attributes(e *cloudevents.Event) map[string]string {
	all := map[string]string{}
	for name, v := range e.All() {
		all[name] = strconv.Quote(v.String())
	}
	return all
}

func equalData(want, got []byte, isJSON bool) bool {
	if (want == nil) != (got == nil) {
		return false
	}
	if isJSON {
		want, got = compact(want), compact(got)
	}
	return bytes.Equal(want, got)
}

// compact returns JSON without white space, and anything else as it is.
func compact(data []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, data) != nil {
		return data
	}
	return b.Bytes()
}

// dataLines returns data for people: JSON with a value in each line, the lines of text, or
// what is neither in quotes.
func dataLines(data []byte, isJSON bool) []string {
	var b bytes.Buffer
	switch {
	case data == nil:
		return []string{"no data"}
	case len(data) == 0:
		return []string{"empty data"}
	case isJSON && indents(data) && json.Indent(&b, data, "", "  ") == nil:
		data = b.Bytes()
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		if !utf8.ValidString(line) || strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) && c != '\t' }) {
			lines[i] = fmt.Sprintf("%q", line) // or nobody would see a difference
		}
	}
	return lines
}

// indents reports whether data does not become much longer by indentation, as JSON does that is
// nested a thousand times.
func indents(data []byte) bool {
	depth, size, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			size += 2 * depth
		case c == '}' || c == ']':
			depth--
			size += 2 * depth
		case c == ',':
			size += 2 * depth
		}
	}
	return size <= maxIndentation*len(data)+64<<10
}

const (
	maxIndentation = 16      // spaces for a byte of data
	diffContext    = 2       // equal lines that are shown around others
	maxProduct     = 1 << 20 // of the numbers of lines that are compared, each with each
)

// diffLines returns the lines that differ, with some of those around them.
func diffLines(want, got []string) string {
	begin := 0
	for begin < len(want) && begin < len(got) && want[begin] == got[begin] {
		begin++
	}
	end := 0
	for end < len(want)-begin && end < len(got)-begin && want[len(want)-1-end] == got[len(got)-1-end] {
		end++
	}
	var b strings.Builder
	write := func(sign string, lines []string) {
		for _, line := range lines {
			b.WriteString(sign + " data: " + line + "\n")
		}
	}
	write(" ", want[max(begin-diffContext, 0):begin])
	w, g := want[begin:len(want)-end], got[begin:len(got)-end]
	if len(w)*len(g) > maxProduct {
		write("-", w)
		write("+", g)
	} else {
		common := longestCommon(w, g)
		for len(w) > 0 || len(g) > 0 {
			switch {
			case len(w) > 0 && len(g) > 0 && w[0] == g[0]:
				write(" ", w[:1])
				w, g = w[1:], g[1:]
			case len(g) == 0 || len(w) > 0 && common(len(w)-1, len(g)) >= common(len(w), len(g)-1):
				write("-", w[:1])
				w = w[1:]
			default:
				write("+", g[:1])
				g = g[1:]
			}
		}
	}
	write(" ", want[len(want)-end:len(want)-end+min(end, diffContext)])
	return b.String()
}

// longestCommon returns a function that says how many lines the last i lines of a and the
// last j lines of b have in common, in order.
func longestCommon(a, b []string) func(i, j int) int {
	width := len(b) + 1
	table := make([]int, (len(a)+1)*width)
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			if a[len(a)-i] == b[len(b)-j] {
				table[i*width+j] = table[(i-1)*width+j-1] + 1
			} else {
				table[i*width+j] = max(table[(i-1)*width+j], table[i*width+j-1])
			}
		}
	}
	return func(i, j int) int { return table[i*width+j] }
}
