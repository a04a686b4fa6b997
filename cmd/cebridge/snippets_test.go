package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// snippetBegin declares what docs/brokers.md leaves to the reader.
const snippetBegin = `package snippet

import (
	"context"
	"log"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cekgo "github.com/seed763dd41b/cloudevents/kafka/kgo"
)

type order struct{}

func placed(context.Context, *cloudevents.Event, order) error   { return nil }
func paid(context.Context, *cloudevents.Event, order) error     { return nil }
func canceled(context.Context, *cloudevents.Event, order) error { return nil }

var (
	record, letter *kgo.Record
	client         *kgo.Client
	place          string
)

func use(...any) {
	use(log.Println, dispatch.Mux{}, cekafka.Message{}, cekgo.Consumer{}, record, letter, client, place, placed, paid, canceled)
}
`

// The Go in docs/brokers.md that needs a client module compiles.
func TestSnippetsOfBrokers(t *testing.T) {
	page, err := os.ReadFile(filepath.FromSlash("../../docs/brokers.md"))
	if err != nil {
		t.Fatal(err)
	}
	source, found := snippetBegin, 0
	for i, part := range strings.Split(string(page), "```") {
		text, ok := strings.CutPrefix(part, "golang\n")
		if !ok || i%2 == 0 {
			continue
		}
		found++
		if strings.HasPrefix(text, "func ") {
			source += "\n" + text
			continue
		}
		source += fmt.Sprintf("\nfunc snippet%d(ctx context.Context) error {\n%s\nreturn nil\n}\n", found, text)
	}
	if found < 4 {
		t.Errorf("only %d snippets were found", found)
	}
	// A package of this module that is on no disk.
	dir := t.TempDir()
	file, overlay := filepath.Join(dir, "snippet.go"), filepath.Join(dir, "overlay.json")
	here, err := filepath.Abs("snippet")
	if err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "snippet.go"): file}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{file: source, overlay: string(replace)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("go", "build", "-gcflags=-e", "-overlay", overlay, "./snippet").CombinedOutput()
	if err == nil {
		return
	}
	lines := strings.Split(string(out), "\n")
	wrong := 0
	for _, line := range lines {
		switch {
		case line == "", strings.HasPrefix(line, "#"), strings.Contains(line, "declared and not used"):
		default:
			wrong++
			t.Error(line)
		}
	}
	if wrong == 0 && len(lines) < 2 {
		t.Errorf("%v\n%s", err, out)
	}
}
