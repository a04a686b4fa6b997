// Package ascii compares protocol elements regardless of case, and checks the bytes of
// texts eight at a time. Unlike package strings it folds only ASCII letters: the Kelvin
// sign is not a k.
package ascii

// EqualFold reports whether s and t are equal, ignoring the case of ASCII letters.
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

// CutPrefixFold is strings.CutPrefix, ignoring the case of ASCII letters.
func CutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// Lower returns c in lower case.
func Lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
