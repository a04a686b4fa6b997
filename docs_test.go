package cloudevents_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// snippetPrelude declares what the documents leave to the reader.
const snippetPrelude = `package snippet

import (
	"context"
	"crypto"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/http/webhook"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

type Order struct{ Number int }

func save(context.Context, Order) error { return nil }

var (
	ctx, within   context.Context
	w             http.ResponseWriter
	r             *http.Request
	url, token    string
	order         Order
	value         []byte
	first, second cloudevents.Event
	receiver      http.Handler
	secret        webhook.Secret
	event         cloudevents.Event
	private       crypto.Signer
	public        crypto.PublicKey
	signer        ceverify.Signer
)
`

// snippetImports are the packages that fragments may use without importing them, beside those
// that the README shows.
const snippetImports = `"context"; "encoding/json"; "errors"; "fmt"; "log"; "log/slog"; "net/http"; "os"; "os/signal"; "strings"; "sync"; "syscall"; "time"`

// snippet is a block of Go in a document.
type snippet struct {
	file    string
	line    int // of its first line
	heading string
	source  string
}

func (s *snippet) String() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

// The Go in README.md and docs/ compiles: programs as they stand, and fragments inside
// a function, with the imports that docs/index.md shows.
func TestSnippets(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []snippet
	for _, file := range append([]string{"README.md"}, files...) {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, snippetsOf(file, string(content))...)
	}
	imports := ""
	for _, s := range all {
		if strings.HasPrefix(s.source, "import ") && imports == "" {
			imports = s.source
		}
	}
	if imports == "" {
		t.Fatal("docs/index.md shows no imports")
	}
	c := newSnippetChecker(t, command, imports)
	checked := 0
	for i, s := range all {
		switch {
		case strings.HasPrefix(s.source, "package "):
			buildProgram(t, command, s)
		case strings.HasPrefix(s.source, "import "):
			for _, problem := range c.check(s, "package snippet\n", "\n") {
				t.Error(problem)
			}
		default:
			for _, problem := range c.fragment(s, all[:i]) {
				t.Error(problem)
			}
		}
		checked++
	}
	if checked < 8 {
		t.Errorf("only %d blocks of Go were found", checked)
	}
}

// The checker finds what does not compile, and says where.
func TestSnippetsFindsMistakes(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	c := newSnippetChecker(t, command, `import "github.com/seed763dd41b/cloudevents"`)
	if problems := c.fragment(snippet{"docs/f.md", 10, "A", "use(value)"}, nil); len(problems) != 1 || problems[0] != "docs/f.md:10: undefined: use" {
		t.Errorf("in a directory: %q", problems)
	}
	for name, want := range map[string]struct{ source, problem string }{
		"statements":              {"event := cloudevents.Event{}\nuse(event)", "f.md:11: undefined: use"},
		"unused variable":         {"event := cloudevents.Event{}", ""},
		"unknown name":            {"\ncloudevents.Evnt{}", "f.md:11: undefined: cloudevents.Evnt"},
		"package not imported":    {"cehttp.IsCloudEvent(nil)", "f.md:10: undefined: cehttp"},
		"function without an end": {"func handle(w http.ResponseWriter) {\n\tif w == nil {\n\t\treturn", ""},
		"wrong argument":          {"func handle() {\n\tsave(1)\n}", "f.md:11: not enough arguments in call to save"},
		"no Go":                   {"event :=", "f.md:1"},
		"bare return":             {"if order.Number == 0 {\n\treturn\n}", ""},
		"return of an error":      {"if order.Number == 0 {\n\treturn save(ctx, order)\n}", ""},
		"variable of the section": {"earlier.ID = \"1\"", ""},
	} {
		earlier := []snippet{{"f.md", 1, "A", "var earlier cloudevents.Event"}}
		problems := c.fragment(snippet{"f.md", 10, "A", want.source}, earlier)
		if got := strings.Join(problems, "\n"); (got == "") != (want.problem == "") || !strings.Contains(got, want.problem) {
			t.Errorf("%s: %q, want %q", name, got, want.problem)
		}
	}
	if problems := c.fragment(snippet{"f.md", 10, "B", "earlier.ID = \"1\""}, []snippet{{"f.md", 1, "A", "var earlier cloudevents.Event"}}); len(problems) == 0 {
		t.Error("a variable of another section is found")
	}
}

// snippetsOf returns the blocks of Go in a document.
func snippetsOf(file, content string) (all []snippet) {
	heading := ""
	var block *snippet
	for i, line := range strings.Split(content, "\n") {
		switch {
		case block != nil && strings.HasPrefix(line, "```"):
			all = append(all, *block)
			block = nil
		case block != nil:
			block.source += line + "\n"
		case line == "```go":
			block = &snippet{file: file, line: i + 2, heading: heading}
		case strings.HasPrefix(line, "#"):
			heading = line
		}
	}
	return all
}

// snippetChecker checks the types of Go source.
type snippetChecker struct {
	fset     *token.FileSet
	importer types.Importer
	imports  string // of every fragment
	prelude  *ast.File
}

func newSnippetChecker(t *testing.T, command, imports string) *snippetChecker {
	t.Helper()
	c := &snippetChecker{fset: token.NewFileSet(), imports: imports + "\nimport (" + snippetImports + ")\n"}
	list := exec.Command(command, "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}", "./...")
	list.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		name, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		exports[name] = file
	}
	c.importer = importer.ForCompiler(c.fset, "gc", func(name string) (io.ReadCloser, error) {
		if exports[name] == "" {
			return nil, fmt.Errorf("there is no package %s", name)
		}
		return os.Open(exports[name])
	})
	if c.prelude, err = parser.ParseFile(c.fset, "snippetPrelude in docs_test.go", snippetPrelude, 0); err != nil {
		t.Fatal(err)
	}
	return c
}

// fragment returns what is wrong with a fragment in the surroundings that fit it best:
// at the level of the package or in a function, alone or behind the fragments of its
// section.
func (c *snippetChecker) fragment(s snippet, before []snippet) (problems []string) {
	head := "package snippet\n" + c.imports
	missing := strings.Repeat("}", openBraces(s.source))
	if isDeclaration(s.source) {
		return c.check(s, head, missing+"\n")
	}
	section := "" // the statements before it
	end := ""
	for _, b := range before {
		if b.file == s.file && b.heading == s.heading && !isDeclaration(b.source) && !strings.HasPrefix(b.source, "import ") && !strings.HasPrefix(b.source, "package ") {
			section += "{\n" + b.source + "\n"
			end += strings.Repeat("}", openBraces(b.source)) + "}"
		}
	}
	for i, around := range []string{"", section} {
		for _, result := range []string{"error", "", "(*cloudevents.Event, error)"} {
			last := map[string]string{"error": "return nil", "": "", "(*cloudevents.Event, error)": "return nil, nil"}[result]
			tail := missing
			if around != "" {
				tail += end
			}
			found := c.check(s, head+"func _() "+result+" {\n"+around, tail+"\n"+last+"\n}\n")
			if len(found) == 0 {
				return nil
			}
			if i == 0 && result == "error" || len(found) < len(problems) {
				problems = found
			}
		}
	}
	return problems
}

// check returns what is wrong with the lines of s between head and tail. It passes over
// unused variables and imports.
func (c *snippetChecker) check(s snippet, head, tail string) (problems []string) {
	source := head + "\n//line " + s.String() + "\n" + s.source + "\n" + tail
	// A //line is relative to the directory of the name, which must have none.
	f, err := parser.ParseFile(c.fset, "around "+strings.ReplaceAll(s.String(), "/", " "), source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Count(s.source, "\n") + 1
	config := types.Config{
		Importer: c.importer,
		Error: func(err error) {
			e, ok := err.(types.Error)
			if !ok || e.Soft {
				return
			}
			at := c.fset.Position(e.Pos)
			if at.Filename == s.file && at.Line >= s.line && at.Line < s.line+lines || at.Filename != s.file && !strings.HasPrefix(at.Filename, "around ") {
				problems = append(problems, fmt.Sprintf("%s:%d: %s", at.Filename, at.Line, e.Msg))
			}
		},
	}
	_, _ = config.Check("snippet", c.fset, []*ast.File{f, c.prelude}, nil)
	return problems
}

// isDeclaration reports whether a fragment is at the level of a package.
func isDeclaration(source string) bool {
	return slices.ContainsFunc([]string{"func ", "type "}, func(word string) bool { return strings.HasPrefix(source, word) })
}

// openBraces returns how many braces a fragment does not close.
func openBraces(source string) (n int) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", -1, len(source)), []byte(source), nil, 0)
	for {
		switch _, tok, _ := s.Scan(); tok {
		case token.EOF:
			return max(n, 0)
		case token.LBRACE:
			n++
		case token.RBRACE:
			n--
		}
	}
}

// buildProgram builds a program as it stands, as if it were in a directory of this
// module.
func buildProgram(t *testing.T, command string, s snippet) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "main.go")
	if err := os.WriteFile(program, []byte("//line "+s.String()+"\n"+s.source), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	place := "program_of_line_" + strconv.Itoa(s.line)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, place, "main.go"): program}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command(command, "build", "-o", filepath.Join(dir, "program"), "-overlay", list, "./"+place)
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", &s, err, out)
	}
}

// A program in a document is built, and an error names its line.
func TestSnippetsBuildsPrograms(t *testing.T) {
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	buildProgram(t, command, snippet{"f.md", 10, "A", "package main\n\nimport (\n\t\"fmt\"\n\n\t\"github.com/seed763dd41b/cloudevents\"\n)\n\nfunc main() {\n\tfmt.Println(cloudevents.New(\"/s\", \"t\"))\n}\n"})
}
