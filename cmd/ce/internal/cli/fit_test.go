package cli_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
)

func TestFit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		columns    int
		want, end  string // of Fit and of FitEnd
	}{
		{"shorter", "ab", 4, "ab  ", "ab  "},
		{"as long", "abcd", 4, "abcd", "abcd"},
		{"longer", "abcde", 4, "abc…", "…cde"},
		{"one column", "ab", 1, "…", "…"},
		{"no column", "ab", 0, "", ""},
		{"nothing", "", 2, "  ", "  "},
		{"characters of several bytes", "äöüßé", 4, "äöü…", "…üßé"},
		{"wide characters", "日本語", 6, "日本語", "日本語"},
		{"half a wide character", "日本語", 4, "日… ", "…語 "},
		{"a mark takes no column", "e\u0301e\u0301", 2, "e\u0301e\u0301", "e\u0301e\u0301"},
		{"no UTF-8", "\xff\xff\xff", 2, "\xff…", "…\xff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := cli.Fit(c.text, c.columns); got != c.want {
				t.Errorf("Fit: %q, want %q", got, c.want)
			}
			if got := cli.FitEnd(c.text, c.columns); got != c.end {
				t.Errorf("FitEnd: %q, want %q", got, c.end)
			}
			for _, got := range []string{cli.Fit(c.text, c.columns), cli.FitEnd(c.text, c.columns)} {
				if width := cli.Width(got); width != c.columns {
					t.Errorf("%q has %d columns, want %d", got, width, c.columns)
				}
			}
		})
	}
	long := strings.Repeat("x", 1<<20)
	if got := cli.FitEnd(long, 10); got != "…xxxxxxxxx" {
		t.Errorf("%q", got)
	}
}

// Columns are those of the terminal; a file has none.
func TestColumns(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		width    int
		variable string
		want     int
	}{
		{false, 100, "90", 0}, {true, 100, "90", 100}, {true, 0, "90", 90}, {true, 0, "", 80}, {true, 0, "-1", 80}, {true, 0, "x", 80},
	} {
		p := &cli.Process{
			Terminal: func(any) bool { return c.terminal }, Width: func(any) int { return c.width },
			Getenv: func(string) string { return c.variable },
		}
		if got := p.Columns(); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
