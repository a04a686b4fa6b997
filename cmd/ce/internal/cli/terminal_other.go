//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly && !windows

package cli

// isTerminal does not know, and takes a character device for a terminal.
func isTerminal(uintptr) bool { return true }
