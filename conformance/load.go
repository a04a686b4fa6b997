package conformance

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Parse reads a case, as a file with the ending .txtar has it. It decodes if the last
// directory in its name is decode, as in "http/decode/percent-euro", and is a batch if the
// name begins with "batch/" or the case says so.
func Parse(name, content string) (Case, error) {
	cases, err := parseCase(name, content)
	if err != nil {
		return Case{}, err
	}
	return cases[0], nil
}

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
