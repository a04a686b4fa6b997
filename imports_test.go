package cloudevents_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/seed763dd41b/cloudevents"

// bindings are the packages that map events to the messages of a protocol. Those that
// do not exist yet have their rule already.
var bindings = []string{"http", "kafka", "amqp", "mqtt", "nats", "websocket"}

// arrow says which packages of this module a package may import.
type arrow struct {
	dir string   // a directory, or "dir/..." for it and everything below it
	may []string // patterns like dir; "..." is the whole module
	why string
}

// belowFormats are the packages that all formats stand on.
var belowFormats = []string{".", "spec", "validation", "internal/..."}

// arrows are the imports that are allowed. The first row for a directory counts.
var arrows = []arrow{
	{"internal/attributes", belowFormats, "it counts those of an event"},
	{"internal/dataerror", belowFormats, "the error is about the data of an event"},
	{"internal/eventlog", belowFormats, "a log record is about an event"},
	{"internal/percent", []string{"spec", "validation", "internal/..."}, "an illegal escape violates a rule"},
	{"internal/extension", []string{"spec", "validation"}, "a declaration has a name and a type of the specification"},
	{"internal/leaktest", append([]string{"dispatch"}, belowFormats...), "what a test of consumers checks"},
	{"internal/message", aboveFormats, "the content modes of bindings stand on the formats"},
	{"internal/violations", []string{"spec", "validation", "internal/..."}, "a violation is an error of validation"},
	{"internal/...", []string{"internal/..."}, "an internal package knows only others"},

	{"spec", nil, "spec is data"},
	{"validation", []string{"spec", "internal/..."}, "validation stands on spec"},
	{".", []string{"spec", "validation", "internal/..."}, "the root stands on validation"},
	{"format", belowFormats, "format stands on the root"},
	{"format/all", append([]string{"format/..."}, belowFormats...), "all stands on the formats alone"},
	{"format/internal/formattest", []string{"..."}, ""}, // helpers of tests
	{"format/internal/...", belowFormats, "what formats share knows none of them"},
	{"format/...", append([]string{"format", "format/internal/..."}, belowFormats...), "a format knows no other format"},
	{"cesql/...", belowFormats, "an expression is about an event"},
	{"adapter/...", belowFormats, "an adapter makes events"},
	{"verify", append([]string{"dispatch"}, belowFormats...), "a signature is about an event, and a middleware verifies it"},

	{"dispatch", belowFormats, "dispatch knows neither a format nor a protocol"},
	{"http/internal/cehttptest", []string{"..."}, ""}, // helpers of tests
	{"http/internal/...", append([]string{"format", "dispatch"}, belowFormats...), "the helpers of http stand below it"},
	{"http", append([]string{"format", "dispatch", "http/internal/..."}, belowFormats...), "http knows neither webhooks nor the page"},
	{"http/webhook", aboveHTTP, "webhook stands on http"},
	{"http/eventdoc", aboveHTTP, "eventdoc stands on http"},
	{"http/dapr", nil, "dapr reads answers only"},
	{"cetest", aboveHTTP, "what tests need stands on http, and works with the messages of any binding"},
	{"kafka", aboveFormats, bindingWhy},
	{"amqp", aboveFormats, bindingWhy},
	{"mqtt/internal/...", []string{"internal/..."}, "what the consumers for MQTT share knows no client and no event"},
	{"mqtt", aboveFormats, bindingWhy},
	{"nats", aboveFormats, bindingWhy},
	{"websocket", aboveFormats, bindingWhy},

	{"testdata", nil, "testdata is files"},
	{"conformance", append([]string{"format"}, belowFormats...), "the suite knows no binding"},
	{"conformance/library", []string{"..."}, ""},
	{"cmd/...", []string{"..."}, ""},
	{"examples/...", []string{"..."}, ""},
}

var (
	aboveFormats = append([]string{"format"}, belowFormats...)
	aboveHTTP    = append([]string{"format", "dispatch", "http", "http/internal/..."}, belowFormats...)
)

const bindingWhy = "a binding knows neither dispatch nor another binding"

// everything is the package that imports every format and binding. Except commands and
// examples it is the only one.
const everything = "conformance/library"

// Every import follows an arrow of this module, or is of the standard library.
func TestImports(t *testing.T) {
	imports, err := importsOf(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range wrongImports(imports) {
		t.Error(problem)
	}
	for _, dir := range []string{".", "spec", "validation", "format", "http", "conformance", "conformance/library", "cmd/ce"} {
		if _, ok := imports[dir]; !ok {
			t.Errorf("%s is not found", dir)
		}
	}
}

// A wrong import is found, in packages of today and of tomorrow.
func TestImportsFindsWrongOnes(t *testing.T) {
	for name, c := range map[string]struct {
		dir, imports string
		wrong        bool
	}{
		"validation imports spec":              {"validation", "M/spec", false},
		"spec imports validation":              {"spec", "M/validation", true},
		"the root imports a format":            {".", "M/format", true},
		"a format imports another":             {"format/xml", "M/format/cbor", true},
		"all imports a format":                 {"format/all", "M/format/cbor", false},
		"all imports http":                     {"format/all", "M/http", true},
		"a format imports all":                 {"format/xml", "M/format/all", true},
		"http imports all":                     {"http", "M/format/all", true},
		"dispatch imports format":              {"dispatch", "M/format", true},
		"http imports webhook":                 {"http", "M/http/webhook", true},
		"webhook imports eventdoc":             {"http/webhook", "M/http/eventdoc", true},
		"webhook imports http":                 {"http/webhook", "M/http", false},
		"http imports cetest":                  {"http", "M/cetest", true},
		"cetest imports http":                  {"cetest", "M/http", false},
		"cetest imports a binding":             {"cetest", "M/kafka", true},
		"kafka imports format":                 {"kafka", "M/format", false},
		"kafka imports dispatch":               {"kafka", "M/dispatch", true},
		"nats imports http":                    {"nats", "M/http", true},
		"conformance imports http":             {"conformance", "M/http", true},
		"conformance imports net/http":         {"conformance", "net/http", false},
		"ce imports everything":                {"cmd/ce/internal/send", "M/conformance/library", false},
		"http imports ce":                      {"http", "M/cmd/ce/internal/cli", true},
		"internal imports the root":            {"internal/ascii", "M", true},
		"internal imports internal":            {"internal/mediatype", "M/internal/ascii", false},
		"a new package is not in the list":     {"surprise", "fmt", true},
		"a foreign module":                     {"http", "example.com/x", true},
		"a foreign module in the internals":    {"internal/ascii", "golang.org/x/text", true},
		"the standard library":                 {"spec", "strings", false},
		"another package imports two bindings": {"http/webhook", "M/kafka", true},
	} {
		source := "package p\n\nimport _ \"" + strings.ReplaceAll(c.imports, "M", module) + "\"\n"
		imports, err := importsOf(fstest.MapFS{path.Join(c.dir, "p.go"): {Data: []byte(source)}})
		if err != nil {
			t.Fatal(err)
		}
		if problems := wrongImports(imports); (len(problems) > 0) != c.wrong {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

// The list of all formats has each package below format.
func TestAllImportsEveryFormat(t *testing.T) {
	imports, err := importsOf(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for dir := range imports {
		if path.Dir(dir) == "format" && dir != "format/all" && !slices.Contains(imports["format/all"], module+"/"+dir) {
			t.Errorf("format/all does not import %s", dir)
		}
	}
}

// A program with handlers and no server links neither net/http nor a format.
func TestDispatchKnowsNoProtocol(t *testing.T) {
	imports, err := importsOf(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fromDispatch(imports) {
		t.Errorf("dispatch depends on %s", name)
	}
	imports["dispatch"] = []string{module + "/internal/x"}
	for _, name := range []string{"net/http", "net/http/httptest", "expvar", module + "/format", module + "/http"} {
		imports["internal/x"] = []string{name}
		if len(fromDispatch(imports)) == 0 {
			t.Errorf("%s is not found among the dependencies of dispatch", name)
		}
	}
}

// fromDispatch returns the packages that dispatch must not depend on, and does. Of the
// standard library, only expvar and net/rpc import net/http.
func fromDispatch(imports map[string][]string) (wrong []string) {
	for _, name := range transitive(imports, "dispatch") {
		own, _ := ownDirectory(name)
		if slices.ContainsFunc([]string{"net/http/...", "net/rpc/...", "expvar"}, func(p string) bool { return matches(name, p) }) ||
			slices.ContainsFunc([]string{"http/...", "format/..."}, func(p string) bool { return matches(own, p) }) {
			wrong = append(wrong, name)
		}
	}
	return wrong
}

// The one package that stands for the whole module imports every binding and format.
func TestLibraryImportsEveryBinding(t *testing.T) {
	imports, err := importsOf(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for dir := range imports {
		if slices.Contains(bindings, dir) || dir == "format" || path.Dir(dir) == "format" && dir != "format/all" {
			if !slices.Contains(imports[everything], module+"/"+dir) {
				t.Errorf("%s does not import %s", everything, dir)
			}
		}
	}
}

// importsOf returns the imports of each directory of the module, without those of tests.
// It leaves nested modules out.
func importsOf(fsys fs.FS) (map[string][]string, error) {
	all := map[string][]string{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if d.IsDir() {
			if name == "." {
				return nil
			}
			if _, err := fs.Stat(fsys, path.Join(name, "go.mod")); err == nil || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(base) != ".go" || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if all[dir] == nil {
			all[dir] = []string{}
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if !slices.Contains(all[dir], imported) {
				all[dir] = append(all[dir], imported)
			}
		}
		return nil
	})
	return all, err
}

// wrongImports returns the imports that no arrow allows.
func wrongImports(imports map[string][]string) (problems []string) {
	for _, dir := range slices.Sorted(maps.Keys(imports)) {
		i := slices.IndexFunc(arrows, func(a arrow) bool { return matches(dir, a.dir) })
		if i < 0 {
			problems = append(problems, fmt.Sprintf("%s is in no row of arrows: say what it may import", dir))
			continue
		}
		a := arrows[i]
		for _, imported := range imports[dir] {
			first, _, _ := strings.Cut(imported, "/")
			own, isOwn := ownDirectory(imported)
			switch {
			case isOwn && !slices.ContainsFunc(a.may, func(pattern string) bool { return matches(own, pattern) }):
				problems = append(problems, fmt.Sprintf("%s imports %s: %s", dir, own, a.why))
			case !isOwn && strings.Contains(first, "."):
				problems = append(problems, fmt.Sprintf("%s imports %s: the module needs nothing but the standard library", dir, imported))
			}
		}
	}
	return problems
}

// ownDirectory returns the directory of a package of this module.
func ownDirectory(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// matches reports whether a directory matches a pattern of arrows.
func matches(dir, pattern string) bool {
	if pattern == "..." {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == below || strings.HasPrefix(dir, below+"/")
	}
	return dir == pattern
}

// transitive returns the import paths that a directory depends on, following the
// packages of this module.
func transitive(imports map[string][]string, dir string) (all []string) {
	var walk func(dir string)
	walk = func(dir string) {
		for _, imported := range imports[dir] {
			if slices.Contains(all, imported) {
				continue
			}
			all = append(all, imported)
			if own, ok := ownDirectory(imported); ok {
				walk(own)
			}
		}
	}
	walk(dir)
	return all
}
