package brokers_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/interop.md")

const (
	page = "../../docs/interop.md"

	javaScript = "JavaScript SDK 10.0.0"
)

func TestDocument(t *testing.T) {
	for _, b := range []*peertest.Binding{kafka(), nats(), mqtt()} {
		b.Check(t)
		b.Document(t, page, *update)
	}
}

func modes() []cloudevents.Mode {
	return []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode}
}

func only(m ...cloudevents.Mode) []cloudevents.Mode { return m }

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
