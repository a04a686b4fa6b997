package main

import (
	"fmt"
	"slices"
)

// row is what pairs of measurements say about a row.
type row struct {
	name      string
	old, new  sample     // medians
	ratio     float64    // median of new over old
	fastest   float64    // the fastest of new over the fastest of old
	quartiles [2]float64 // of the ratios
}

const (
	slower  = "slower"
	unclear = "unclear"
)

// measure runs the two programs in turn. Each is the first of a pair every other time, so
// that a machine that gets faster or slower does not favor one.
func measure(s suite, name string, before, after *program, set settings) (row, error) {
	var olds, news []sample
	for i := range set.pairs {
		turn := []*program{before, after}
		if i%2 == 1 {
			slices.Reverse(turn)
		}
		for _, p := range turn {
			one, err := p.measure(s, name, set.time)
			if err != nil {
				return row{}, err
			}
			if p == before {
				olds = append(olds, one)
			} else {
				news = append(news, one)
			}
		}
	}
	return newRow(name, olds, news), nil
}

func newRow(name string, olds, news []sample) row {
	r := row{name: name}
	var ratios, times, otherTimes, allocs, otherAllocs []float64
	for i := range olds {
		ratios = append(ratios, news[i].ns/olds[i].ns)
		times, otherTimes = append(times, olds[i].ns), append(otherTimes, news[i].ns)
		allocs, otherAllocs = append(allocs, olds[i].allocs), append(otherAllocs, news[i].allocs)
	}
	r.old, r.new = sample{quantile(times, 0.5), quantile(allocs, 0.5)}, sample{quantile(otherTimes, 0.5), quantile(otherAllocs, 0.5)}
	r.fastest = slices.Min(otherTimes) / slices.Min(times)
	r.ratio, r.quartiles = quantile(ratios, 0.5), [2]float64{quantile(ratios, 0.25), quantile(ratios, 0.75)}
	return r
}

// verdict returns slower if both the median of the pairs and the fastest measurements say
// that the row is more than percent slower. It returns unclear if only the median does: other
// work on the machine makes a measurement slower, and never faster.
func (r *row) verdict(percent float64) string {
	most := 1 + percent/100
	switch {
	case r.ratio <= most:
		return ""
	case r.fastest <= most:
		return unclear
	}
	return slower
}

func (r *row) line(verdict string) string {
	allocs := ""
	if r.old.allocs >= 0 {
		allocs = fmt.Sprintf("%.0f", r.old.allocs)
	}
	if r.new.allocs != r.old.allocs {
		allocs += fmt.Sprintf(" → %.0f", r.new.allocs)
	}
	return fmt.Sprintf("| %s | %s | %s | %.3f | %.3f–%.3f | %.3f | %s | %s |", r.name, nanoseconds(r.old.ns), nanoseconds(r.new.ns),
		r.ratio, r.quartiles[0], r.quartiles[1], r.fastest, allocs, verdict)
}

func nanoseconds(ns float64) string {
	if ns < 100 {
		return fmt.Sprintf("%.1f ns", ns)
	}
	return fmt.Sprintf("%.0f ns", ns)
}

// quantile returns the value below which a share of v lies, between neighbors by
// interpolation.
func quantile(v []float64, share float64) float64 {
	v = slices.Sorted(slices.Values(v))
	at := share * float64(len(v)-1)
	i := int(at)
	if i+1 == len(v) {
		return v[i]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}
