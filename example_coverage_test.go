package cloudevents_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"
)

// Every exported function, type and method of the packages that this test names
// has an example with output.
func TestEveryNameHasAnExample(t *testing.T) {
	for _, dir := range []string{".", "format"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range names {
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		p, err := doc.NewFromFiles(fset, files, "github.com/seed763dd41b/cloudevents/"+dir)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		check := func(name string, examples []*doc.Example) {
			count++
			if len(examples) == 0 {
				t.Errorf("%s: %s.%s has no example", dir, p.Name, name)
			}
			for _, x := range examples {
				if x.Output == "" && !x.EmptyOutput {
					t.Errorf("%s: the example %s of %s has no output, so that it does not run", dir, x.Suffix, name)
				}
			}
		}
		for _, f := range p.Funcs {
			check(f.Name, f.Examples)
		}
		for _, typ := range p.Types {
			check(typ.Name, typ.Examples)
			for _, f := range typ.Funcs {
				check(f.Name, f.Examples)
			}
			for _, m := range typ.Methods {
				check(typ.Name+"."+m.Name, m.Examples)
			}
		}
		if count < 20 {
			t.Errorf("%s: only %d names were found", dir, count)
		}
	}
}
