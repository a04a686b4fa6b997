package bench

import (
	"strings"
	"testing"
)

// BenchmarkOurs runs our side of every pair once. Compare two commits of it with
// benchstat.
func BenchmarkOurs(b *testing.B) {
	seen := map[string]bool{}
	for _, p := range Pairs() {
		if seen[p.Path] {
			continue
		}
		seen[p.Path] = true
		b.Run(benchmarkName(p.Path), func(b *testing.B) { loop(b, p.Ours) })
	}
}

// BenchmarkPair runs both sides of every pair; benchstat -col /by puts them beside
// each other.
func BenchmarkPair(b *testing.B) {
	for _, p := range Pairs() {
		name := benchmarkName(p.Path) + "/against=" + benchmarkName(p.Against)
		b.Run(name+"/by=ours", func(b *testing.B) { loop(b, p.Ours) })
		b.Run(name+"/by=other", func(b *testing.B) { loop(b, p.Other) })
	}
}

func loop(b *testing.B, run func()) {
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

func benchmarkName(s string) string {
	return strings.NewReplacer(", ", "/", " ", "-", "/", "-").Replace(s)
}
