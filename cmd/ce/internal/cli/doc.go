// Package cli is what the commands of ce have in common: commands and their flags, help,
// shell completion, text for terminals, exit statuses, and the process that a command runs
// in. It knows nothing of events.
package cli
