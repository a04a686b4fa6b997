package apicheck_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/seed763dd41b/cloudevents/internal/apicheck"
)

// manyFunctions declares n functions that are documented and used in one example.
func manyFunctions(n int) fstest.MapFS {
	var source, calls strings.Builder
	source.WriteString("// Package p is many.\npackage p\n")
	for i := range n {
		fmt.Fprintf(&source, "\n// F%d is one.\nfunc F%d() {}\n", i, i)
		fmt.Fprintf(&calls, "p.F%d(); ", i)
	}
	return fstest.MapFS{
		"p/p.go":      {Data: []byte(source.String())},
		"p/p_test.go": {Data: []byte("package p_test\n\nimport \"m/p\"\n\nfunc Example() {\n" + calls.String() + "\n// Output:\n}\n")},
	}
}

func TestCheck(t *testing.T) {
	// p returns package p with declarations and with tests that import it.
	p := func(declarations, tests string) fstest.MapFS {
		return fstest.MapFS{
			"p/p.go":      {Data: []byte("// Package p is small.\npackage p\n\n" + declarations)},
			"p/p_test.go": {Data: []byte("package p_test\n\nimport q \"m/p\"\n\n" + tests + "\n\nvar _ q.X\n")},
		}
	}
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  []string
	}{
		"nothing exported":        {p("func f() {}", ""), nil},
		"function with example":   {p("// F does.\nfunc F() {}", "func ExampleF() {\n// Output:\n}"), nil},
		"function used in one":    {p("// F does.\nfunc F() {}", "func Example() { q.F()\n// Output:\n}"), nil},
		"example without output":  {p("// F does.\nfunc F() {}", "func ExampleF() {}"), []string{"p/p.go:5: F is in no example with output"}},
		"used without output":     {p("// F does.\nfunc F() {}", "func Example() { q.F() }"), []string{"p/p.go:5: F is in no example with output"}},
		"no comment":              {p("func F() {}", "func ExampleF() {\n// Output:\n}"), []string{"p/p.go:4: F has no comment"}},
		"comment of another name": {p("// Does F.\nfunc F() {}", "func ExampleF() {\n// Output:\n}"), []string{"p/p.go:5: the comment of F does not begin with F"}},
		"comment of a longer name": {p("// Fs do.\nfunc F() {}", "func ExampleF() {\n// Output:\n}"),
			[]string{"p/p.go:5: the comment of F does not begin with F"}},
		"type":                     {p("// T is.\ntype T int", ""), []string{"p/p.go:5: T is in no example with output"}},
		"type with method example": {p("// T is.\ntype T int\n\n// M does.\nfunc (T) M() {}", "func ExampleT_M() {\n// Output:\n}"), nil},
		"method without comment":   {p("// T is.\ntype T int\n\nfunc (T) M() {}", "func ExampleT() {\n// Output:\n}"), []string{"p/p.go:7: T.M has no comment"}},
		"method of a hidden type":  {p("type t int\n\nfunc (t) M() {}", ""), nil},
		"constants and variables":  {p("const C = 1\n\nvar V = 1", ""), nil},
		"constructor":              {p("// T is.\ntype T int\n\n// New makes.\nfunc New() T { return 0 }", "func ExampleT() {\n// Output:\n}"), []string{"p/p.go:8: New is in no example with output"}},
		"no package comment":       {fstest.MapFS{"p/p.go": {Data: []byte("package p")}}, []string{"p/p.go:1: the comment of package p does not begin with Package p"}},
		"index of fifty lines":     {manyFunctions(50), nil},
		"index of fifty-one lines": {manyFunctions(51), []string{"m/p: the index has 51 lines, and at most 50 are allowed"}},
		"command":                  {fstest.MapFS{"p/p.go": {Data: []byte("package main\n\nfunc F() {}")}}, nil},
		"internal":                 {fstest.MapFS{"a/internal/p/p.go": {Data: []byte("package p\n\nfunc F() {}")}}, nil},
		"testdata":                 {fstest.MapFS{"testdata/p.go": {Data: []byte("package p\n\nfunc F() {}")}}, nil},
		"nested module":            {fstest.MapFS{"n/go.mod": {}, "n/p/p.go": {Data: []byte("package p\n\nfunc F() {}")}}, nil},
		"example in another package": {fstest.MapFS{
			"p/p.go":         {Data: []byte("// Package p is.\npackage p\n\n// F does.\nfunc F() {}")},
			"r/r_test.go":    {Data: []byte("package r_test\n\nimport \"m/p\"\n\nfunc Example() { p.F()\n// Output:\n}")},
			"s/p/other_p.go": {Data: []byte("// Package p is other.\npackage p\n\n// F does.\nfunc F() {}")},
		}, []string{"s/p/other_p.go:5: F is in no example with output"}},
	} {
		problems, err := apicheck.Check(c.files, "m")
		if err != nil || !slices.Equal(problems, c.want) {
			t.Errorf("%s: %q, %v; want %q", name, problems, err, c.want)
		}
	}
	if _, err := apicheck.Check(fstest.MapFS{"p.go": {Data: []byte("package")}}, "m"); err == nil {
		t.Error("no error about a file that is not Go")
	}
}
