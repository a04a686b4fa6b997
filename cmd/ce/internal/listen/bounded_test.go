package listen

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
)

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
