package main

import (
	"maps"
	"strings"
	"testing"
)

func TestNewRow(t *testing.T) {
	same := func(ns ...float64) (all []sample) {
		for _, n := range ns {
			all = append(all, sample{n, 2})
		}
		return all
	}
	for _, test := range []struct {
		name      string
		olds      []sample
		news      []sample
		ratio     float64
		quartiles [2]float64
		verdict   string
	}{
		{"one pair", same(100), same(110), 1.1, [2]float64{1.1, 1.1}, slower},
		{"within the limit", same(100, 100, 100), same(90, 102, 110), 1.02, [2]float64{0.96, 1.06}, ""},
		{"the machine changes within the run", same(100, 200, 400), same(50, 100, 200), 0.5, [2]float64{0.5, 0.5}, ""},
		{"pairs that do not agree", same(100, 100, 100, 100), same(80, 90, 130, 140), 1.1, [2]float64{0.875, 1.325}, unclear},
		{"pairs that agree", same(100, 100, 100, 100), same(104, 105, 106, 108), 1.055, [2]float64{1.0475, 1.065}, slower},
		{"other work on the machine", same(100, 100, 100), same(100, 150, 170), 1.5, [2]float64{1.25, 1.6}, unclear},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRow("row", test.olds, test.news)
			if !near(r.ratio, test.ratio) || !near(r.quartiles[0], test.quartiles[0]) || !near(r.quartiles[1], test.quartiles[1]) {
				t.Errorf("%v, quartiles %v; want %v, %v", r.ratio, r.quartiles, test.ratio, test.quartiles)
			}
			if v := r.verdict(3); v != test.verdict {
				t.Errorf("verdict %q, want %q", v, test.verdict)
			}
		})
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

func TestLine(t *testing.T) {
	r := newRow("batch-decode/batch-of-10", []sample{{99.5, 3}}, []sample{{99.5, 4}})
	if got, want := r.line(""), "| batch-decode/batch-of-10 | 99.5 ns | 99.5 ns | 1.000 | 1.000–1.000 | 1.000 | 3 → 4 |  |"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestResults(t *testing.T) {
	const out = `goos: linux
BenchmarkOurs/batch-decode/batch-of-10         	   11066	      7721 ns/op	    4000 B/op	       4 allocs/op
BenchmarkOurs/structured-decode/small-2        	   37210	       624.5 ns/op
BenchmarkNetwork/send/binary/small/1-connection-2 	       1	     31037 ns/op
PASS
`
	for _, test := range []struct {
		suite suite
		want  map[string]sample
	}{
		{suite{name: "BenchmarkOurs", processors: 1}, map[string]sample{
			"batch-decode/batch-of-10": {7721, 4}, "structured-decode/small-2": {624.5, -1},
		}},
		{suite{name: "BenchmarkOurs", processors: 2}, map[string]sample{
			"batch-decode/batch-of-10": {7721, 4}, "structured-decode/small": {624.5, -1},
		}},
		{suite{name: "BenchmarkNetwork", processors: 2}, map[string]sample{"send/binary/small/1-connection": {31037, -1}}},
	} {
		if got := maps.Collect(results(test.suite, []byte(out))); !maps.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.suite, got, test.want)
		}
	}
}

func TestPattern(t *testing.T) {
	got := pattern(suites[0], "JSON-check.of+data/4-KiB")
	if want := `^BenchmarkOurs$/^JSON-check\.of\+data$/^4-KiB$`; got != want || strings.Count(got, "/") != 2 {
		t.Errorf("got %s, want %s", got, want)
	}
}
