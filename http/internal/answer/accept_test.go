package answer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func TestAccept(t *testing.T) {
	for _, c := range []struct {
		name              string
		accept            []string
		accepts, prefersJ bool
	}{
		{"no header", nil, false, false},
		{"empty", []string{""}, false, false},
		{"JSON", []string{"application/json"}, true, true},
		{"another case", []string{"Application/JSON"}, true, true},
		{"a parameter", []string{"application/json;charset=utf-8"}, true, true},
		{"subtypes", []string{"application/*"}, true, false},
		{"anything", []string{"*/*"}, true, false},
		{"in a list", []string{"text/html, application/json;q=0.5"}, true, false},
		{"in a second line", []string{"text/html;q=0.1", "application/json"}, true, true},
		{"JSON and anything alike", []string{"application/json, */*"}, true, true},
		{"weight 0", []string{"application/json;q=0"}, false, false},
		{"weight 0.000", []string{"*/*;q=0.000"}, false, false},
		{"a small weight", []string{"*/*;q=0.001"}, true, false},
		{"anything but JSON", []string{"*/*, application/json;q=0"}, false, false},
		{"anything but application", []string{"*/*;q=1, application/*;q=0"}, false, false},
		{"nothing but JSON", []string{"*/*;q=0, application/json"}, true, true},
		{"malformed weight", []string{"application/json;q=x"}, false, false},
		{"negative weight", []string{"application/json;q=-1"}, false, false},
		{"weight not a number", []string{"application/json;q=NaN"}, false, false},
		{"weight above 1", []string{"application/json;q=2"}, false, false},
		{"HTML", []string{"text/html"}, false, false},
		{"events", []string{"application/cloudevents+json"}, false, false},
		{"a kind of JSON", []string{"application/problem+json"}, false, false},
		{"text", []string{"text/*"}, false, false},
		{"half a range", []string{"application"}, false, false},
		{"the 64th range", []string{strings.Repeat("a/b,", 63) + "application/json"}, true, true},
		{"the 65th range", []string{strings.Repeat("a/b,", 64) + "application/json"}, false, false},
		{"a browser", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			if c.accept != nil {
				h["Accept"] = c.accept
			}
			if answer.AcceptsJSON(h) != c.accepts || answer.PrefersJSON(h) != c.prefersJ {
				t.Errorf("accepts %v, prefers %v", answer.AcceptsJSON(h), answer.PrefersJSON(h))
			}
			alloctest.AtMost(t, "AcceptsJSON", 2, // the error of a malformed weight
				func() { answer.AcceptsJSON(h) })
		})
	}
}

func TestBest(t *testing.T) {
	media := []string{"application/cloudevents+json", "application/json", "text/html"}
	for _, c := range []struct {
		name   string
		accept []string
		best   int
	}{
		{"no header", nil, -1},
		{"empty", []string{""}, -1},
		{"another type", []string{"image/png"}, -1},
		{"all refused", []string{"*/*;q=0"}, -1},
		{"anything", []string{"*/*"}, 0},
		{"the last one", []string{"text/html"}, 2},
		{"a larger weight", []string{"application/json;q=0.5, text/html;q=0.6"}, 2},
		{"a weight alike", []string{"text/html, application/json"}, 1},
		{"a small weight", []string{"text/html;q=0.001"}, 2},
		{"a range before anything", []string{"text/*, */*;q=0.5"}, 2},
		{"a type before its range", []string{"application/*;q=0.9, application/cloudevents+json;q=0.1"}, 1},
		{"the first one refused", []string{"application/cloudevents+json;q=0, */*"}, 1},
		{"the first range refused", []string{"application/*;q=0, */*;q=0.1"}, 2},
		{"one refused, and no other", []string{"application/json;q=0"}, -1},
		{"the 65th range", []string{strings.Repeat("a/b,", 64) + "text/html"}, -1},
	} {
		h := http.Header{}
		if c.accept != nil {
			h["Accept"] = c.accept
		}
		if got := answer.Best(h, media); got != c.best {
			t.Errorf("%s: %d, want %d", c.name, got, c.best)
		}
	}
	if got := answer.Best(http.Header{"Accept": {"*/*"}}, nil); got != -1 {
		t.Errorf("none of no types: %d", got)
	}
}
