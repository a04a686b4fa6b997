package cesql_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
)

// likeOf reports whether a text has the form of a pattern, by the letter: each % is tried with
// every length.
func likeOf(s, pattern []rune) bool {
	if len(pattern) == 0 {
		return len(s) == 0
	}
	switch c := pattern[0]; {
	case c == '%':
		for i := range len(s) + 1 {
			if likeOf(s[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case c == '_':
		return len(s) > 0 && likeOf(s[1:], pattern[1:])
	case c == '\\' && len(pattern) > 1 && (pattern[1] == '%' || pattern[1] == '_'):
		pattern = pattern[1:]
	}
	return len(s) > 0 && s[0] == pattern[0] && likeOf(s[1:], pattern[1:])
}

// Random patterns of few characters match what they should: as attributes, which are
// conditions, and behind a function, which needs a program.
func TestLike(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	text := func(characters string, most int) string {
		of, n := []rune(characters), r.IntN(most+1)
		var b strings.Builder
		for range n {
			b.WriteRune(of[r.IntN(len(of))])
		}
		return b.String()
	}
	for range 20_000 {
		pattern := text(`aabü😀%%__\`, 9)
		quoted := "'" + pattern + "'"
		if strings.HasSuffix(pattern, `\`) { // which would escape the quote
			continue
		}
		condition, _, err := cesql.Compile("subject LIKE " + quoted)
		if err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		program := cesql.MustCompile("CONCAT(subject, '') NOT LIKE " + quoted)
		for range 5 {
			e := cloudevents.Event{ID: "1", Source: "/", Type: "t", Subject: text(`aabü😀_%\`, 12) + "a"}
			want := likeOf([]rune(e.Subject), []rune(pattern))
			if got, err := condition.Match(&e); got != want || err != nil {
				t.Fatalf("%q LIKE %s is %t, %v", e.Subject, quoted, got, err)
			}
			if got, err := program.Match(&e); got == want || err != nil {
				t.Fatalf("%q NOT LIKE %s is %t, %v", e.Subject, quoted, got, err)
			}
		}
	}
}

// Parts with _ that are longer than a word of bits are found.
func TestLikeLongPart(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	letters := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab"[r.IntN(2)]
		}
		return string(b)
	}
	for range 1_000 {
		part := []byte(letters(2 + r.IntN(200)))
		text := letters(r.IntN(80)) + string(part) + letters(r.IntN(80))
		for range 1 + r.IntN(len(part)) {
			part[r.IntN(len(part))] = '_'
		}
		if r.IntN(2) == 0 {
			part[r.IntN(len(part))] = 'b'
		}
		x := cesql.MustCompile("id LIKE '%" + string(part) + "%'")
		e := cloudevents.Event{ID: text, Source: "/", Type: "t"}
		if want := likeOf([]rune(text), []rune("%"+string(part)+"%")); x.Matches(&e) != want {
			t.Fatalf("%q LIKE '%%%s%%' is %t", text, part, !want)
		}
	}
}

// A character of a pattern and _ at other places of the same part.
func TestLikeWithAnyAndCharacters(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"%a_%", "xaay", true}, {"%_a%", "aa", true}, {"%a_a%", "xaaax", true}, {"%a_b%", "aab", true}, {"%a_b%", "abab", false},
		{"%ü_%", "üü", true}, {"%_ü%", "üü", true}, {"a_%", "aa", true}, {"%_a", "aa", true}, {"%a_b_a%", "xaabbab", true}, {"%a_b_a%", "xaabbb", false},
		{"%aa_aa%", "aaaaaa", true}, {"%a__b%", "aaab", true}, {"%a__b%", "abb", false},
	} {
		x, _, err := cesql.Compile("id LIKE '" + c.pattern + "'")
		if err != nil {
			t.Fatal(err)
		}
		e := cloudevents.Event{ID: c.text, Source: "/s", Type: "t"}
		if x.Matches(&e) != c.want {
			t.Errorf("%q LIKE %q is %v", c.text, c.pattern, !c.want)
		}
	}
}
