package cli

import (
	"syscall"
	"unsafe"
)

// isTerminal reports whether a file descriptor has the attributes of a terminal.
func isTerminal(fd uintptr) bool {
	var t syscall.Termios
	_, _, err := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TCGETS, uintptr(unsafe.Pointer(&t)))
	return err == 0
}
