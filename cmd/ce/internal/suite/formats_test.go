package suite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// Messages in every format that a listener has recorded are cases for this module.
func TestConformanceCasesInFormats(t *testing.T) {
	const event = "id String \"1\"\nsource URI-reference \"/s\"\nspecversion String \"1.0\"\ntype String \"t\"\n"
	const xml = `<event xmlns=\"http://cloudevents.io/xmlformat/V1\" specversion=\"1.0\"><id>1</id><source>/s</source><type>t</type></event>`
	dir := t.TempDir()
	for name, m := range map[string]string{
		"cloudevents+protobuf":       `\n\x011\x12\x02/s\x1a\x031.0\"\x01t`,
		"cloudevents+xml":            xml,
		"cloudevents+cbor":           `\xa4bida1dtypeatfsourceb/skspecversionc1.0`,
		"cloudevents+avro":           `\b\x16specversion\x06\x061.0\x04id\x06\x021\fsource\x06\x04/s\btype\x06\x02t\x00\x02`,
		"cloudevents+avro-compact":   `\x021\x04/s\x02t\x00\x00\x00\x00\x00\x02`,
		"cloudevents-batch+protobuf": `\n\x0f\n\x011\x12\x02/s\x1a\x031.0\"\x01t`,
		"cloudevents-batch+xml":      `<batch xmlns=\"http://cloudevents.io/xmlformat/V1\">` + xml + `</batch>`,
	} {
		text := "-- request quoted --\n\"POST / HTTP/1.1\\ncontent-type: application/" + name + "\\n\\n" + m + "\"\n-- event --\n" + event
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, "+", "-")+".txtar"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status, out, errs := ceConformance(t, "--cases", dir)
	if status != cli.ExitOK || !strings.Contains(out, "7/7") {
		t.Errorf("status %d, %s\n%s", status, errs, out)
	}
}
