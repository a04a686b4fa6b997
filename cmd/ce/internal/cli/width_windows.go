package cli

import (
	"syscall"
	"unsafe"
)

// terminalWidth returns the columns of a console, or 0 if it does not tell.
func terminalWidth(fd uintptr) int {
	var info struct {
		width, height            int16
		x, y                     int16
		attributes               uint16
		left, top, right, bottom int16
		maxWidth, maxHeight      int16
	}
	ask := syscall.NewLazyDLL("kernel32.dll").NewProc("GetConsoleScreenBufferInfo")
	if ok, _, _ := ask.Call(fd, uintptr(unsafe.Pointer(&info))); ok == 0 {
		return 0
	}
	return int(info.right) - int(info.left) + 1
}
