package check_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// For any input, check ends, prints each fault, and writes nothing that a terminal acts on.
func FuzzCheck(f *testing.F) {
	cetest.Seeds(f, "../../testdata")
	f.Fuzz(func(t *testing.T, text string) {
		for _, from := range []string{"any", "http", "jsonl", "batch", "json"} {
			out, errs, status := cetest.Run(t, check.Command(), text, "--from", from, "--max-bytes", "65536")
			if status != cli.ExitOK && status != cli.ExitFault || errs != "" {
				t.Fatalf("%s: status %d, %s", from, status, errs)
			}
			if cli.VisibleLines(out) != out {
				t.Fatalf("%s: %q", from, out)
			}
			if (status == cli.ExitFault) != strings.Contains(out, "violation") {
				t.Fatalf("%s: status %d: %s", from, status, out)
			}
		}
	})
}
