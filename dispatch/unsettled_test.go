package dispatch_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/dispatch"
)

// The text of an error fits into a header of every broker.
func TestDeadLetterText(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"none":                 {nil, ""},
		"a text":               {errors.New("no such customer: Zoë"), "no such customer: Zoë"},
		"two lines":            {errors.Join(errors.New("first"), errors.New("second")), "first second"},
		"control characters":   {errors.New("a\x00b\tc\r\nd\x7fe\u0085f"), "a b c  d e f"},
		"not UTF-8":            {errors.New("a\xffb"), "a\uFFFDb"},
		"long":                 {errors.New(strings.Repeat("€", 400)), strings.Repeat("€", 340) + "…"},
		"long after mending":   {errors.New(strings.Repeat("\xff.", 400)), strings.Repeat("\uFFFD.", 255) + "…"},
		"of exactly 1024":      {errors.New(strings.Repeat("x", 1024)), strings.Repeat("x", 1024)},
		"of one byte too many": {errors.New(strings.Repeat("x", 1025)), strings.Repeat("x", 1021) + "…"},
	} {
		if got := dispatch.DeadLetterText(c.err); got != c.want || len(got) > 1024 {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The place in the text of an error is cut at 256 bytes, and not inside a character.
func TestUndeliverableErrorIsShort(t *testing.T) {
	err := &dispatch.UndeliverableError{Place: "message 1 on topic " + strings.Repeat("€", 1000), Attempts: 3, Err: errors.New("no")}
	want := "message 1 on topic " + strings.Repeat("€", 78) + "…, after 3 attempts: no"
	if got := err.Error(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
