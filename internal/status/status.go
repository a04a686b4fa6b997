// Package status has what the status of an answer means to senders. It needs no
// net/http, so that packages without a protocol can use it.
package status

// IsError reports whether s is 4xx or 5xx.
func IsError(s int) bool { return s >= 400 && s <= 599 }

// Repeated reports whether senders send a message again after s: 408, 425, 429 and 5xx,
// but not 501 and 505.
func Repeated(s int) bool {
	switch s {
	case 408, 425, 429:
		return true
	case 501, 505:
		return false
	}
	return s >= 500
}
