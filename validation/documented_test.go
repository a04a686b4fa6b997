package validation_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every exported function, type and method of packages spec and validation has an
// example with output, and every exported constant and variable is used in one.
func TestEveryExportedNameHasAnExample(t *testing.T) {
	for _, dir := range []string{".", "../spec"} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			examples, used := examplesOf(t, dir)
			total := 0
			for _, name := range exportedNames(t, dir) {
				total++
				if _, constant := strings.CutPrefix(name, "value "); constant {
					if !used[strings.TrimPrefix(name, "value ")] {
						t.Errorf("%s is used in no example", name)
					}
				} else if !examples[name] {
					t.Errorf("%s has no example with output", name)
				}
			}
			if total == 0 {
				t.Error("no exported names found")
			}
		})
	}
}

func parseFiles(t *testing.T, dir string, tests bool) (files []*ast.File) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") != tests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// exportedNames returns functions and types as "Name", methods as "Type_Method",
// constants and variables as "value Name".
func exportedNames(t *testing.T, dir string) (names []string) {
	for _, f := range parseFiles(t, dir, false) {
		for _, decl := range f.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					receiver := d.Recv.List[0].Type
					if star, ok := receiver.(*ast.StarExpr); ok {
						receiver = star.X
					}
					if !receiver.(*ast.Ident).IsExported() {
						continue
					}
					name = receiver.(*ast.Ident).Name + "_" + name
				}
				if d.Name.IsExported() {
					names = append(names, name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() {
							names = append(names, s.Name.Name)
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							if n.IsExported() {
								names = append(names, "value "+n.Name)
							}
						}
					}
				}
			}
		}
	}
	return names
}

// examplesOf returns the names that examples with output are for, and the names
// that they use. An example's suffix begins in lower case.
func examplesOf(t *testing.T, dir string) (examples, used map[string]bool) {
	examples, used = map[string]bool{}, map[string]bool{}
	for _, e := range doc.Examples(parseFiles(t, dir, true)...) {
		if e.Output == "" {
			continue
		}
		name := e.Name
		if i := strings.LastIndexByte(name, '_'); i >= 0 && i+1 < len(name) && name[i+1] >= 'a' {
			name = name[:i]
		}
		examples[name] = true
		ast.Inspect(e.Code, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				used[s.Sel.Name] = true
			}
			return true
		})
	}
	return examples, used
}
