// Package ascii compares and classifies protocol elements. Unlike package strings it
// folds the case of ASCII letters only: the Kelvin sign is not a k.
package ascii

// EqualFold reports whether s and t are equal, except for the case of ASCII letters.
func EqualFold(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	for i := 0; i < len(s); i++ {
		if Lower(s[i]) != Lower(t[i]) {
			return false
		}
	}
	return true
}

// CutPrefixFold returns s without the prefix, which may be in any case, and whether s
// has that prefix.
func CutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// Less is s < t. It is faster for texts of which most differ in their first byte, because
// that needs no call.
func Less(s, t string) bool {
	if s == "" || t == "" {
		return len(s) < len(t)
	}
	return s[0] < t[0] || s[0] == t[0] && s < t
}

// Lower returns c in lower case.
func Lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// Unhex has, at the index of a byte, the value of that hexadecimal digit, and 16 for a
// byte that is none. A bitwise or of several values is below 16 only if all of them are
// digits.
const Unhex = none + none + none + "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09" + "\x10\x10\x10\x10\x10\x10" +
	letters + none + letters + none + // @ to _ and ` to DEL
	none + none + none + none + none + none + none + none

const (
	none    = "\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10"
	letters = "\x10\x0a\x0b\x0c\x0d\x0e\x0f\x10\x10\x10\x10\x10\x10\x10\x10\x10"
)
