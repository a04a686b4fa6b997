// Package formats runs the event formats of this module against general libraries for the
// same encodings: libraries of Go to the byte, and programs in other languages, which read
// what this module writes, and write what it reads. It has nothing but tests.
//
// The programs are protoc, xmllint, libraries for JavaScript in js, and libraries for
// Python; in Debian they are in protobuf-compiler, libprotobuf-dev, libxml2-utils,
// python3-avro and python3-cbor2. A test whose program is missing is skipped, or fails if
// the variable CI_BROKERS is 1. What a program does otherwise is a row in rows_test.go and
// in docs/interop.md, which this command rewrites:
//
//	go test -run Document -update
package formats
