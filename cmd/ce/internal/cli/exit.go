package cli

import (
	"errors"
	"fmt"
)

// The exit statuses of ce.
const (
	ExitOK    = 0
	ExitFault = 1 // the work was done, and something is wrong: an invalid event, one that was not accepted, a failed case
	ExitUsage = 2 // the command line makes no sense
	ExitError = 3 // the work could not be done: no such file, no free port
)

// ErrFault is the error of a command that has already printed what is wrong. The exit
// status is ExitFault, and nothing more is printed.
var ErrFault = errors.New("")

var errInterrupted = errors.New("interrupted")

// FaultError is an error about the input, or about an event that has no form in the
// output. The exit status is ExitFault.
type FaultError struct{ Err error }

// Error returns the text of e.Err.
func (e *FaultError) Error() string { return e.Err.Error() }

// Unwrap returns e.Err.
func (e *FaultError) Unwrap() error { return e.Err }

// usageError is about the command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// Usagef returns an error about the command line. The exit status is ExitUsage.
func Usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// exit prints err in one line and returns the exit status for it.
func (p *Process) exit(err error) int {
	var usage *usageError
	var fault *FaultError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrFault):
		return ExitFault
	case errors.As(err, &usage):
		p.Report(err)
		return ExitUsage
	case errors.As(err, &fault):
		p.Report(err)
		return ExitFault
	}
	p.Report(err)
	return ExitError
}
