package cehttp_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// Every exported name has an example, which go vet binds to the name and go test
// to its output.
func TestEveryNameHasAnExample(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]bool{}
	var names []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		isTest := strings.HasSuffix(file.Name(), "_test.go")
		for _, d := range f.Decls {
			for _, name := range declared(d) {
				if example, ok := strings.CutPrefix(name, "Example"); ok && isTest && hasOutput(f, d) {
					examples[example] = true
				}
				if !isTest && ast.IsExported(name) {
					names = append(names, name)
				}
			}
		}
	}
	if len(names) < 25 {
		t.Errorf("only %d names are found: %s", len(names), names)
	}
	for _, name := range names {
		if !examples[name] {
			t.Errorf("%s has no example with output", name)
		}
	}
}

// declared returns the names of a declaration, "T_M" for a method of an exported
// type.
func declared(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		recv := d.Recv.List[0].Type
		if star, ok := recv.(*ast.StarExpr); ok {
			recv = star.X
		}
		if id, ok := recv.(*ast.Ident); ok && d.Name.IsExported() {
			return []string{id.Name + "_" + d.Name.Name}
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

func hasOutput(f *ast.File, d ast.Decl) bool {
	for _, c := range f.Comments {
		if c.Pos() > d.Pos() && c.End() < d.End() && strings.HasPrefix(strings.TrimSpace(c.Text()), "Output:") {
			return true
		}
	}
	return false
}
