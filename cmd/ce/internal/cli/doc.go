// Package cli runs the commands of ce: flags, help, shell completion, text for terminals, exit
// statuses, and the process that a command runs in. It knows nothing of events.
package cli
