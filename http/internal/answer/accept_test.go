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
