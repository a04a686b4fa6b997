package body

// Failed returns the error about a body that could not be read because of err.
func Failed(err error) *Error { return &Error{err} }
