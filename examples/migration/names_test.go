package migration_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The names in the tables of docs/from-sdk-go.md exist, on both sides.
func TestNames(t *testing.T) {
	const sdk, module = "github.com/cloudevents/sdk-go/v2", "github.com/seed763dd41b/cloudevents"
	old := map[string]string{
		"cloudevents": sdk, "event": sdk + "/event", "types": sdk + "/types", "extensions": sdk + "/extensions", "context": sdk + "/context",
		"client": sdk + "/client", "binding": sdk + "/binding", "http": sdk + "/protocol/http", "format": sdk + "/binding/format",
	}
	names := map[string]string{
		"cloudevents": module, "cehttp": module + "/http", "dispatch": module + "/dispatch", "spec": module + "/spec",
		"validation": module + "/validation", "webhook": module + "/http/webhook", "format": module + "/format",
		"cekafka": module + "/kafka", "ceamqp": module + "/amqp", "cemqtt": module + "/mqtt", "http": "net/http", "errors": "errors", "json": "encoding/json",
	}
	page, err := os.ReadFile("../../docs/from-sdk-go.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`]*)`")
	isName := regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*(?:\.[A-Z]\w*)?)$`)
	declared := map[string]map[string]bool{} // by import path
	checked := 0
	for _, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for i, packages := range []map[string]string{old, names} {
			for _, m := range code.FindAllStringSubmatch(cells[i+1], -1) {
				name := isName.FindStringSubmatch(m[1])
				if name == nil {
					continue
				}
				path, ok := packages[name[1]]
				if !ok {
					t.Errorf("%s: which package is %s?", line, m[1])
					continue
				}
				if declared[path] == nil {
					declared[path] = declarations(t, path)
				}
				if !declared[path][name[2]] {
					t.Errorf("there is no %s in %s", name[2], path)
				}
				checked++
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d names were found", checked)
	}
}

// The page has each alias of sdk-go's package cloudevents, each function of the packages that
// programs use beside it, and each method of an event. An alias stands for what it names.
func TestNamesAreComplete(t *testing.T) {
	const sdk = "github.com/cloudevents/sdk-go/v2"
	page, err := os.ReadFile("../../docs/from-sdk-go.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for path, what := range map[string]string{
		sdk: `(?m)^(?:func |\t)([A-Z]\w*)`, sdk + "/event": `(?m)^func \(\w+ \*?Event\) ([A-Z]\w*)`, sdk + "/client": `(?m)^func ([A-Z]\w*)`,
		sdk + "/protocol/http": `(?m)^func ([A-Z]\w*)`, sdk + "/context": `(?m)^func ([A-Z]\w*)`, sdk + "/types": `(?m)^func ([A-Z]\w*)`,
		sdk + "/extensions": `(?m)^func ([A-Z]\w*)`,
	} {
		for _, source := range sources(t, path) {
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(what).FindAllSubmatch(text, -1) {
				checked++
				if !regexp.MustCompile("`[a-z]+\\.(?:Event\\.)?\\w*" + string(m[1]) + "`").Match(page) {
					t.Errorf("%s has %s, and the page has not", path, m[1])
				}
			}
		}
	}
	if checked < 180 {
		t.Errorf("only %d names were found", checked)
	}
}

// sources returns the files of a package, without its tests.
func sources(t *testing.T, path string) (names []string) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names
}

// declarations returns the exported names of a package, and Type.Name for methods and fields.
func declarations(t *testing.T, path string) map[string]bool {
	all := map[string]bool{}
	for _, name := range sources(t, path) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					all[d.Name.Name] = true
				} else if of := receiver(d.Recv.List[0].Type); of != "" {
					all[of+"."+d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.ValueSpec:
						for _, n := range s.Names {
							all[n.Name] = true
						}
					case *ast.TypeSpec:
						all[s.Name.Name] = true
						for _, member := range members(s.Type) {
							all[s.Name.Name+"."+member] = true
						}
					}
				}
			}
		}
	}
	return all
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// members returns the names of the fields of a struct, or of the methods of an interface and
// of those that it embeds from its own package or another.
func members(e ast.Expr) (all []string) {
	var list *ast.FieldList
	switch e := e.(type) {
	case *ast.StructType:
		list = e.Fields
	case *ast.InterfaceType:
		list = e.Methods
	default:
		return nil
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			all = append(all, n.Name)
		}
		if len(f.Names) == 0 {
			switch e := f.Type.(type) {
			case *ast.Ident:
				all = append(all, e.Name)
			case *ast.SelectorExpr:
				all = append(all, e.Sel.Name)
			}
		}
	}
	return all
}
