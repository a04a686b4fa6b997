package convert_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/convert"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
)

// differing are events that a format may only carry in different ways, for one line each.
var differing = []string{
	`{"specversion":"1.0","id":"A-1","source":"/orders","type":"t","datacontenttype":"application/json","time":"2026-01-02T15:04:05.000001Z","flag":true,"n":5,"data":{"n":1.50}}`,
	`{"specversion":"1.0","id":"A-2","source":"/orders","type":"t","datacontenttype":"text/plain","subject":"100 % \"€\"","key":"v","data":"a\r\nb"}`,
	`{"specversion":"1.0","id":"A-3","source":"/orders","type":"t","datacontenttype":"application/octet-stream","data_base64":"AP8K"}`,
	`{"specversion":"1.0","id":"A-4","source":"/orders","type":"t"}`,
	`{"specversion":"1.0","id":"A-5","source":"/orders","type":"t","datacontenttype":"text/plain","data":""}`,
}

// An event in each format is a file that every other format is made of, and that is told by
// its name or by --from.
func TestConvertDocuments(t *testing.T) {
	endings := map[string]string{"protobuf": "pb", "xml": "xml", "avro": "avro", "avro-compact": "bin", "cbor": "cbor", "json": "json"}
	for _, event := range differing {
		for _, from := range all.Formats() {
			first, errs, status := cetest.Run(t, convert.Command(), event, "--to", stream.FormatName(from))
			if status != cli.ExitOK {
				t.Fatalf("--to %s: status %d, %s", stream.FormatName(from), status, errs)
			}
			file := filepath.Join(t.TempDir(), "event."+endings[stream.FormatName(from)])
			if err := os.WriteFile(file, []byte(first), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, to := range all.Formats() {
				args := []string{"--to", stream.FormatName(to), file}
				if strings.HasSuffix(file, ".bin") {
					args = append(args, "--from", from.MediaType())
				}
				second, errs, status := cetest.Run(t, convert.Command(), "", args...)
				if status != cli.ExitOK {
					t.Errorf("%q: status %d, %s", args, status, errs)
					continue
				}
				back, errs, status := cetest.Run(t, convert.Command(), second, "--from", stream.FormatName(to))
				if status != cli.ExitOK || back != event+"\n" {
					t.Errorf("%q: status %d, %s\n%s\nwant\n%s", args, status, errs, back, event)
				}
			}
		}
	}
}

// HTTP messages in each format lead back to the events.
func TestConvertHTTPFormats(t *testing.T) {
	lines := strings.Join(differing, "\n") + "\n"
	for _, f := range all.Formats() {
		for _, mode := range []string{"structured", "batch"} {
			args := []string{"--to", "http", "--mode", mode, "--format", stream.FormatName(f)}
			there, errs, status := cetest.Run(t, convert.Command(), lines, args...)
			if _, ok := f.(format.Batch); mode == "batch" && !ok {
				if status != cli.ExitUsage {
					t.Errorf("%q: status %d, %s", args, status, errs)
				}
				continue
			}
			if status != cli.ExitOK {
				t.Errorf("%q: status %d, %s", args, status, errs)
				continue
			}
			if back, errs, status := cetest.Run(t, convert.Command(), there); status != cli.ExitOK || back != lines {
				t.Errorf("%q: status %d, %s\n%s\nwant\n%s", args, status, errs, back, lines)
			}
		}
	}
}

// What a document cannot be is said.
func TestConvertDocumentsRefuses(t *testing.T) {
	event := differing[3]
	for name, c := range map[string]struct {
		input  string
		args   string
		status int
		want   string
	}{
		"two events in a document": {event + "\n" + event, "--to protobuf", cli.ExitFault, "there are several events"},
		"nothing":                  {"", "--from cbor", cli.ExitFault, "the input is empty"},
		"another format":           {event, "--from avro", cli.ExitFault, "offset "},
		"too long":                 {strings.Repeat("x", 100), "--from xml --max-bytes 99", cli.ExitFault, "longer than 99 bytes"},
		"a format of JSON lines":   {event, "--format xml", cli.ExitUsage, "--to xml"},
		"a format in binary mode":  {event, "--to http --format xml", cli.ExitUsage, "--mode structured"},
	} {
		if out, errs, status := cetest.Run(t, convert.Command(), c.input, strings.Fields(c.args)...); status != c.status || !strings.Contains(errs, c.want) {
			t.Errorf("%s: status %d, %s%s", name, status, out, errs)
		}
	}
}

// A batch in Protobuf or XML is a file with the name of an event, told by its bytes, that
// every form of several events is made of.
func TestConvertBatchDocuments(t *testing.T) {
	lines := strings.Join(differing, "\n") + "\n"
	for form, ending := range map[string]string{"protobuf": "pb", "xml": "xml"} {
		document, errs, status := cetest.Run(t, convert.Command(), lines, "--to", form+"-batch")
		if status != cli.ExitOK {
			t.Fatalf("%s: status %d, %s", form, status, errs)
		}
		file := filepath.Join(t.TempDir(), "events."+ending)
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{file}, {"--from", form, file}, {"--from", form + "-batch", file}, {"--from", "application/cloudevents-batch+" + form, file}} {
			if back, errs, status := cetest.Run(t, convert.Command(), "", args...); status != cli.ExitOK || back != lines {
				t.Errorf("%q: status %d, %s\n%s\nwant\n%s", args, status, errs, back, lines)
			}
		}
		if again, errs, status := cetest.Run(t, convert.Command(), "", "--to", form+"-batch", file); status != cli.ExitOK || again != document {
			t.Errorf("%s: status %d, %s\n%q\nwant\n%q", form, status, errs, again, document)
		}
		_, errs, status = cetest.Run(t, convert.Command(), "", "--to", form, file)
		if want := "use --to " + form + "-batch"; status != cli.ExitFault || !strings.Contains(errs, want) {
			t.Errorf("%s: status %d, %s; want %q", form, status, errs, want)
		}
	}
}
