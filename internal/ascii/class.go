package ascii

// Printable reports whether every byte of s is from space to tilde.
func Printable(s string) bool {
	n := len(s)
	if n < 8 {
		return printable(short(s, ' '))
	}
	for i := 0; i+8 < n; i += 8 {
		if !printable(Word(s, i)) {
			return false
		}
	}
	return printable(Word(s, n-8)) // the last eight bytes, some of which were checked before
}

// LowerAlphanumeric reports whether every byte of s is from a to z or from 0 to 9.
func LowerAlphanumeric(s string) bool {
	n := len(s)
	if n < 8 {
		return lowerAlphanumeric(short(s, '0'))
	}
	for i := 0; i+8 < n; i += 8 {
		if !lowerAlphanumeric(Word(s, i)) {
			return false
		}
	}
	return lowerAlphanumeric(Word(s, n-8))
}

// PlainPath returns how many bytes at the beginning of s are letters, digits, hyphens,
// periods and slashes. In a URI they are never special, except that they begin its parts.
// The result is len(s) or a multiple of eight; in the latter case more such bytes may
// follow.
func PlainPath(s string) int {
	n := len(s)
	if n < 8 {
		if plainPath(short(s, '/')) {
			return n
		}
		return 0
	}
	i := 0
	for ; i+8 < n; i += 8 {
		if !plainPath(Word(s, i)) {
			return i
		}
	}
	if plainPath(Word(s, n-8)) {
		return n
	}
	return i
}

// short returns a word that has every byte of s, which is shorter than a word. Some may
// be there twice, and all other bytes of the word are fill.
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

// printable reports whether every byte of w is from space to tilde. The arithmetic may
// be wrong about the bytes above the first that is not, which changes nothing.
func printable(w uint64) bool {
	return (w|(w-Each*' ')|(w+Each))&High == 0
}

// lowerAlphanumeric reports whether every byte of w is a lower-case letter or a digit.
// The sum of an ASCII byte and 0x80 - c has its high bit set if the byte is c or above,
// and does not carry into the next byte.
func lowerAlphanumeric(w uint64) bool {
	digit := (w + Each*(0x80-'0')) &^ (w + Each*(0x80-'9'-1))
	letter := (w + Each*(0x80-'a')) &^ (w + Each*(0x80-'z'-1))
	return w&High == 0 && (digit|letter)&High == High
}

// plainPath reports whether every byte of w is a letter or from - to 9, which are - . /
// and the digits. The arithmetic is that of lowerAlphanumeric.
func plainPath(w uint64) bool {
	lower := w | Each*('a'-'A')
	letter := (lower + Each*(0x80-'a')) &^ (lower + Each*(0x80-'z'-1))
	other := (w + Each*(0x80-'-')) &^ (w + Each*(0x80-'9'-1))
	return w&High == 0 && (letter|other)&High == High
}
