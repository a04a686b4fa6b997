package cesql_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/bench/cesql"
)

func TestPairsAgree(t *testing.T) {
	if err := bench.Agree(cesql.Pairs()); err != nil {
		t.Error(err)
	}
}

// BenchmarkPair is the work of the rows, ours and that of sdk-go.
func BenchmarkPair(b *testing.B) {
	for _, p := range cesql.Pairs() {
		for _, side := range []struct {
			name string
			run  func()
		}{{"ours", p.Ours}, {"sdk-go", p.Other}} {
			b.Run(strings.ReplaceAll(p.Path, ", ", "/")+"/"+side.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					side.run()
				}
			})
		}
	}
}

// BenchmarkRatio prints the time of sdk-go over ours: the median of pairs that run in turn.
func BenchmarkRatio(b *testing.B) {
	for _, p := range cesql.Pairs() {
		b.Run(strings.ReplaceAll(p.Path, ", ", "/"), func(b *testing.B) {
			for b.Loop() {
			}
			n := calls(p.Other)
			var ratios []float64
			for range 31 {
				ratios = append(ratios, float64(timed(n, p.Other))/float64(timed(n, p.Ours)))
			}
			slices.Sort(ratios)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
			b.ReportMetric(p.Floor.Ratio, "floor")
		})
	}
}

// calls returns how many calls take some milliseconds.
func calls(f func()) (n int) {
	for n = 1; timed(n, f) < 3*time.Millisecond; n *= 2 {
	}
	return n
}

func timed(n int, f func()) time.Duration {
	begin := time.Now()
	for range n {
		f()
	}
	return time.Since(begin)
}
