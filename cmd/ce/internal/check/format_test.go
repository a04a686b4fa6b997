package check_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	"github.com/seed763dd41b/cloudevents/spec"
)

// message returns an HTTP message with that body. Content-Length keeps a line end at the end.
func message(contentType string, body []byte) string {
	return fmt.Sprintf("POST / HTTP/1.1\nContent-Type: %s\nContent-Length: %d\n\n%s", contentType, len(body), body)
}

// findings returns what ce check --json says.
func findings(t *testing.T, input string, args ...string) (all []finding.Finding) {
	t.Helper()
	out, errs, status := cetest.Run(t, check.Command(), input, append(args, "--json")...)
	if errs != "" || (status == cli.ExitOK) != (out == "") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	for line := range strings.Lines(out) {
		var f finding.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// A message in each format is valid, and one that is cut off is not: the place and the section
// are those of its format, and no advice speaks of JSON.
func TestCheckFormats(t *testing.T) {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", DataContentType: "text/plain", Data: []byte("tea")}
	for _, f := range all.Formats() {
		body, err := f.EncodeStructuredModeMessage(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		mediaType := f.MediaType()
		if got := findings(t, message(mediaType, body)); got != nil {
			t.Errorf("%s: %+v", mediaType, got)
		}
		if b, ok := f.(format.Batch); ok {
			batch, err := b.EncodeBatchModeMessage(nil, []cloudevents.Event{e, e})
			if err != nil {
				t.Fatal(err)
			}
			if out, _, status := cetest.Run(t, check.Command(), message(b.BatchMediaType(), batch)); status != cli.ExitOK || !strings.Contains(out, "2 events") {
				t.Errorf("%s: status %d, %s", b.BatchMediaType(), status, out)
			}
			if got := findings(t, message(b.BatchMediaType(), batch[:len(batch)-2])); len(got) == 0 || got[0].Offset == nil {
				t.Errorf("%s: %+v", b.BatchMediaType(), got)
			}
		}
		if mediaType == spec.MediaTypeJSON {
			continue
		}
		input := message(mediaType, body[:len(body)-2])
		begin := len(input) - (len(body) - 2)
		got := findings(t, input)
		if len(got) != 1 || got[0].Rule != "malformed" || got[0].Offset == nil || int(*got[0].Offset) < begin || int(*got[0].Offset) > len(input) {
			t.Errorf("%s, cut off: %+v", mediaType, got)
			continue
		}
		file := stream.FormatName(f) + "-format.md#"
		if x := got[0]; !strings.HasPrefix(x.Section, file) || !strings.Contains(x.URL, file) || strings.Contains(x.Advice, "JSON") || x.Edits != nil {
			t.Errorf("%s, cut off: %+v", mediaType, x)
		}
		// The document alone has the same fault at another place.
		if alone := findings(t, string(body[:len(body)-2]), "--from", stream.FormatName(f)); len(alone) != 1 || int(*alone[0].Offset) != int(*got[0].Offset)-begin {
			t.Errorf("%s, alone: %+v", mediaType, alone)
		}
	}
}

// A violation of an attribute is named in each format, as in JSON.
func TestCheckAttributesInFormats(t *testing.T) {
	e := cloudevents.Event{ID: "A-1", Source: "/orders", Type: "com.example.placed", Subject: "abcde"}
	for _, f := range all.Formats() {
		body, err := f.EncodeStructuredModeMessage(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		wrong := []byte(strings.Replace(string(body), "/orders", "/ order", 1)) // a space in a URI-reference
		got := findings(t, message(f.MediaType(), wrong))
		if len(got) != 1 || got[0].Attribute != "source" || got[0].Rule != "syntax" || got[0].Offset == nil || !strings.Contains(got[0].Advice, "URI-reference") && !strings.Contains(got[0].Advice, "%20") {
			t.Errorf("%s: %+v", f.MediaType(), got)
		}
	}
}

// The advice about a document names what names its format.
func TestCheckDocumentAdvice(t *testing.T) {
	for _, c := range []struct {
		reason, input string
		args          []string
		want          string
	}{
		{"another format", "\xa0", []string{"--from", "avro"}, "or correct what names the format, --from or the name of the file"},
		{"another Content-Type", "POST / HTTP/1.1\nContent-Type: application/cloudevents+avro\n\n\xa0", nil, "or correct Content-Type: application/cloudevents+avro"},
		{"part of a binary format", "\xaaabc", nil, "name the format, as in --from protobuf"},
		{"a text", "abc", nil, "make it JSON"},
	} {
		if out, errs, status := cetest.Run(t, check.Command(), c.input, c.args...); status != cli.ExitFault || !strings.Contains(out, c.want) {
			t.Errorf("%s: status %d, %s\n%s\nwant %s", c.reason, status, errs, out, c.want)
		}
	}
}
