package listen

import (
	"os"
	"strings"
	"testing"
)

// An event that the filter keeps out is answered, and neither shown, recorded nor passed on.
func TestListenFilters(t *testing.T) {
	dir := t.TempDir()
	l, out, _ := newListener(t, func(l *listener) {
		l.json, l.record.dir = true, dir
		if err := l.filter.Flag(l.process)("id = '2' OR type = 'com.example.order.placed'"); err != nil {
			t.Fatal(err)
		}
	})
	for _, m := range arriving[:4] {
		if r := post(t, l, m.raw); r.StatusCode != m.status {
			t.Errorf("status %d, want %d", r.StatusCode, m.status)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"id":"A-1"`) || !strings.Contains(lines[1], `"id":"2"`) {
		t.Errorf("%q", lines)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 2 {
		t.Errorf("%d files: %v", len(files), err)
	}
}

// A filter that is no expression is an error of the command line.
func TestListenRefusesFilter(t *testing.T) {
	newListener(t, func(l *listener) {
		if err := l.filter.Flag(l.process)("id ="); err == nil {
			t.Error("no error")
		}
	})
}
