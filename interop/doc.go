// Package interop tests the library together with other implementations of CloudEvents.
// The tests exchange events over HTTP, and record where the others deviate from the
// specification. They run a Receiver with the clients of the others and inside web
// frameworks, have signatures verified by other libraries and theirs by this one, and open the
// page of package eventdoc in Chromium. A test whose peer is not installed is skipped.
//
// It is a module of its own, so that the dependencies of the peers stay out of the
// library's. Directory adapter has the adapter of sdk-go for "ce conformance".
package interop
