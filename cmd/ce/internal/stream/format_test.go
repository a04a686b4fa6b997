package stream_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format/all"
)

// The names for help are those of all formats.
func TestFormatNames(t *testing.T) {
	var names []string
	for _, f := range all.Formats() {
		names = append(names, stream.FormatName(f))
		for _, name := range []string{stream.FormatName(f), f.MediaType(), strings.ToUpper(f.MediaType())} {
			if got, ok := stream.ParseFormat(name); !ok || reflect.TypeOf(got) != reflect.TypeOf(f) {
				t.Errorf("%s: %T, %t", name, got, ok)
			}
		}
	}
	if got := strings.Join(names, ", "); got != stream.FormatNames {
		t.Errorf("%q, want %q", got, stream.FormatNames)
	}
}
