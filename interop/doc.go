// Package interop has no code of its own but an adapter for "ce conformance". Its tests exchange events over HTTP
// with other implementations of CloudEvents, and record where those deviate from
// the specification. It is a module of its own, so that their dependencies stay
// out of the library's. The documentation page of a mux is tested here in Chromium,
// if there is one.
package interop
