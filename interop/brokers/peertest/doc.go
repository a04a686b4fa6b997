// Package peertest exchanges events with other implementations over brokers, and compares
// what arrives with what was sent. What a peer does differently is a Deviation: a row of
// docs/interop.md that the tests hold true.
package peertest
