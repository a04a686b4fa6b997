package ascii

// Printable reports whether every byte of s is from space to tilde.
func Printable(s string) bool {
	if len(s) < 8 {
		return unprintable(short(s, ' '))&High == 0
	}
	found := unprintable(Word(s, len(s)-8)) // some of them are checked again below
	for ; len(s) > 16; s = s[16:] {
		if (unprintable(Word(s, 0))|unprintable(Word(s, 8)))&High != 0 {
			return false
		}
	}
	if len(s) > 8 {
		found |= unprintable(Word(s, 0))
	}
	return found&High == 0
}

// Literal reports whether every byte of s is from first to tilde, and neither a double
// quote nor a percent sign. first is a space or an exclamation mark.
func Literal(s string, first byte) bool {
	n := len(s)
	low := Each * uint64(first)
	if n < 8 {
		return literal(short(s, '~'), low)
	}
	for i := 0; i+8 < n; i += 8 {
		if !literal(Word(s, i), low) {
			return false
		}
	}
	return literal(Word(s, n-8), low)
}

// LowerAlphanumeric reports whether every byte of s is from a to z or from 0 to 9.
func LowerAlphanumeric(s string) bool {
	if len(s) < 8 {
		return notLowerAlphanumeric(short(s, '0'))&High == 0
	}
	found := notLowerAlphanumeric(Word(s, len(s)-8))
	for ; len(s) > 8 && found&High == 0; s = s[8:] {
		found |= notLowerAlphanumeric(Word(s, 0))
	}
	return found&High == 0
}

// IsPlainPath reports whether [PlainPath] of s is len(s).
func IsPlainPath(s string) bool {
	if len(s) < 8 {
		return notPlainPath(short(s, '/'))&High == 0
	}
	found := notPlainPath(Word(s, len(s)-8))
	for ; len(s) > 8 && found&High == 0; s = s[8:] {
		found |= notPlainPath(Word(s, 0))
	}
	return found&High == 0
}

// PlainPath returns a number of bytes at the beginning of s that are all letters,
// digits, hyphens, periods or slashes. In a URI, none of them is special inside a path.
// The number is len(s) if all of s is like that. Otherwise it is a multiple of eight,
// and up to seven bytes after it may be like that, too.
func PlainPath(s string) int {
	n := len(s)
	if n < 8 {
		if IsPlainPath(s) {
			return n
		}
		return 0
	}
	i := 0
	for ; i+8 < n; i += 8 {
		if notPlainPath(Word(s, i))&High != 0 {
			return i
		}
	}
	if notPlainPath(Word(s, n-8))&High == 0 {
		return n
	}
	return i
}

// short returns a word with every byte of s, which is shorter than a word. Some bytes
// are in it twice, and fill takes the places that remain.
func short(s string, fill byte) uint64 {
	n := len(s)
	switch {
	case n >= 4:
		return uint64(half(s, 0)) | uint64(half(s, n-4))<<32
	case n > 0:
		return Each*uint64(fill)&^0xFFFFFF | uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	return Each * uint64(fill)
}

func half(s string, i int) uint32 {
	s = s[i : i+4]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// unprintable returns a word in which the high bit of a byte is set if a byte of w is
// non-ASCII, below a space, or DEL. Such a byte may borrow from the next or carry into
// it, but has then been found.
func unprintable(w uint64) uint64 { return w | (w - Each*' ') | (w + Each) }

// literal reports whether no byte of w is non-ASCII, below the same byte of low, DEL, a
// double quote or a percent sign. It borrows and carries as unprintable does.
func literal(w, low uint64) bool {
	return (w|(w-low)|(w+Each)|((w^Each*'"')-Each)|((w^Each*'%')-Each))&High == 0
}

// notLowerAlphanumeric returns a word in which the high bit of a byte is set if that byte
// of w is neither a lower-case letter nor a digit. The sum of an ASCII byte and 0x80 - c
// has its high bit set if the byte is c or above, and does not carry into the next byte.
// Of the four sums, an odd number has it only within one of the two ranges.
func notLowerAlphanumeric(w uint64) uint64 {
	digit := (w + Each*(0x80-'0')) ^ (w + Each*(0x80-'9'-1))
	letter := (w + Each*(0x80-'a')) ^ (w + Each*(0x80-'z'-1))
	return w | ^(digit ^ letter)
}

// notPlainPath is notLowerAlphanumeric for letters and what is from - to 9, a range that
// has - . / and the digits.
func notPlainPath(w uint64) uint64 {
	lower := w | Each*('a'-'A')
	letter := (lower + Each*(0x80-'a')) ^ (lower + Each*(0x80-'z'-1))
	other := (w + Each*(0x80-'-')) ^ (w + Each*(0x80-'9'-1))
	return w | ^(letter ^ other)
}
