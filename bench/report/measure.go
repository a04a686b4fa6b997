package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/bench"
)

// measure returns all rows that s wants. Nothing is timed until all pairs agree.
func measure(s settings) ([]row, error) {
	memory, err := memoryRows(s) // first, while the heap is small
	if err != nil {
		return nil, err
	}
	pairs := bench.Pairs()
	wanted := []int{}
	for i, p := range pairs {
		if !s.wants(p.Path, p.Against) {
			continue
		}
		wanted = append(wanted, i)
		if err := p.Check(); err != nil {
			return nil, fmt.Errorf("%s / %s differ: %w", p.Path, p.Against, err)
		}
	}
	pairs = nil

	rows := []row{}
	ratios := map[string][]float64{}
	for _, i := range wanted {
		// Made anew, so that the others are garbage: how often Go collects depends on
		// what there is, and a row must not depend on the rows beside it.
		p := bench.Pairs()[i]
		s.progress(p.Path, p.Against)
		r := measurePair(&p, s)
		if p.Mean != "" {
			ratios[p.Mean] = append(ratios[p.Mean], r.Ratio)
		}
		rows = append(rows, r)
	}
	rows = append(meanRows(ratios), rows...)
	rows = append(rows, memory...)
	exchanges, err := openExchanges(s)
	if err != nil {
		return nil, err
	}
	for _, measure := range []func(settings) ([]row, error){exchanges.measure, sizeRows} {
		more, err := measure(s)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	slices.SortStableFunc(rows, func(x, y row) int { return boolOrder(x.Verdict != "", y.Verdict != "") })
	return rows, nil
}

// turns is how often the sides alternate within a pass, so that a passing load on the
// machine slows both.
const turns = 4

// measurePair runs a pair on one processor.
func measurePair(p *bench.Pair, s settings) row {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := row{Path: p.Path, Against: p.Against, Unit: "ns", Note: p.Note}
	n, m := calibrate(p.Ours, s.least/turns), calibrate(p.Other, s.least/turns)
	r.pass(s.passes, func() (ours, other float64) {
		for range turns {
			ours += sample(p.Ours, n) / turns
			other += sample(p.Other, m) / turns
		}
		return ours, other
	})
	r.AllocsOurs, r.AllocsOther = allocs(p.Ours), allocs(p.Other)
	r.judge(p.Floor, p.Goal)
	return r
}

// pass calls sides once a pass and sets the medians.
func (r *row) pass(passes int, sides func() (ours, other float64)) {
	var all, others, ratios []float64
	for range passes {
		ours, other := sides()
		ratio := other / ours
		if r.Cost {
			ratio = ours / other
		}
		all, others, ratios = append(all, ours), append(others, other), append(ratios, ratio)
	}
	r.Ours, r.Other, r.Ratio = median(all), median(others), median(ratios)
	r.Spread = [2]float64{slices.Min(ratios), slices.Max(ratios)}
}

// calibrate returns how many calls of run take the time least.
func calibrate(run func(), least time.Duration) int {
	run()
	for n := 1; ; {
		elapsed := timed(run, n)
		if elapsed >= least {
			return n
		}
		next := float64(n) * 1.1 * float64(least) / float64(max(elapsed, 1))
		n = max(n+1, int(min(next, 100*float64(n))))
	}
}

func timed(run func(), n int) time.Duration {
	begin := time.Now()
	for range n {
		run()
	}
	return time.Since(begin)
}

// sample returns the nanoseconds of one of n calls. It begins without the garbage of
// the other side.
func sample(run func(), n int) float64 {
	runtime.GC()
	return float64(timed(run, n).Nanoseconds()) / float64(n)
}

func allocs(run func()) float64 { return testing.AllocsPerRun(50, run) }

// boolOrder puts true first.
func boolOrder(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

func meanRows(ratios map[string][]float64) []row {
	var rows []row
	for _, m := range bench.Means() {
		each := ratios[m.Name()]
		if len(each) == 0 {
			continue
		}
		sum, logs := 0.0, 0.0
		for _, ratio := range each {
			sum += ratio
			logs += math.Log(ratio)
		}
		n := float64(len(each))
		r := row{
			Path: m.Path + fmt.Sprintf(", mean of %d", len(each)), Against: m.Against, Ratio: sum / n, AllocsOurs: -1,
			Note: fmt.Sprintf("geometric mean %.2f", math.Exp(logs/n)),
		}
		if len(each) == m.Of { // else -rows has left some out
			r.judge(bench.Limit{Ratio: m.Floor}, bench.Limit{Ratio: m.Goal})
		}
		rows = append(rows, r)
	}
	return rows
}
