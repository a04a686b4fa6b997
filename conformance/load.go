package conformance

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Load reads all cases below the root of fsys, in lexical order. It fails if it does not
// understand a file completely. Files with other endings than .txtar are ignored, except
// the tables in canonical/.
func Load(fsys fs.FS) ([]Case, error) {
	var cases []Case
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		var parse func(name, content string) ([]Case, error)
		switch dir := path.Dir(name); {
		case path.Ext(name) == ".txtar":
			parse = parseCase
		case dir == "canonical" && path.Ext(name) == ".txt":
			parse = parseTable
		default:
			return nil
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		more, err := parse(strings.TrimSuffix(name, path.Ext(name)), string(content))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		cases = append(cases, more...)
		return nil
	})
	return cases, err
}
