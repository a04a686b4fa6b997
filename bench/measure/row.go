package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/bench"
)

// Row is a line of the table. Ratio is the other side over ours, and more is better.
type Row struct {
	Path    string     `json:"path"`
	Against string     `json:"against"`
	Unit    string     `json:"unit,omitempty"` // of Ours and Other: "ns" or "B"; "" if there is only a ratio
	Ours    float64    `json:"ours,omitempty"`
	Other   float64    `json:"other,omitempty"`
	Ratio   float64    `json:"ratio"`
	Spread  [2]float64 `json:"spread"` // the lowest and the highest ratio of a pass
	Cost    bool       `json:"cost"`   // Ratio is ours over other, and less is better

	AllocsOurs  float64 `json:"allocsOurs"` // an operation; negative is not counted
	AllocsOther float64 `json:"allocsOther"`

	Floor   string `json:"floor,omitempty"`
	Goal    string `json:"goal,omitempty"`
	Verdict string `json:"verdict,omitempty"`
	Note    string `json:"note,omitempty"`

	Mean string `json:"-"` // of the Pair
}

// The verdicts on a row.
const (
	Goal   = "goal"
	Floor  = "floor"
	Behind = "behind"
	NotYet = "not yet" // there is a goal and no floor
)

// Judge sets Floor, Goal and Verdict. Ratios of rows with Cost are at most the
// limit, others at least.
func (r *Row) Judge(f, g bench.Limit) {
	r.Floor, r.Goal = r.limit(f), r.limit(g)
	switch {
	case r.Floor == "" && r.Goal == "":
	case r.meets(g):
		r.Verdict = Goal
	case r.Floor == "":
		r.Verdict = NotYet
	case r.meets(f):
		r.Verdict = Floor
	default:
		r.Verdict = Behind
		if r.meetsRatio(f) {
			r.Verdict += " (allocations)"
		} else if r.meetsAllocs(f) && f.Allocs != nil {
			r.Verdict += " (time)"
		}
	}
}

func (r *Row) meets(l bench.Limit) bool { return r.meetsRatio(l) && r.meetsAllocs(l) }

func (r *Row) meetsRatio(l bench.Limit) bool {
	if l.Ratio == 0 {
		return true
	}
	if r.Cost {
		return r.Ratio <= l.Ratio
	}
	return r.Ratio >= l.Ratio
}

func (r *Row) meetsAllocs(l bench.Limit) bool {
	if l.Allocs == nil {
		return true
	}
	most := l.Allocs.Max
	if l.Allocs.More {
		most += r.AllocsOther
	}
	return r.AllocsOurs <= most
}

func (r *Row) limit(l bench.Limit) string {
	var parts []string
	if l.Ratio != 0 {
		parts = append(parts, fmt.Sprintf("%g×", l.Ratio))
	}
	if l.Allocs != nil {
		plus := ""
		if l.Allocs.More {
			plus = "+ "
		}
		parts = append(parts, fmt.Sprintf("%s%g allocs", plus, l.Allocs.Max))
	}
	return strings.Join(parts, ", ")
}

// median returns the middle of v, or the mean of the two in the middle.
func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n%2 == 1 {
		return v[n/2]
	}
	return (v[n/2-1] + v[n/2]) / 2
}
