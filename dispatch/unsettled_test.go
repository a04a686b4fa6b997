package dispatch_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// What stands in the header of a dead letter is taken by every broker, whatever an error quotes.
func TestDeadLetterText(t *testing.T) {
	for _, c := range []struct{ reason, text, want string }{
		{"plain", "no such customer", "no such customer"},
		{"other scripts", "Grüße, 客", "Grüße, 客"},
		{"no UTF-8", "id \xff\xfe!", "id \uFFFD!"},
		{"half a character", "id \xe5\xae", "id \uFFFD"},
		{"control characters", "a\x00b\tc\x7fd\u0085e", "a b c d e"},
		{"several lines", "a\nb\r\nc", "a b  c"},
		{"no characters", "\uFDCF\uFDD0\uFDEF\uFDF0\uFFFE\uFFFF\U0001FFFE\U0010FFFF\uFFFD", "\uFDCF\uFFFD\uFFFD\uFDF0\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"},
		{"long", strings.Repeat("x", 2000), strings.Repeat("x", 1021) + "…"},
		{"longer once it is UTF-8", strings.Repeat("\xffx", 512), strings.Repeat("\uFFFDx", 255) + "…"},
	} {
		if got := dispatch.DeadLetterText(errors.New(c.text)); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
		dest := dispatch.KnativeErrors(c.text, 422, nil)[2]
		if got := dest.Value.String(); dest.Name != "knativeerrordest" || got != c.want {
			t.Errorf("%s: knativeerrordest is %q, want %q", c.reason, got, c.want)
		}
	}
	if got := dispatch.DeadLetterText(nil); got != "" {
		t.Errorf("no error: %q", got)
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

// An UndeliverableError has on one line what the handler said and why there is no dead letter, and
// wraps both.
func TestUndeliverableErrorDeadLetter(t *testing.T) {
	refused, full := errors.New("refused"), errors.New("full")
	for _, c := range []struct {
		attempts   int
		deadLetter error
		want       string
	}{
		{0, nil, "here: refused"},
		{1, dispatch.ErrNoDeadLetter, "here, after 1 attempt: refused; there is no dead letter: no DeadLetter is set"},
		{2, full, "here, after 2 attempts: refused; the dead letter was not written: full"},
	} {
		err := error(&dispatch.UndeliverableError{Place: "here", Attempts: c.attempts, Err: refused, DeadLetter: c.deadLetter})
		if err.Error() != c.want {
			t.Errorf("%q, want %q", err, c.want)
		}
		if !errors.Is(err, refused) || c.deadLetter != nil && !errors.Is(err, c.deadLetter) || errors.Is(err, nil) {
			t.Errorf("%v does not wrap its causes", err)
		}
	}
}

// The extensions of Knative fit an event, whatever the error and the destination are.
func TestKnativeErrors(t *testing.T) {
	e := cloudevents.New("/s", "t")
	for _, x := range dispatch.KnativeErrors("mqtt:a/\x00/\xff/"+strings.Repeat("b", 1<<16), 422, errors.New("\xff\n")) {
		if err := e.Set(x.Name, x.Value); err != nil {
			t.Errorf("%s: %v", x.Name, err)
		}
	}
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
}

// A wait never ends before its time, however long the longest one is.
func TestBackoffWithoutLimit(t *testing.T) {
	for _, c := range []struct {
		reason          string
		d               dispatch.Delivery
		attempts        int
		asked           time.Duration
		shortest, upper time.Duration
	}{
		{"first", dispatch.Delivery{MaxWait: math.MaxInt64}, 1, 0, 50 * time.Millisecond, 100 * time.Millisecond},
		{"doubled", dispatch.Delivery{MaxWait: math.MaxInt64}, 3, 0, 200 * time.Millisecond, 400 * time.Millisecond},
		{"as long as can be", dispatch.Delivery{MaxWait: math.MaxInt64}, 100, 0, math.MaxInt64 / 2, math.MaxInt64},
		{"any number of attempts", dispatch.Delivery{MaxWait: time.Hour}, math.MaxInt, 0, time.Hour / 2, time.Hour},
		{"a first wait above the longest", dispatch.Delivery{Wait: time.Hour, MaxWait: time.Minute}, 1, 0, time.Minute / 2, time.Minute},
		{"not a power of two", dispatch.Delivery{Wait: time.Second, MaxWait: 5 * time.Second}, 4, 0, 2500 * time.Millisecond, 5 * time.Second},
		{"just reached", dispatch.Delivery{Wait: time.Second, MaxWait: 4 * time.Second}, 3, 0, 2 * time.Second, 4 * time.Second},
		{"the handler asks for all time", dispatch.Delivery{}, 1, math.MaxInt64, 30 * time.Second, 30 * time.Second},
		{"the same without a wait", dispatch.Delivery{Wait: -1}, 1, math.MaxInt64, 30 * time.Second, 30 * time.Second},
		{"a random part", dispatch.Delivery{Wait: 2}, 1, 0, 1, 2},
		{"no attempt yet", dispatch.Delivery{}, 0, 0, 50 * time.Millisecond, 100 * time.Millisecond},
	} {
		for range 20 {
			if got := c.d.Backoff(c.attempts, c.asked); got < c.shortest || got > c.upper {
				t.Errorf("%s: %v", c.reason, got)
			}
		}
	}
}
