package cloudevents_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// docs/security.md says of each fuzz target of the module how much it was run. A target is
// named by the last element of the directory; those of the root by their name alone.
func TestFuzzTableHasEveryTarget(t *testing.T) {
	document, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(document), "\n## Fuzzing\n")
	if !ok {
		t.Fatal("docs/security.md has no section about fuzzing")
	}
	rows := map[string]bool{}
	for line := range strings.SplitSeq(table, "\n") {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		for i, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			if cell = strings.TrimSpace(cell); i%3 == 0 && strings.Contains(cell, "Fuzz") {
				if rows[cell] {
					t.Errorf("%s has two rows", cell)
				}
				rows[cell] = true
			}
		}
	}
	found := 0
	err = fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".":
			if _, err := os.Stat(path.Join(name, "go.mod")); err == nil || strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir // another module
			}
			return nil
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range fuzzTarget.FindAllSubmatch(source, -1) {
			target := string(m[1])
			if dir := path.Dir(name); dir != "." {
				target = path.Base(dir) + " " + target
			}
			found++
			if !rows[target] {
				t.Errorf("docs/security.md has no row for %s (%s)", target, name)
			}
			delete(rows, target)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for target := range rows {
		t.Errorf("docs/security.md has a row for %s, which is not there", target)
	}
	if found < 60 {
		t.Errorf("%d fuzz targets were found", found)
	}
}
