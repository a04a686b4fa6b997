package jsonscan

import "github.com/seed763dd41b/cloudevents/internal/ascii"

// The states of the automaton that reads a string. Each is a shift: a row of the
// table [step] has, for one byte, the next state of every state, six bits each.
// So reading a byte is a load that depends on nothing, and a shift.
const (
	inPlain = 6 * iota
	expect1 // continuation byte of UTF-8
	expect2 // of them
	expect3 // of them
	afterE0 // whose next byte is limited, as those of the next three are
	afterED
	afterF0
	afterF4
	afterBackslash
	stopped // at a byte that ends the string, \u, or a fault; for good
)

// equal has the high bit set in the first byte of w that is c. Bits above that one
// mean nothing, but there are none without it.
func equal(w uint64, c byte) uint64 {
	w ^= ascii.Each * uint64(c)
	return (w - ascii.Each) &^ w & ascii.High
}

var step = func() (t [256]uint64) {
	for c := range t {
		next := map[uint64]uint64{}
		between := func(first, last int, from, to uint64) {
			if first <= c && c <= last {
				next[from] = to
			}
		}
		between(' ', 0x7F, inPlain, inPlain)
		between('"', '"', inPlain, stopped)
		between('\\', '\\', inPlain, afterBackslash)
		between(0xC2, 0xDF, inPlain, expect1)
		between(0xE0, 0xEF, inPlain, expect2)
		between(0xE0, 0xE0, inPlain, afterE0)
		between(0xED, 0xED, inPlain, afterED)
		between(0xF0, 0xF3, inPlain, expect3)
		between(0xF0, 0xF0, inPlain, afterF0)
		between(0xF4, 0xF4, inPlain, afterF4)
		between(0x80, 0xBF, expect1, inPlain)
		between(0x80, 0xBF, expect2, expect1)
		between(0x80, 0xBF, expect3, expect2)
		between(0xA0, 0xBF, afterE0, expect1)
		between(0x80, 0x9F, afterED, expect1)
		between(0x90, 0xBF, afterF0, expect2)
		between(0x80, 0x8F, afterF4, expect2)
		for _, e := range `"\/bfnrt` {
			between(int(e), int(e), afterBackslash, inPlain)
		}
		for from := uint64(inPlain); from <= stopped; from += 6 {
			to, ok := next[from]
			if !ok {
				to = stopped
			}
			t[c] |= to << from
		}
	}
	return t
}()
