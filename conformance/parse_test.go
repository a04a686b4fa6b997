package conformance_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/conformance"
)

// A case of somebody else is read with errors that quote little of it, and makes no more data
// than it should.
func TestParse(t *testing.T) {
	const message = "why\n-- request --\nPOST / HTTP/1.1\nce-id: 1\n\n\n"
	for name, c := range map[string]struct {
		content string
		ok      bool
	}{
		"a case":                   {message + "-- event --\nid String \"1\"\n", true},
		"data that repeats":        {message + "-- event --\nid String \"1\"\ndata repeat 3 \"ab\"\n", true},
		"data of the limit":        {message + "-- event --\ndata repeat 67108864 \"a\"\n", true},
		"data beyond the limit":    {message + "-- event --\ndata repeat 33554433 \"ab\"\n", false},
		"data beyond all memory":   {message + "-- event --\ndata repeat 9223372036854775807 \"ab\"\n", false},
		"nothing, very often":      {message + "-- event --\ndata repeat 9223372036854775807 \"\"\n", true},
		"data of a negative count": {message + "-- event --\ndata repeat -1 \"ab\"\n", false},
		"no expectation":           {message, false},
		"no message":               {"-- event --\nid String \"1\"\n", false},
		"a long line":              {message + "-- event --\n" + strings.Repeat("x", 1000) + "\n", false},
		"a long header":            {"-- request --\nPOST\n" + strings.Repeat("x", 1000) + "\n\n-- event --\nid String \"1\"\n", false},
		"a long section":           {"-- " + strings.Repeat("x", 1000) + " --\n", false},
		"a long rule":              {message + "-- error --\nrule: " + strings.Repeat("x", 1000) + "\n", false},
		"a long literal":           {"-- request quoted --\n\"a\" " + strings.Repeat("x", 1000) + "\n", false},
		"a long mode":              {"-- mode --\n" + strings.Repeat("x", 1000) + "\n", false},
		"a long type":              {"-- extensions --\nx " + strings.Repeat("x", 1000) + "\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := conformance.Parse("http/decode/x", c.content)
			if (err == nil) != c.ok || err == nil && (!got.Decode || got.Name != "http/decode/x" || got.Comment != "why") || err != nil && len(err.Error()) > 300 {
				t.Errorf("%+v, %.500v", got.Name, err)
			}
		})
	}
}

// The README of testdata explains each rule once, and has every rule of the cases.
func TestRulesAreExplained(t *testing.T) {
	text, err := os.ReadFile("../testdata/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Rules\n")
	table, _, _ = strings.Cut(table, "\n## ")
	explained := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\|").FindAllStringSubmatch(table, -1) {
		rule := row[1]
		if explained[rule] {
			t.Errorf("%s has two rows", rule)
		}
		explained[rule] = true
		if _, err := conformance.Parse("http/decode/x", "why\n-- request --\nPOST / HTTP/1.1\n\n\n-- error --\nrule: "+rule+"\n"); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
	for _, c := range load(t) {
		if r := c.Refused; r != nil && !explained[r.Rule] {
			t.Errorf("%s: no row explains the rule %s", c.Name, r.Rule)
		}
	}
}
