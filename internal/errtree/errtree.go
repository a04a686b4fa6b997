// Package errtree finds an error in the tree of another one, as errors.AsType of Go 1.26
// does: without reflection, and without memory for the target.
package errtree

// Find finds the first error of type E in the tree of err.
func Find[E error](err error) (found E, ok bool) {
	for err != nil {
		if found, ok = err.(E); ok {
			return found, true
		}
		if x, is := err.(interface{ As(any) bool }); is {
			if found, ok = as[E](x); ok {
				return found, true
			}
		}
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, err := range x.Unwrap() {
				if found, ok = Find[E](err); ok {
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

// as is separate because its target escapes.
func as[E error](x interface{ As(any) bool }) (found E, ok bool) {
	ok = x.As(&found)
	return found, ok
}

// Wraps reports whether there is an error of type E in the tree of err.
func Wraps[E error](err error) bool {
	_, ok := Find[E](err)
	return ok
}
