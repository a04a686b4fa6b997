// Package jsonscan walks, checks, unquotes and quotes JSON text (RFC 8259). It
// knows nothing of CloudEvents, builds no values, and allocates nothing but what
// it appends to.
package jsonscan

import (
	"math/bits"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
)

// Fault says what is wrong with a text. The zero Fault is none.
type Fault uint8

const (
	None Fault = iota
	UnexpectedEnd
	UnexpectedByte
	BadNumber
	BadLiteral
	BadEscape
	ControlCharacter
	InvalidUTF8
	LoneSurrogate
	TooDeep
)

var faults = [...]string{
	None:             "no fault",
	UnexpectedEnd:    "unexpected end of JSON text",
	UnexpectedByte:   "unexpected character in JSON text",
	BadNumber:        "malformed JSON number",
	BadLiteral:       "malformed JSON literal",
	BadEscape:        "malformed escape in JSON string",
	ControlCharacter: "control character in JSON string",
	InvalidUTF8:      "invalid UTF-8 in JSON string",
	LoneSurrogate:    "unpaired surrogate in JSON string",
	TooDeep:          "JSON text is nested too deeply",
}

// Error returns the fault in words.
func (f Fault) Error() string {
	if int(f) >= len(faults) {
		return "unknown fault in JSON text"
	}
	return faults[f]
}

// Space returns the index of the first byte at or after i that is not white
// space, or len(b).
func Space(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return spaces(b, i)
}

// spaces is the rare part of Space, kept out of its callers.
//
//go:noinline
func spaces(b []byte, i int) int {
	const white uint64 = 1<<' ' | 1<<'\n' | 1<<'\t' | 1<<'\r'
	for i < len(b) && b[i] <= ' ' && white>>b[i]&1 != 0 {
		i++
		// Indentation is long.
		for i+8 <= len(b) && ascii.Word(b, i) == ascii.Each*' ' {
			i += 8
		}
	}
	return i
}

// Literal returns the end of the literal true, false or null that begins at i,
// which must be within b.
func Literal(b []byte, i int) (end int, f Fault) {
	want := "null"
	switch b[i] {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	}
	if len(b)-i < len(want) {
		return i, BadLiteral
	}
	if string(b[i:i+len(want)]) != want {
		return i, BadLiteral
	}
	return i + len(want), None
}

// Number returns the end of the number that begins at i, and whether it is
// written as an integer: without fraction and exponent.
func Number(b []byte, i int) (end int, integer bool, f Fault) {
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	i = digits(b, i)
	if i == first || b[first] == '0' && i > first+1 {
		return start, false, BadNumber
	}
	integer = true
	if i < len(b) && b[i] == '.' {
		integer = false
		fraction := i + 1
		if i = digits(b, fraction); i == fraction {
			return start, false, BadNumber
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		integer = false
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		exponent := i
		if i = digits(b, exponent); i == exponent {
			return start, false, BadNumber
		}
	}
	return i, integer, None
}

// digits returns the end of the digits that begin at i.
func digits(b []byte, i int) int {
	for i+8 <= len(b) {
		// A byte above 9 gets its high bit, and may carry into the next.
		w := ascii.Word(b, i) ^ ascii.Each*'0'
		if m := (w + ascii.Each*(0x80-10) | w) & ascii.High; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}
