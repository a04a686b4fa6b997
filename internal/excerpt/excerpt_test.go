package excerpt_test

import (
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		name, text string
		n          int
		want       string
	}{
		{"empty", "", 8, ""},
		{"fits", "12345678", 8, "12345678"},
		{"one byte too long", "123456789", 8, "12345…"},
		{"inside a character of three bytes", "123€€€€", 8, "123…"},
		{"after a character of three bytes", "12€€€€", 8, "12€…"},
		{"inside a character of four bytes", "1234😀😀", 8, "1234…"},
		{"invalid UTF-8 is cut anywhere", strings.Repeat("\x80", 20), 8, "\x80\x80\x80\x80\x80…"},
		{"no room", "123456789", 1, "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := excerpt.Cut(c.text, c.n); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// A valid text stays valid, however it is cut.
func TestCutStaysValid(t *testing.T) {
	text := strings.Repeat("aä€😀", 10)
	for n := range len(text) + 2 {
		got := excerpt.Cut(text, n)
		if !utf8.ValidString(got) || len(got) > max(n, len("…")) {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
}

// Of keeps what an error may quote.
func TestOf(t *testing.T) {
	fits := strings.Repeat("a", excerpt.Size)
	if got := excerpt.Of(fits); got != fits {
		t.Errorf("%q", got)
	}
	if got := excerpt.Of(fits + "b"); len(got) != excerpt.Size || !strings.HasSuffix(got, "…") {
		t.Errorf("%q", got)
	}
}

// Shorten returns a text that is short enough as it is, and Cut a copy of it.
func TestWhatIsShortEnough(t *testing.T) {
	for _, text := range []string{"a", "1234567", "12345678"} {
		short, cut := excerpt.Shorten(text, 8), excerpt.Cut(text, 8)
		if short != text || unsafe.StringData(short) != unsafe.StringData(text) {
			t.Errorf("Shorten: %q", short)
		}
		if cut != text || unsafe.StringData(cut) == unsafe.StringData(text) {
			t.Errorf("Cut: %q", cut)
		}
	}
}
