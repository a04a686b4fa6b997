package bench

import (
	"strings"
	"testing"
	"time"
)

// BenchmarkOurs runs our side of every pair once, and what exchanges do without their
// network. The command compare runs it at two commits.
func BenchmarkOurs(b *testing.B) {
	seen := map[string]bool{}
	run := func(path string, ours func()) {
		if !seen[path] {
			seen[path] = true
			b.Run(benchmarkName(path), func(b *testing.B) { loop(b, ours) })
		}
	}
	for _, p := range Pairs() {
		run(p.Path, p.Ours)
	}
	for _, x := range Exchanges() {
		if x.Alone != nil {
			path := x.Path[:strings.LastIndex(x.Path, ", ")] // without the number of connections
			run(path+", no network", x.Alone.Ours)
		}
	}
}

// BenchmarkNetwork runs our side of every exchange once. The time of an event is the
// mean of networkTime, whatever b.N is.
func BenchmarkNetwork(b *testing.B) {
	const networkTime = 50 * time.Millisecond
	seen := map[string]bool{}
	for _, x := range Exchanges() {
		if seen[x.Path] {
			continue
		}
		seen[x.Path] = true
		b.Run(benchmarkName(x.Path), func(b *testing.B) {
			r, err := x.Open()
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			if _, err := r.Ours(networkTime / 5); err != nil { // opens the connections
				b.Fatal(err)
			}
			each, err := r.Ours(networkTime)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(each.Nanoseconds()), "ns/op")
		})
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
