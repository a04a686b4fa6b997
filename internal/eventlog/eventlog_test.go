package eventlog_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/eventlog"
)

func TestEvent(t *testing.T) {
	var b bytes.Buffer
	l := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 {
			return slog.Attr{}
		}
		return a
	}}))
	l.LogAttrs(t.Context(), slog.LevelInfo, "", eventlog.Event(strings.Repeat("€", 100), "/s", "t"))
	want := "event.id=" + strings.Repeat("€", 84) + "… event.source=/s event.type=t\n"
	if got := b.String(); got != want || !utf8.ValidString(got) {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDefault(t *testing.T) {
	own := slog.New(slog.DiscardHandler)
	if eventlog.Default(own) != own || eventlog.Default(nil) != slog.Default() {
		t.Error("not the logger that was given, or the default")
	}
}

func TestError(t *testing.T) {
	for text, want := range map[string]string{
		"no":                       "no",
		strings.Repeat("€", 1<<10): strings.Repeat("€", 340) + "…",
	} {
		if a := eventlog.Error(errors.New(text)); a.Key != "error" || a.Value.String() != want {
			t.Errorf("%s", a)
		}
	}
}
