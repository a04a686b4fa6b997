package convert_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/convert"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
)

// The output in each format is an input that needs neither a name nor --from.
func TestConvertDetects(t *testing.T) {
	// The length of an id is a byte near the beginning, which may look like white space.
	for _, id := range []string{"1", strings.Repeat("a", '\t'), strings.Repeat("b", '\n'), strings.Repeat("c", '\r'), strings.Repeat("d", ' '), strings.Repeat("e", '{'), strings.Repeat("f", '[')} {
		event := strings.Replace(differing[0], "A-1", id, 1) + "\n"
		for _, f := range all.Formats() {
			names := []string{stream.FormatName(f)}
			if _, ok := f.(format.Batch); ok {
				names = append(names, strings.TrimPrefix(names[0]+"-batch", "json-"))
			}
			for _, name := range names {
				document, _, _ := cetest.Run(t, convert.Command(), event, "--to", name)
				back, errs, status := cetest.Run(t, convert.Command(), document)
				if status != cli.ExitOK || back != event {
					t.Errorf("%s, id %q: status %d, %s\n%s", name, id, status, errs, back)
				}
			}
		}
	}
}

// A document that is cut off, or too large to be tried, wants its name. XML is told by its
// beginning.
func TestConvertDetectsNoMore(t *testing.T) {
	large := strings.Replace(differing[1], `a\r\nb`, strings.Repeat("x", stream.MaxRest), 1)
	for _, f := range all.Formats()[1:] {
		name := stream.FormatName(f)
		document, _, _ := cetest.Run(t, convert.Command(), large, "--to", name)
		want, wantStatus := stream.ErrForm.Error(), cli.ExitFault
		if name == "xml" {
			want, wantStatus = "", cli.ExitOK
		}
		if _, errs, status := cetest.Run(t, convert.Command(), document); status != wantStatus || !strings.Contains(errs, want) {
			t.Errorf("large, %s: status %d, %s", name, status, errs)
		}
		if name == "xml" {
			want = "ends within"
		}
		if _, errs, status := cetest.Run(t, convert.Command(), document[:40]); status != cli.ExitFault || !strings.Contains(errs, want) {
			t.Errorf("cut off, %s: status %d, %s", name, status, errs)
		}
	}
}
