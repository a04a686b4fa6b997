package cenats_test

import (
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cenats "github.com/seed763dd41b/cloudevents/nats"
)

// The ids never change: a stream would store again what it has.
func TestMessageIDGolden(t *testing.T) {
	for _, c := range []struct{ reason, source, id, want string }{
		{"as it is", "/orders", "A-1", "/orders|A-1"},
		{"a URI", "https://example.com/a?b=c#d", "6e8bc430-9c3a-11d9-9669-0800200c9a66", "https://example.com/a?b=c#d|6e8bc430-9c3a-11d9-9669-0800200c9a66"},
		{"no source, in version 0.3", "", "A-1", "|A-1"},
		{"no id", "/orders", "", ""},
		{"spaces and quotes", "/s", ` "a" `, "/s|%20%22a%22%20"},
		{"an escape in a URI", "/a%20b", "1", "/a%2520b|1"},
		{"a bar in the id", "/s", "a|b", "/s|a|b"},
		{"a bar in the source", "/s|a", "b", "/s%7Ca|b"},
		{"bars only", "||", "|", "%7C%7C||"},
		{"the escape of a bar", "/s%7Ca", "b", "/s%257Ca|b"},
		{"beyond ASCII", "/s", "€\U0001F600", "/s|%E2%82%AC%F0%9F%98%80"},
		{"a control character", "/s", "\r\n\x00", "/s|%0D%0A%00"},
		{"128 bytes", "/s", strings.Repeat("x", 125), "/s|" + strings.Repeat("x", 125)},
		{"129 bytes", "/s", strings.Repeat("x", 126), "sha256-ff3f4435a3d4413d56f204446e54ecce359ef05ad3c8dc996ca6cefe695b2a8f"},
		{"129 bytes by escapes", "/s", strings.Repeat("%", 42), "sha256-9e79c2f28bcf44fafdbb3b13b1215bc1b8d625382b67f568a9ebae0bffccea22"},
		{"a long source", strings.Repeat("/s", 100), "1", "sha256-71487ed18868d67c1cad0d70cb5f8eb75687ef638faee99e063431f0e4a4c1d0"},
	} {
		e := cloudevents.Event{Source: c.source, ID: c.id, Type: "t"}
		if got := cenats.MessageID(&e); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

// Different pairs of a source and an id have different ids, which are printable and short.
func TestMessageIDIsInjective(t *testing.T) {
	texts := []string{"", "|", "||", "%", "%7C", "%257C", "a", "a|", "|a", "a|a", "A", "%61", " ", "\"", "sha256-", "é", "e\u0301", "\xff", "%FF",
		strings.Repeat("x", 126), strings.Repeat("x", 127), strings.Repeat("x", 1000), strings.Repeat("|", 60), strings.Repeat("%", 60)}
	seen := map[string][2]string{}
	for _, source := range texts {
		for _, id := range texts {
			if id == "" {
				continue
			}
			got := cenats.MessageID(&cloudevents.Event{Source: source, ID: id})
			if before, ok := seen[got]; ok {
				t.Errorf("%.40q and %.40q are both %q", before, [2]string{source, id}, got)
			}
			seen[got] = [2]string{source, id}
			if len(got) == 0 || len(got) > 128 || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("%.40q, %.40q: %q", source, id, got)
			}
		}
	}
}

// Only the source and the id count.
func TestMessageIDOfCopies(t *testing.T) {
	a, b := placed(), large(100)
	b.ID, b.Source, b.SpecVersion = a.ID, a.Source, a.SpecVersion
	if cenats.MessageID(&a) != cenats.MessageID(&b) {
		t.Errorf("%q, %q", cenats.MessageID(&a), cenats.MessageID(&b))
	}
}
