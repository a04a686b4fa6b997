// Package freeport finds addresses for what a test starts, stops and starts again. Only tests
// and brokers for tests import it. A test that listens itself, and once, listens at port 0.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
)

// The ports are below those that systems give to connections and to listeners at port 0, which
// begin at 32768 or later.
const first, count = 20_000, 12_000

// next is here because a port is free until the program that gets it listens: no two calls may
// return the same. Processes begin at different ports.
var next = func() *atomic.Uint32 {
	n := new(atomic.Uint32)
	n.Store(rand.Uint32N(count))
	return n
}()

// Address returns an address of 127.0.0.1 at which nothing listens. No connection and no listener
// at port 0 takes it, neither before a program listens there nor between its end and its next
// start. A client that connects to it meanwhile is refused, and is never connected to itself.
func Address(t testing.TB) string {
	t.Helper()
	l, err := Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Listen listens at an address like those of [Address].
func Listen() (net.Listener, error) {
	for range count {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", first+next.Add(1)%count)); err == nil {
			return l, nil
		}
	}
	return nil, errors.New("no port is free")
}

// Port returns the port of an [Address].
func Port(t testing.TB) string {
	t.Helper()
	_, port, err := net.SplitHostPort(Address(t))
	if err != nil {
		t.Fatal(err)
	}
	return port
}
