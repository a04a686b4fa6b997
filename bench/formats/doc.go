// Package formats has the benchmarks of the event formats of this module beside general
// libraries for the same encodings. The command report runs them.
package formats
