package main

import (
	"bytes"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain € 😀":            "plain € 😀",
		"\x1b[31m\x07\r\n\t":   `\u001b[31m\u0007\u000d\u000a\u0009`,
		"\u009b\u202e\u200b":   `\u009b\u202e\u200b`,
		"\xff\xc3(":            `\xff\xc3(`,
		"\U000e0001\ufeff\x7f": `\U000e0001\ufeff\u007f`,
		"\ufffd":               "\ufffd",
		"\u2028":               `\u2028`,
	} {
		if text == "\ufffd" {
			want = `\ufffd` // it may be what became of something else
		}
		if got := visible(text); got != want {
			t.Errorf("visible(%q) = %s, want %s", text, got, want)
		}
	}
	if got := visibleLines("a\n\tb\r"); got != "a\n\tb\\u000d" {
		t.Errorf("%q", got)
	}
}

// However the bytes are cut, the same text comes out.
func TestVisibleWriter(t *testing.T) {
	const text = "a€😀\r\nb\x1b[0m\xff\r\n"
	for size := 1; size <= len(text); size++ {
		var b bytes.Buffer
		w := &visibleWriter{w: &b}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got, want := b.String(), "a€😀\nb\\u001b[0m\\xff\n"; got != want {
			t.Errorf("in pieces of %d: %q, want %q", size, got, want)
		}
	}
}

func TestLatencies(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Millisecond)
	}
	for p, want := range map[float64]time.Duration{50: 500 * time.Millisecond, 90: 900 * time.Millisecond, 99: 990 * time.Millisecond, 100: time.Second} {
		if got := l.percentile(p); got < want || float64(got) > float64(want)*1.02 {
			t.Errorf("p%v is %v, want %v to 2 %% more", p, got, want)
		}
	}
	l = latencies{}
	l.add(time.Hour)
	l.add(0)
	if s := l.String(); !strings.HasPrefix(s, "p50 1µs") && !strings.HasPrefix(s, "p50 1.02µs") || !strings.HasSuffix(s, "max 1h0m0s") {
		t.Error(s)
	}
}

func TestVersionText(t *testing.T) {
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}}
	info.Main.Version = "v1.2.3"
	if got := versionText(info); !strings.HasPrefix(got, "ce v1.2.3 0123456789ab with changes, CloudEvents 1.0, go") {
		t.Error(got)
	}
	if got := versionText(nil); !strings.HasPrefix(got, "ce (unknown), ") {
		t.Error(got)
	}
}
