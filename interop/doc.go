// Package interop has no code of its own but an adapter for "ce conformance". Its
// tests exchange events over HTTP
// with other implementations of CloudEvents, and record where those deviate from
// the specification. It is a module of its own, so that their dependencies stay
// out of the library's. A Receiver is tested with their clients and inside web
// frameworks, and the documentation page of a mux in Chromium, if there is one.
package interop
