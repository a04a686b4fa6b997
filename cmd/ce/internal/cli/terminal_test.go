package cli_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// Only a terminal is one: /dev/null is a character device, too.
func TestIsTerminal(t *testing.T) {
	for _, name := range []string{os.DevNull, "/dev/zero", "/dev/full", t.TempDir()} {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer f.Close()
		if cli.IsTerminal(f) {
			t.Errorf("%s is a terminal", name)
		}
	}
	if cli.IsTerminal(new(bytes.Buffer)) || cli.IsTerminal(nil) {
		t.Error("a buffer is a terminal")
	}
	// The other end of a pseudo-terminal, where there are some.
	if f, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err == nil {
		defer f.Close()
		if !cli.IsTerminal(f) {
			t.Error("a terminal is none")
		}
	}
}
