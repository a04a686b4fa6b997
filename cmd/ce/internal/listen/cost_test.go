//go:build !race

package listen

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/page"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A message costs at most so many times its bytes, whatever is in it, beyond a fixed amount.
const (
	factor = 40
	fixed  = 1 << 20
)

// What is printed and recorded of a message is in proportion to the message. Before, one MiB of
// nested data took gigabytes.
func TestListenCostsInProportion(t *testing.T) {
	const structured = "Content-Type: application/cloudevents+json\n\n"
	binary := func(contentType, data string) string {
		return "ce-specversion: 1.0\nce-id: 1\nce-source: /\nce-type: t\nContent-Type: " + contentType + "\n\n" + data
	}
	var bad strings.Builder
	for i := range 990 {
		fmt.Fprintf(&bad, `,"a%d":[]`, i)
	}
	nested := strings.Repeat("[", 400) + strings.Repeat("1,", 400) + "1" + strings.Repeat("]", 400)
	for name, raw := range map[string]string{
		"nested data":         binary("application/json", strings.Repeat("[", 9000)+strings.Repeat("1,", 1<<19)+"1"+strings.Repeat("]", 9000)),
		"990 violations":      structured + "{" + minimal + bad.String() + "}",
		"many nested events":  "Content-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{"+minimal+`,"data":`+nested+"},", 1000) + "{" + minimal + "}]",
		"many small events":   "Content-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{"+minimal+"},", 9999) + "{" + minimal + "}]",
		"many bad events":     "Content-Type: application/cloudevents-batch+json\n\n[" + strings.Repeat("{},", 9999) + "{}]",
		"a long attribute":    structured + "{" + minimal + `,"subject":"` + strings.Repeat("x", 1<<20) + `"}`,
		"an attribute to see": structured + "{" + minimal + `,"subject":"` + strings.Repeat("\u202e", 1<<18) + `"}`,
		"escapes":             binary("text/plain", strings.Repeat("\x1b", 1<<20)),
		"bytes":               binary("a/b", strings.Repeat("\xff", 1<<20)),
		"line ends":           binary("text/plain", strings.Repeat("\n", 1<<20)),
		"no JSON":             structured + strings.Repeat("[", 1<<20),
		"another form":        "Content-Type: " + strings.Repeat("a", 1<<16) + "/json\n\n" + strings.Repeat("{", 1<<20),
	} {
		for mode, change := range map[string]func(*listener){
			"text":               func(*listener) {},
			"json":               func(l *listener) { l.json = true },
			"raw":                func(l *listener) { l.raw = true },
			"raw, at a terminal": func(l *listener) { l.raw, l.process.Terminal = true, func(any) bool { return true } },
			"oneline":            func(l *listener) { l.oneline = true },
			"oneline, at a terminal": func(l *listener) {
				l.oneline, l.process.Terminal = true, func(any) bool { return true }
			},
			"page":     func(l *listener) { l.page = page.New() },
			"recorded": func(l *listener) { l.record.dir = t.TempDir() },
		} {
			t.Run(name+", "+mode, func(t *testing.T) {
				l, _, _ := newListener(t, func(l *listener) {
					l.maxBytes, l.dataBytes = 16<<20, 4096
					l.process.Out, l.process.Err = io.Discard, io.Discard
					change(l)
				})
				head, body, _ := strings.Cut(raw, "\n\n")
				r := httptest.NewRequest("POST", "/", bytes.NewReader([]byte(body)))
				for line := range strings.SplitSeq(head, "\n") {
					key, value, _ := strings.Cut(line, ": ")
					r.Header.Add(key, value)
				}
				w := httptest.NewRecorder()
				allocated := alloctest.Bytes(func() { l.ServeHTTP(w, r) })
				if most := uint64(factor*len(raw) + fixed); allocated > most {
					t.Errorf("%d bytes: %d allocated (%.1f times), at most %d", len(raw), allocated, float64(allocated)/float64(len(raw)), most)
				}
			})
		}
	}
}
