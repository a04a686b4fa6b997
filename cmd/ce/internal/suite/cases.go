package suite

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// maxCase limits a file with a case, in bytes. A message of the size that a listener takes by
// default fits, although a string literal has four characters for some bytes.
const maxCase = 16 * stream.DefaultMaxBytes

// casesAt reads the cases in a file, or in the files of a directory with the ending .txtar.
// Links that lead out of the directory are not followed.
func casesAt(name string) (cases []conformance.Case, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	dir, file := name, "."
	if !info.IsDir() {
		dir, file = filepath.Split(name)
	}
	root, err := os.OpenRoot(filepath.Clean(dir))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), file, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".txtar" {
			return err
		}
		c, err := caseIn(root.FS(), file)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
		}
		cases = append(cases, c)
		return nil
	})
	if err == nil && len(cases) == 0 {
		err = fmt.Errorf("%s: no file with the ending .txtar", name)
	}
	return cases, err
}

func caseIn(files fs.FS, name string) (c conformance.Case, err error) {
	f, err := files.Open(name)
	if err != nil {
		return c, err
	}
	defer f.Close()
	content, err := stream.ReadAtMost(f, maxCase)
	if err != nil {
		return c, err
	}
	name = strings.TrimSuffix(name, path.Ext(name))
	switch path.Base(path.Dir(name)) {
	case "decode", "encode":
	default: // as ce listen --record has written it
		name = path.Join("http", path.Dir(name), "decode", path.Base(name))
	}
	return conformance.Parse(name, string(content))
}

// placesOf returns places in which every case has to pass.
func placesOf(cases []conformance.Case) map[string]conformance.Place {
	places := make(map[string]conformance.Place, len(cases))
	for i := range cases {
		places[cases[i].Name] = conformance.Place{Document: "cases", Section: path.Dir(cases[i].Name), Level: conformance.Must}
	}
	return places
}
