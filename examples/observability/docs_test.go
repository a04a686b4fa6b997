package observability_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The Go in docs/observability.md that needs this module is in its programs, word for word.
func TestDocument(t *testing.T) {
	document, err := os.ReadFile("../../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := ""
	files, err := filepath.Glob("*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		programs += string(b)
	}
	blocks := strings.Split(string(document), "```golang\n")[1:]
	if len(blocks) < 2 {
		t.Errorf("%d blocks", len(blocks))
	}
	for _, b := range blocks {
		code, _, ok := strings.Cut(b, "```")
		if !ok || !strings.Contains(programs, code) {
			t.Errorf("no program has\n%s", code)
		}
	}
	printed, err := os.ReadFile("trace/main_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := strings.Cut(string(document), "prints:\n\n```\n")
	out, _, ok := strings.Cut(out, "```")
	if !ok || !strings.Contains(string(printed), out) {
		t.Errorf("the example does not print\n%s", out)
	}
}
