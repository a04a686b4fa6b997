// Package measure times pairs of functions and prints what comes out as a table. The
// commands report of this module and of the modules in its directories use it.
//
// Both sides of a row run in turn, A B A B, in several passes. The ratio is the median of
// the ratios of the passes.
package measure

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/bench"
)

// Pairs measures those of the pairs that s wants, each on one processor. Nothing is timed
// until all of them agree. An error is about a pair whose sides differ.
func Pairs(pairs func() []bench.Pair, s *Settings) ([]Row, error) {
	var wanted []int
	for i, p := range pairs() {
		if !s.Wants(p.Path, p.Against) {
			continue
		}
		wanted = append(wanted, i)
		if err := p.Check(); err != nil {
			return nil, fmt.Errorf("%s / %s differ: %w", p.Path, p.Against, err)
		}
	}
	rows := make([]Row, 0, len(wanted))
	for _, i := range wanted {
		// Made anew, so that the others are garbage: how often Go collects depends on
		// what there is, and a row must not depend on the rows beside it.
		p := pairs()[i]
		s.Progress(p.Path, p.Against)
		rows = append(rows, measurePair(&p, s))
	}
	return rows, nil
}

// turns is how often the sides alternate within a pass, so that a passing load on the
// machine slows both.
const turns = 4

func measurePair(p *bench.Pair, s *Settings) Row {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := Row{Path: p.Path, Against: p.Against, Unit: "ns", Note: p.Note, Mean: p.Mean}
	n, m := s.clock.calibrate(p.Ours, s.Least/turns), s.clock.calibrate(p.Other, s.Least/turns)
	r.Run(s.Passes,
		func() float64 { return s.clock.sample(p.Ours, n) },
		func() float64 { return s.clock.sample(p.Other, m) })
	r.AllocsOurs, r.AllocsOther = Allocs(p.Ours), Allocs(p.Other)
	r.Judge(p.Floor, p.Goal)
	return r
}

// Run calls both sides in turn, several times a pass, and sets the medians. A side returns
// the nanoseconds of one operation.
func (r *Row) Run(passes int, ours, other func() float64) {
	var all, others, ratios []float64
	for range passes {
		var a, b float64
		for range turns {
			a += ours() / turns
			b += other() / turns
		}
		ratio := b / a
		if r.Cost {
			ratio = a / b
		}
		all, others, ratios = append(all, a), append(others, b), append(ratios, ratio)
	}
	r.Ours, r.Other, r.Ratio = median(all), median(others), median(ratios)
	r.Spread = [2]float64{slices.Min(ratios), slices.Max(ratios)}
}

// calibrate returns how many calls of run take the time least.
func (c clock) calibrate(run func(), least time.Duration) int {
	run()
	for n := 1; ; {
		took := c.timed(run, n)
		if took >= least {
			return n
		}
		next := float64(n) * 1.1 * float64(least) / float64(max(took, 1))
		n = max(n+1, int(min(next, 100*float64(n))))
	}
}

func (c clock) timed(run func(), n int) time.Duration {
	begin := c()
	for range n {
		run()
	}
	return c() - begin
}

// sample returns the nanoseconds of one of n calls. It begins without the garbage of
// the other side.
func (c clock) sample(run func(), n int) float64 {
	runtime.GC()
	return float64(c.timed(run, n).Nanoseconds()) / float64(n)
}

// Allocs returns how often run allocates.
func Allocs(run func()) float64 { return testing.AllocsPerRun(50, run) }
