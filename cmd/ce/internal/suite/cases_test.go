package suite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

const recorded = `Recorded.
-- request --
POST / HTTP/1.1
ce-id: 1
ce-source: /
ce-specversion: 1.0
ce-type: t


-- event --
id String "ID"
source URI-reference "/"
specversion String "1.0"
type String "t"
`

func writeCase(t *testing.T, id string, path ...string) (name string) {
	t.Helper()
	name = filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(recorded, "ID", id, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// --cases takes a file and a directory. All of the cases have to pass, and one that is wrong
// ends with its name.
func TestConformanceCases(t *testing.T) {
	dir := t.TempDir()
	file := writeCase(t, "1", dir, "good", "0001-1.txtar")
	writeCase(t, "1", dir, "good", "http", "decode", "x.txtar")
	writeCase(t, "1", dir, "good", "deep", "down", "y.txtar")
	writeCase(t, "1", dir, "good", "\x1b[31m.txtar")
	writeCase(t, "2", dir, "differs", "z.txtar")
	writeCase(t, `x" x`, dir, "odd", "a.txtar")
	odd := filepath.Join(dir, "odd", "a.txtar")
	if err := os.WriteFile(odd, []byte("-- request --\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(dir, "linked", "secret.txtar")
	if err := os.Mkdir(filepath.Dir(outside), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, outside); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		path     string
		status   int
		out, err string
	}{
		{file, cli.ExitOK, "http/decode/0001-1", ""},
		{filepath.Join(dir, "good"), cli.ExitOK, "http/deep/down/decode/y", ""},
		{filepath.Join(dir, "good"), cli.ExitOK, `\u001b[31m`, ""},
		{filepath.Join(dir, "differs"), cli.ExitFault, "", ""},
		{filepath.Join(dir, "odd"), cli.ExitError, "", "a.txtar: "},
		{filepath.Join(dir, "linked"), cli.ExitError, "", "escapes"},
		{filepath.Join(dir, "good", "deep", "nothing"), cli.ExitError, "", "no such"},
	} {
		status, out, errs := ceConformance(t, "--cases", c.path)
		if status != c.status || !strings.Contains(errs, c.err) || strings.Contains(out+errs, "\x1b") {
			t.Errorf("%s: status %d, %s%s", c.path, status, out, errs)
		}
		if c.out != "" {
			if _, out, _ := ceConformance(t, "--cases", c.path, "--list"); !strings.Contains(out, c.out) || !strings.Contains(out, "accept MUST ") || strings.Contains(out, "\x1b") {
				t.Errorf("%s: %s", c.path, out)
			}
		}
	}
	if status, out, errs := ceConformance(t, "--cases", filepath.Join(dir, "good"), "--run", "deep"); status != cli.ExitOK || strings.Contains(out, "decode/x") || !strings.Contains(out, "cases") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}
