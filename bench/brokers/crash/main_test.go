package main

import (
	"os"
	"testing"
)

// The test binary is the program that is killed.
func TestMain(m *testing.M) {
	for _, arg := range os.Args[1:] {
		if arg == "-receive" {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

// The consumer of this module loses nothing in a small run.
func TestRun(t *testing.T) {
	*events, *kills = 600, 1
	handled, lines, err := run(names[0])
	if err != nil || handled != *events || lines < handled {
		t.Errorf("%s: %d of %d handled, %d lines: %v", names[0], handled, *events, lines, err)
	}
}
