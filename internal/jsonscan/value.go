package jsonscan

// Value returns the end of the value that begins at i, which must not be white
// space. On a fault, end is where it was found. maxDepth limits how many arrays
// and objects may enclose each other; a negative one does not. Memory is one bit
// a level.
//
// A string may hold an unpaired surrogate in the form of an escape, as RFC 8259
// allows.
func Value(b []byte, i, maxDepth int) (end int, f Fault) {
	var levels stack
	if i >= len(b) {
		return i, UnexpectedEnd
	}

value: // at b[i]
	switch b[i] {
	case '"':
		if i, _, f = String(b, i+1); f != None {
			return i, f
		}
		i++
	case '{', '[':
		if levels.depth == maxDepth {
			return i, TooDeep
		}
		opening := b[i]
		if i = Space(b, i+1); i >= len(b) {
			return i, UnexpectedEnd
		}
		if b[i] == opening+2 { // the closing one
			i++
			break
		}
		if opening == '{' {
			levels.push(1)
			goto name
		}
		levels.push(0)
		goto value
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if i, _, f = Number(b, i); f != None {
			return i, f
		}
	case 't', 'f', 'n':
		if i, f = Literal(b, i); f != None {
			return i, f
		}
	default:
		return i, UnexpectedByte
	}

ended: // a value, before b[i]
	if levels.depth == 0 {
		return i, None
	}
	if i = Space(b, i); i >= len(b) {
		return i, UnexpectedEnd
	}
	switch b[i] {
	case ',':
		if i = Space(b, i+1); i >= len(b) {
			return i, UnexpectedEnd
		}
		if levels.top&1 == 0 {
			goto value
		}
	case '}', ']':
		if closing := byte(']' + levels.top&1*('}'-']')); b[i] != closing {
			return i, UnexpectedByte
		}
		i++
		levels.pop()
		goto ended
	default:
		return i, UnexpectedByte
	}

name: // of a member, at b[i]
	if b[i] != '"' {
		return i, UnexpectedByte
	}
	if i, _, f = String(b, i+1); f != None {
		return i, f
	}
	if i, f = Colon(b, i+1); f != None {
		return i, f
	}
	goto value
}

// Colon returns the begin of the value behind a member name that ended before i.
func Colon(b []byte, i int) (value int, f Fault) {
	if i+1 < len(b) && b[i] == ':' && b[i+1] > ' ' {
		return i + 1, None
	}
	return colon(b, i)
}

// colon is the rare part of Colon, kept out of its callers.
//
//go:noinline
func colon(b []byte, i int) (value int, f Fault) {
	if i = Space(b, i); i < len(b) && b[i] == ':' {
		if i = Space(b, i+1); i < len(b) {
			return i, None
		}
	}
	if i >= len(b) {
		return i, UnexpectedEnd
	}
	return i, UnexpectedByte
}

// stack holds a bit for each open array (0) or object (1): the innermost 64 in a
// word, the others in a slice.
type stack struct {
	depth int
	top   uint64
	outer []uint64
}

func (s *stack) push(object uint64) {
	if s.depth&63 == 0 && s.depth > 0 {
		s.outer = append(s.outer, s.top)
	}
	s.top = s.top<<1 | object
	s.depth++
}

func (s *stack) pop() {
	s.depth--
	s.top >>= 1
	if n := len(s.outer); s.depth&63 == 0 && n > 0 {
		s.top, s.outer = s.outer[n-1], s.outer[:n-1]
	}
}
