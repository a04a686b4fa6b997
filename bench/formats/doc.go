// Package formats has benchmarks of the event formats of this module beside general
// libraries for the same encodings:
//
//	go test -bench . -benchtime 0.3s -count 6 .
//
// Compare numbers of one run only.
package formats
