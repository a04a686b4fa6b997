package freeport_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/freeport"
)

// Each call returns another address, at which one can listen, and not one that is in use.
func TestAddress(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		address := freeport.Address(t)
		if seen[address] {
			t.Fatalf("%s twice", address)
		}
		seen[address] = true
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
	}
}

func TestPort(t *testing.T) {
	if n, err := strconv.Atoi(freeport.Port(t)); err != nil || n < 1024 || n >= 32_768 {
		t.Error(n, err)
	}
}
