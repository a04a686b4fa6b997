package measure

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/bench"
)

func limit(ratio, allocs float64) bench.Limit {
	return bench.Limit{Ratio: ratio, Allocs: &bench.Allocs{Max: allocs}}
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		row  Row
		want string
	}{
		{Row{Ratio: 10, AllocsOurs: 2}, Goal},
		{Row{Ratio: 10, AllocsOurs: 3}, Floor},
		{Row{Ratio: 7, AllocsOurs: 2}, Floor},
		{Row{Ratio: 6, AllocsOurs: 3}, "behind (time)"},
		{Row{Ratio: 10, AllocsOurs: 4}, "behind (allocations)"},
		{Row{Ratio: 6, AllocsOurs: 4}, Behind},
		{Row{Ratio: 6.5, AllocsOurs: 3, Cost: true}, Floor},
		{Row{Ratio: 7, AllocsOurs: 3, Cost: true}, "behind (time)"},
	} {
		r := test.row
		high := 10.0
		if r.Cost {
			high = 5
		}
		r.Judge(limit(6.5, 3), limit(high, 2))
		if r.Verdict != test.want {
			t.Errorf("%+v: %s, want %s", test.row, r.Verdict, test.want)
		}
	}
}

func TestJudgeMoreAllocations(t *testing.T) {
	r := Row{AllocsOurs: 5, AllocsOther: 1}
	r.Judge(bench.Limit{Allocs: &bench.Allocs{Max: 3, More: true}}, bench.Limit{Allocs: &bench.Allocs{Max: 3, More: true}})
	if r.Verdict == Goal || r.Floor != "+ 3 allocs" {
		t.Errorf("%+v", r)
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Error(m)
	}
	if m := median([]float64{4, 1, 2, 3}); m != 2.5 {
		t.Error(m)
	}
}

func TestWriteInto(t *testing.T) {
	name := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(name, []byte("before\n"+beginMarker+"\nold\n"+endMarker+"\nafter\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := report{Command: "go run ./report", Rows: []Row{{Path: "path", Against: "other", Ratio: 2}}}
	for range 2 {
		if err := r.writeInto(name); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := string(text)
	if strings.Contains(s, "old") || strings.Count(s, "| path | other |") != 1 || !strings.HasPrefix(s, "before\n") || !strings.HasSuffix(s, endMarker+"\nafter\n") {
		t.Errorf("%s", s)
	}
	if err := os.WriteFile(name, []byte("no place"), 0o666); err != nil {
		t.Fatal(err)
	}
	if r.writeInto(name) == nil {
		t.Error("a file without markers is written to")
	}
}
