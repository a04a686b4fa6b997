package eventlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
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

func TestFailure(t *testing.T) {
	full := eventlog.Failure{
		ID: "1", Source: "/s", Type: "t", Outcome: "retry", Status: 500, Duration: time.Second,
		Err: errors.New("no"), IllegalStatus: 302, Stack: []byte("stack"),
	}
	marked := full
	marked.Err = fmt.Errorf("handler: %w", eventlog.Mark(full.Err))
	long := eventlog.Failure{Outcome: "refused", Err: errors.New(strings.Repeat("€", 1<<10))}
	for _, c := range []struct {
		reason string
		f      eventlog.Failure
		level  slog.Level
		want   string
	}{
		{"all of it", full, slog.LevelError, "level=ERROR msg=\"event handler failed\" outcome=retry status=500 error=no duration=1s event.id=1 event.source=/s event.type=t illegal_status=302 stack=stack\n"},
		{"level is off", full, slog.LevelDebug, ""},
		{"logged already", marked, slog.LevelError, ""},
		{"long error", long, slog.LevelInfo, "level=INFO msg=\"event handler failed\" outcome=refused error=" + strings.Repeat("€", 340) + "… duration=0s event.id=\"\" event.source=\"\" event.type=\"\"\n"},
	} {
		var b bytes.Buffer
		l := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		c.f.Log(t.Context(), l, c.level)
		if got := b.String(); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.reason, got, c.want)
		}
	}
}

func TestMark(t *testing.T) {
	err := errors.New("no")
	m := eventlog.Mark(err)
	if !errors.Is(m, err) || m.Error() != "no" || !eventlog.Marked(m) || eventlog.Marked(err) || eventlog.Marked(nil) {
		t.Errorf("%v: marked %v, unmarked %v", m, eventlog.Marked(m), eventlog.Marked(err))
	}
}
