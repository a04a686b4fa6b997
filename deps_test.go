package cloudevents_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Packages of this module need nothing but the standard library; go-cmp is for
// tests.
func TestNoDependencies(t *testing.T) {
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(path, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./...")
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	const module = "github.com/seed763dd41b/cloudevents"
	packages := strings.Fields(string(out))
	for _, p := range packages {
		if p != module && !strings.HasPrefix(p, module+"/") {
			t.Errorf("a package imports %s", p)
		}
	}
	for _, p := range []string{module, module + "/spec", module + "/validation", module + "/format", module + "/http"} {
		if !slices.Contains(packages, p) {
			t.Errorf("%s is not listed", p)
		}
	}
}
