// Package cesql compares package cesql of this module with that of sdk-go: the same expressions
// on the same event. It is a module of its own because that of sdk-go needs the runtime of a
// parser generator.
package cesql
