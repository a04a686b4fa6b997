package dispatch_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Handlers are the same for all protocols, and a program that has a Mux and no server
// links no server.
func TestImportsNoProtocol(t *testing.T) {
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(path, "list", "-deps", ".")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/seed763dd41b/cloudevents/"
	packages := strings.Fields(string(out))
	for _, p := range packages {
		name, own := strings.CutPrefix(p, module)
		foreign := own && name != "dispatch" && name != "spec" && name != "validation" && !strings.HasPrefix(name, "internal/")
		if p == "net/http" || foreign {
			t.Errorf("it imports %s", p)
		}
	}
	if len(packages) < 20 {
		t.Errorf("only %d packages are found", len(packages))
	}
}
