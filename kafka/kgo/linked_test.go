package cekgo_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program that imports this package is linked with the modules of the client and with ours, and
// with nothing else.
func TestLinked(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(out)))))
	client, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "github.com/twmb/franz-go/pkg/kgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := append(strings.Fields(string(client)), "github.com/seed763dd41b/cloudevents", "github.com/seed763dd41b/cloudevents/kafka/kgo")
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(modules, want) {
		t.Errorf("linked: %q, want %q", modules, want)
	}
	for _, m := range modules {
		if strings.Contains(m, "kfake") {
			t.Error("the broker of the tests is linked")
		}
	}
}
