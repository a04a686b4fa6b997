// Package apicheck checks the exported names of every public package of a module: that
// they are documented, that they have examples, and that the index of a package is
// short. Only tests import it.
package apicheck

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// MaxIndex is the greatest number of lines in the index of a package, as
// "go doc -short" prints it.
const MaxIndex = 50

// Check returns what is wrong with the public packages of the module in fsys, one
// problem a string. These are the rules:
//
//   - Every package, exported function, type and method has a comment that begins with
//     its name. Methods that implement an interface of the standard library, such as
//     Error and Unwrap, are no exception.
//   - Every exported function and type has an example with output, or is used in one of
//     this module. Methods, constants, variables and fields need none.
//   - The index of a package has at most MaxIndex lines.
//
// Packages main, directories named internal or testdata, and nested modules are not
// public. modulePath is the path of the module.
func Check(fsys fs.FS, modulePath string) ([]string, error) {
	packages, err := load(fsys, modulePath)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{} // "import/path.Name" in the examples of any package
	for _, p := range packages {
		p.addUses(used)
	}
	var problems []string
	for _, p := range packages {
		if p.public() {
			problems = append(problems, p.check(used)...)
		}
	}
	return problems, nil
}

// pkg is the package of a directory.
type pkg struct {
	importPath string
	fset       *token.FileSet
	files      []*ast.File // with those of tests
}

// load parses the packages of the module, in lexical order.
func load(fsys fs.FS, modulePath string) ([]*pkg, error) {
	packages := map[string]*pkg{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			base := path.Base(name)
			if name != "." && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return fs.SkipDir
			}
			if _, err := fs.Stat(fsys, path.Join(name, "go.mod")); err == nil && name != "." {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		dir := path.Dir(name)
		p := packages[dir]
		if p == nil {
			p = &pkg{importPath: path.Join(modulePath, dir), fset: token.NewFileSet()}
			packages[dir] = p
		}
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(p.fset, name, source, parser.ParseComments)
		if err != nil {
			return err
		}
		p.files = append(p.files, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []*pkg
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		all = append(all, packages[dir])
	}
	return all, nil
}

func (p *pkg) isTest(f *ast.File) bool {
	return strings.HasSuffix(p.fset.Position(f.Package).Filename, "_test.go")
}

// public reports whether others can import p. A directory that has only tests is not a
// package.
func (p *pkg) public() bool {
	if slices.Contains(strings.Split(p.importPath, "/"), "internal") {
		return false
	}
	return slices.ContainsFunc(p.files, func(f *ast.File) bool { return !p.isTest(f) && f.Name.Name != "main" })
}

// addUses adds the names that the examples of p use.
func (p *pkg) addUses(used map[string]bool) {
	for _, f := range p.files {
		if !p.isTest(f) {
			continue
		}
		imports := map[string]string{} // by the name in the file
		for _, spec := range f.Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			name := path.Base(importPath)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			imports[name] = importPath
		}
		for _, x := range doc.Examples(f) {
			if x.Output == "" && !x.EmptyOutput {
				continue // it does not run
			}
			ast.Inspect(x.Code, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if id, ok := s.X.(*ast.Ident); ok && imports[id.Name] != "" {
						used[imports[id.Name]+"."+s.Sel.Name] = true
					}
				}
				return true
			})
		}
	}
}

func (p *pkg) check(used map[string]bool) (problems []string) {
	d, err := doc.NewFromFiles(p.fset, p.files, p.importPath)
	if err != nil {
		return []string{err.Error()}
	}
	report := func(pos token.Pos, format string, args ...any) {
		at := p.fset.Position(pos)
		problems = append(problems, fmt.Sprintf("%s:%d: %s", at.Filename, at.Line, fmt.Sprintf(format, args...)))
	}
	commented := func(pos token.Pos, name, base, text string) {
		switch {
		case text == "":
			report(pos, "%s has no comment", name)
		case text != base && !strings.HasPrefix(text, base+" ") && !strings.HasPrefix(text, base+"\n") && !strings.HasPrefix(text, base+"'"):
			report(pos, "the comment of %s does not begin with %s", name, base)
		}
	}
	exampled := func(pos token.Pos, name string, examples []*doc.Example) {
		runs := slices.ContainsFunc(examples, func(x *doc.Example) bool { return x.Output != "" || x.EmptyOutput })
		if !runs && !used[p.importPath+"."+name] {
			report(pos, "%s is in no example with output", name)
		}
	}
	function := func(f *doc.Func) {
		commented(f.Decl.Pos(), f.Name, f.Name, f.Doc)
		exampled(f.Decl.Pos(), f.Name, f.Examples)
	}
	if !strings.HasPrefix(d.Doc, "Package "+d.Name+" ") {
		report(p.files[0].Package, "the comment of package %s does not begin with Package %s", d.Name, d.Name)
	}
	lines := len(d.Consts) + len(d.Vars) + len(d.Funcs) + len(d.Types)
	for _, f := range d.Funcs {
		function(f)
	}
	for _, t := range d.Types {
		lines += len(t.Consts) + len(t.Vars) + len(t.Funcs)
		commented(t.Decl.Pos(), t.Name, t.Name, t.Doc)
		exampled(t.Decl.Pos(), t.Name, slices.Concat(t.Examples, methodExamples(t)))
		for _, f := range t.Funcs {
			function(f)
		}
		for _, m := range t.Methods {
			commented(m.Decl.Pos(), t.Name+"."+m.Name, m.Name, m.Doc)
		}
	}
	if lines > MaxIndex {
		problems = append(problems, fmt.Sprintf("%s: the index has %d lines, and at most %d are allowed", p.importPath, lines, MaxIndex))
	}
	return problems
}

// methodExamples returns the examples of the methods of t, in which t is used.
func methodExamples(t *doc.Type) (all []*doc.Example) {
	for _, m := range t.Methods {
		all = append(all, m.Examples...)
	}
	return all
}
