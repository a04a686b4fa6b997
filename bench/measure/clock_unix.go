//go:build unix

package measure

import (
	"syscall"
	"time"
)

// processor is the time that the process has had a processor, garbage collector included. It
// stands still while others have it. It is nil where the system does not tell.
var processor clock = func() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
