package mediatype_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// A long media type is not copied to find out whether it is that of text.
func TestCharsetIsCheap(t *testing.T) {
	for name, s := range map[string]string{
		"a quoted charset":            `text/plain; charset="` + strings.Repeat(`\x`, 1<<19) + `"`,
		"another parameter":           `text/plain; a="` + strings.Repeat(`\x`, 1<<19) + `"; charset=x`,
		"many parameters":             `text/plain` + strings.Repeat(`; a="\x"`, 1<<17) + `; charset=x`,
		"a quoted charset of a quote": `text/plain; charset="` + strings.Repeat(`\"`, 1<<19),
	} {
		n := alloctest.Least(func() {
			if mediatype.IsUTF8(s) || mediatype.IsASCIISuperset(s) {
				t.Errorf("%s: it is no charset", name)
			}
		})
		if n > 16<<10 {
			t.Errorf("%s: %d bytes", name, n)
		}
	}
	if n := alloctest.Least(func() { mediatype.Parameter(`a/b; q="`+strings.Repeat(`\x`, 1<<19)+`"`, "q") }); n > 4<<20 {
		t.Errorf("Parameter: %d bytes", n)
	}
}
