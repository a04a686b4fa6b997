package body

// FindError finds the first error of type E in the tree of err. It is the
// errors.AsType of Go 1.26: errors.As does the same by reflection, which makes a
// receiver 25 kB larger.
func FindError[E error](err error) (found E, ok bool) {
	for err != nil {
		if found, ok = err.(E); ok {
			return found, true
		}
		if x, is := err.(interface{ As(any) bool }); is && x.As(&found) {
			return found, true
		}
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, err := range x.Unwrap() {
				if found, ok = FindError[E](err); ok {
					return found, true
				}
			}
			return found, false
		default:
			return found, false
		}
	}
	return found, false
}

// Wraps reports whether there is an error of type E in the tree of err.
func Wraps[E error](err error) bool {
	_, ok := FindError[E](err)
	return ok
}
