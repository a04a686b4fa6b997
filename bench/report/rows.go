package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/measure"
)

// rows returns all rows that s wants, those with a verdict first.
func rows(s *measure.Settings) ([]measure.Row, error) {
	memory, err := memoryRows(s) // first, while the heap is small
	if err != nil {
		return nil, err
	}
	pairs, err := measure.Pairs(bench.Pairs, s)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(meanRows(pairs), pairs, memory)
	exchanges, err := openExchanges(s)
	if err != nil {
		return nil, err
	}
	for _, more := range []func(*measure.Settings) ([]measure.Row, error){exchanges.measure, sizeRows} {
		rows, err := more(s)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortStableFunc(all, func(x, y measure.Row) int { return boolOrder(x.Verdict != "", y.Verdict != "") })
	return all, nil
}

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

// meanRows returns the means of the pairs that name one.
func meanRows(pairs []measure.Row) []measure.Row {
	ratios := map[string][]float64{}
	for i := range pairs {
		ratios[pairs[i].Mean] = append(ratios[pairs[i].Mean], pairs[i].Ratio)
	}
	var rows []measure.Row
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
		r := measure.Row{
			Path: m.Path + fmt.Sprintf(", mean of %d", len(each)), Against: m.Against, Ratio: sum / n, AllocsOurs: -1,
			Note: fmt.Sprintf("geometric mean %.2f", math.Exp(logs/n)),
		}
		if len(each) == m.Of { // else -rows has left some out
			r.Judge(bench.Limit{Ratio: m.Floor}, bench.Limit{Ratio: m.Goal})
		}
		rows = append(rows, r)
	}
	return rows
}
