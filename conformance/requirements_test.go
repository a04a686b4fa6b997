package conformance_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// TestRequirements checks that the maps in testdata/requirements are complete. Each key
// word has a line, every case that is named exists, and every case is named.
func TestRequirements(t *testing.T) {
	// The number of sections with key words in each document, so that a map cannot lose
	// one unseen.
	sections := map[string]int{
		"spec.md":                   20,
		"json-format.md":            6,
		"http-protocol-binding.md":  11,
		"kafka-protocol-binding.md": 8,
		"protobuf-format.md":        3,
		"avro-format.md":            5,
		"avro-compact-format.md":    3,
		"xml-format.md":             8,
		"cbor-format.md":            5,
		"nats-protocol-binding.md":  7,
		"mqtt-protocol-binding.md":  10,
		"amqp-protocol-binding.md":  5,

		"websockets-protocol-binding.md": 3,

		"v0.3-spec.md":                   17,
		"v0.3-json-format.md":            7,
		"v0.3-http-transport-binding.md": 11,
		"v0.3-nats-transport-binding.md": 3,
		"v0.3-mqtt-transport-binding.md": 9,
		"v0.3-amqp-transport-binding.md": 3,
		"v0.3-amqp-format.md":            1,
	}
	testdata := os.DirFS("../testdata")
	cases, err := conformance.Load(testdata)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{} // by a line of some map
	for _, c := range cases {
		named[mapName(c)] = false
	}
	files, err := fs.Glob(testdata, "requirements/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := fs.ReadFile(testdata, file)
		if err != nil {
			t.Fatal(err)
		}
		m := requirements{named: named}
		for i, line := range strings.Split(string(content), "\n") {
			if err := m.line(line); err != nil {
				t.Errorf("%s:%d: %v", file, i+1, err)
			}
		}
		if err := m.endSection(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		document := strings.TrimSuffix(path.Base(file), ".txt")
		if !strings.HasPrefix(document, "choices") {
			if m.sections != sections[document] || m.sections == 0 {
				t.Errorf("%s has %d sections, want %d", file, m.sections, sections[document])
			}
			delete(sections, document)
		}
	}
	for document := range sections {
		t.Errorf("no map of %s", document)
	}
	for name, ok := range named {
		if !ok {
			t.Errorf("%s proves nothing: no map names it", name)
		}
	}
}

// mapName returns the name of a case in the maps, which name tables as a whole.
func mapName(c conformance.Case) string {
	if c.Text != nil {
		return path.Dir(c.Name)
	}
	return c.Name
}

// requirements reads a map line by line.
type requirements struct {
	named    map[string]bool
	sections int
	heading  string
	open     map[string]int // key words of the section that have no line yet
}

func (m *requirements) line(line string) error {
	if heading, ok := strings.CutPrefix(line, "## "); ok {
		err := m.endSection()
		m.sections++
		m.heading = heading
		var anchor string
		var must, should int
		if _, scanErr := fmt.Sscanf(heading, "%s MUST=%d SHOULD=%d", &anchor, &must, &should); scanErr != nil {
			return scanErr
		}
		m.open = map[string]int{"MUST": must, "SHOULD": should}
		return err
	}
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	fields := strings.Split(line, " | ")
	if m.open != nil {
		m.open[fields[0]]--
		fields = fields[1:]
	}
	if len(fields) != 2 || strings.TrimSpace(fields[0]) == "" {
		return fmt.Errorf("not a line of a map: %q", line)
	}
	if why, ok := strings.CutPrefix(fields[1], "- "); ok {
		if len(why) < 10 {
			return fmt.Errorf("no reason why it is not checked: %q", line)
		}
		return nil
	}
	names := strings.Fields(fields[1])
	if len(names) == 0 {
		return fmt.Errorf("no case: %q", line)
	}
	for _, name := range names {
		if _, ok := m.named[name]; !ok {
			return fmt.Errorf("no case %s", name)
		}
		m.named[name] = true
	}
	return nil
}

func (m *requirements) endSection() error {
	for word, n := range m.open {
		if n != 0 {
			return fmt.Errorf("section %s: %d too few lines for %s", m.heading, n, word)
		}
	}
	return nil
}
