package listen

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

// --oneline has a line an event, in a file and on terminals of several widths.
func TestListenOneLine(t *testing.T) {
	for _, c := range []struct {
		name    string
		columns int // of the terminal; 0 is a file
	}{
		{"oneline", 0}, {"oneline-60", 60}, {"oneline-80", 80}, {"oneline-120", 120},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, out, errs := newListener(t, func(l *listener) {
				l.oneline = true
				l.process.Terminal = func(any) bool { return c.columns > 0 }
				l.process.Width = func(any) int { return c.columns }
				l.process.Getenv = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
			})
			for _, m := range arriving {
				post(t, l, m.raw)
			}
			post(t, l, "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n"+
				`{"specversion":"1.0","id":"tab\tand space","source":"https://example.com/日本","type":"com.example.a.very.long.type.that.has.no.end","subject":"日本語日本語日本語"}`)
			post(t, l, "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n"+
				`{"specversion":"1.0","id":"c4f5b6ae-0f5d-4d3c-9b1e-6f0d8f3b2a10","source":"https://example.com/shops/eu","type":"com.example.a.very.long.type.that.has.no.end","subject":"日本語日本語日本語"}`)
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				if c.columns > 0 && cli.Width(line) != c.columns {
					t.Errorf("%d columns: %s", cli.Width(line), line)
				}
				if c.columns == 0 && strings.Count(line, "\t") != 8 {
					t.Errorf("not nine fields: %q", line)
				}
			}
			cetest.Golden(t, filepath.Join("testdata", c.name+".golden"), out.String()+"=====\n"+errs.String())
		})
	}
}

// A failed message that is passed on has the line of its event, with the status.
func TestListenOneLineOfAForward(t *testing.T) {
	l, out, _ := newListener(t, func(l *listener) { l.oneline, l.forward = true, "http://127.0.0.1:1/" })
	post(t, l, arriving[0].raw)
	if fields := strings.Split(out.String(), "\t"); len(fields) != 9 || fields[4] != "A-1" || fields[7] != "502" || !strings.HasPrefix(fields[8], "passing it on: ") {
		t.Errorf("%q", fields)
	}
}

// A redirection has the color of a failure: no sender of events takes it for success.
func TestListenOneLineOfARedirection(t *testing.T) {
	for status, good := range map[int]bool{204: true, 299: true, 300: false, 400: false} {
		s := cli.Style(true)
		m := received{answer: answer{status: status}}
		if got := m.paint(s)("x"); (got == s.Good("x")) != good {
			t.Errorf("%d: %s", status, got)
		}
	}
}
