package cehttp

import "errors"

// ErrGone is wrapped by errors about a receiver that has answered 410: it must
// not be sent to again.
var ErrGone = errors.New("receiver is gone (410)")
