package listen

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
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
			"recorded":           func(l *listener) { l.record.dir = t.TempDir() },
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

// So many events and violations of a message are printed for people, and then their number.
func TestListenPrintsSoMany(t *testing.T) {
	for _, n := range []int{2, 100, 101, 150} {
		for _, dataBytes := range []int{64, 0, -1} {
			l, out, _ := newListener(t, func(l *listener) { l.dataBytes = dataBytes })
			post(t, l, "POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n["+strings.Repeat("{"+minimal+"},", n-1)+"{"+minimal+"}]")
			shown, more := n, ""
			if n > 100 && dataBytes >= 0 {
				shown, more = 100, fmt.Sprintf("  and %d event", n-100)
			}
			if got := strings.Count(out.String(), "  specversion "); got != shown || strings.Contains(out.String(), "  and ") != (more != "") || !strings.Contains(out.String(), more) {
				t.Errorf("%d events, --data %d: %d shown, %s", n, dataBytes, got, out)
			}
		}
	}
	for _, n := range []int{1, 20, 21, 30} {
		var bad strings.Builder
		for i := range n {
			fmt.Fprintf(&bad, `,"a%d":[]`, i)
		}
		l, out, _ := newListener(t, func(*listener) {})
		post(t, l, "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n{"+minimal+bad.String()+"}")
		more := ""
		if n > 20 {
			more = fmt.Sprintf("  and %d more; ce check shows them\n", n-20)
		}
		if got := strings.Count(out.String(), "✗"); got != min(n, 20) || !strings.Contains(out.String(), more) || strings.Contains(out.String(), " more") != (n > 20) {
			t.Errorf("%d violations: %d shown, %s", n, got, out)
		}
	}
}

// A long line of a recording is several literals, also where a character is cut.
func TestRecordingOfALongLine(t *testing.T) {
	dir := t.TempDir()
	l, _, _ := newListener(t, func(l *listener) { l.record.dir, l.maxBytes = filepath.Join(dir, "http", "decode"), 1<<20 })
	for i := range 4 {
		body := strings.Repeat("x", i) + "\x00" + strings.Repeat("\u20ac\U0001f600\xff", 20_000)
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		for _, header := range []string{"Ce-Specversion 1.0", "Ce-Id 1", "Ce-Source /", "Ce-Type t", "Content-Type a/b"} {
			key, value, _ := strings.Cut(header, " ")
			r.Header.Set(key, value)
		}
		l.ServeHTTP(httptest.NewRecorder(), r)
	}
	cases, err := conformance.Load(os.DirFS(dir))
	if err != nil || len(cases) != 4 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		if err := library.Codec().Run(c); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}
