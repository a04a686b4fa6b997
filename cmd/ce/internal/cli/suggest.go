package cli

import (
	"fmt"
	"strings"
)

// DidYouMean returns "; did you mean x?" with the name that is nearest to a mistyped one, or else
// the one of which that is the long form, for the end of an error, or "" if there is none.
func DidYouMean(name string, names []string) string {
	best, nearest := "", 1+max(1, len(name)/3)
	for _, candidate := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < nearest {
			best, nearest = candidate, d
		}
	}
	for _, candidate := range names {
		if best == "" && len(candidate) >= 3 && len(name) <= 4*len(candidate) && strings.HasPrefix(strings.ToLower(name), candidate) {
			best = candidate
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance returns how many characters have to be inserted, left out, replaced, or exchanged
// with their neighbors, to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
