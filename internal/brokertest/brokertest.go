// Package brokertest starts brokers for tests: programs of Debian packages, on ports of the
// loopback interface, that end with the test. Where a program is missing the test is skipped,
// or fails if CI_BROKERS is 1.
package brokertest

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// unavailable skips a test, or fails it if the brokers must be there.
func unavailable(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI_BROKERS") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// waitForLine reads until a line has a text. What follows is read and dropped.
func waitForLine(t testing.TB, out io.Reader, text string) {
	t.Helper()
	found := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				found <- true
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
		found <- false
	}()
	select {
	case ok := <-found:
		if !ok {
			t.Fatal("the broker has ended")
		}
	case <-time.After(4 * time.Minute):
		t.Fatal("the broker does not start")
	}
}
