package cehttp_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Every program that uses this package initializes its imports, and links much of them.
func TestImportsNothingLarge(t *testing.T) {
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	imports := func(packages ...string) []string {
		cmd := exec.Command(path, append([]string{"list", "-deps"}, packages...)...)
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	own, others := imports("."), imports("net/http", "log/slog", "encoding/json")
	for _, p := range own {
		switch {
		case slices.Contains(others, p), strings.HasPrefix(p, "github.com/seed763dd41b/cloudevents"):
		case p == "embed", p == "runtime/debug": // small
		default:
			t.Errorf("it imports %s", p)
		}
	}
	if len(own) < 20 {
		t.Errorf("only %d packages are found", len(own))
	}
}
