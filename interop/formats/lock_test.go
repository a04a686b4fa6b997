package formats_test

import (
	"encoding/json"
	"os"
	"testing"
)

// TestLockFile checks that the lock file names packages by version and hash only, so that
// each machine asks the registry that it is set up for.
func TestLockFile(t *testing.T) {
	b, err := os.ReadFile("js/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Resolved, Integrity string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || p.Integrity == "" || p.Resolved != "") {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
