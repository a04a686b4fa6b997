// Package cesql compares package cesql of this module with that of sdk-go: the same expressions
// on the same event. Run it in this directory:
//
//	go test -bench . -benchtime 200ms
//
// The last rows are ratios: time of sdk-go over ours, the median of pairs that are measured in
// turn.
package cesql_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/sql/v2/parser"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
)

var expressions = []struct{ name, text string }{
	{"equal", `type = 'com.example.order.placed'`},
	{"three-equals", `type = 'com.example.order.placed' AND source = '/orders' AND subject = 'A-1'`},
	{"prefix", `type LIKE 'com.example.%'`},
	{"four-percent", `type LIKE '%com%example%order%'`},
	{"in-8", `subject IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'A-1')`},
	{"arithmetic", `partition * 2 + 3 > 10 AND partition % 4 = 1`},
	{"functions", `LENGTH(subject) > 2 AND LEFT(type, 3) = 'com'`},
	{"three-way-or", `(type = 'a' AND partition = 1) OR (type = 'b' AND partition = 2) OR (type = 'com.example.order.placed' AND partition = 5)`},
}

func ourEvent() cloudevents.Event {
	return cloudevents.Event{
		ID: "1", Source: "/orders", Type: "com.example.order.placed", Subject: "A-1",
		Extensions: []cloudevents.Extension{{Name: "partition", Value: cloudevents.IntegerValue(5)}},
	}
}

func theirEvent() sdkevent.Event {
	e := sdkevent.New()
	e.SetID("1")
	e.SetSource("/orders")
	e.SetType("com.example.order.placed")
	e.SetSubject("A-1")
	e.SetExtension("partition", 5)
	return e
}

// Both say the same of every expression.
func TestSame(t *testing.T) {
	for _, x := range expressions {
		ours, warnings, err := cesql.Compile(x.text)
		if err != nil || len(warnings) > 0 {
			t.Fatal(x.name, warnings, err)
		}
		theirs, err := parser.Parse(x.text)
		if err != nil {
			t.Fatal(x.name, err)
		}
		e := ourEvent()
		got, err := ours.Match(&e)
		want, theirErr := theirs.Evaluate(theirEvent())
		if err != nil || theirErr != nil || got != true || want != true {
			t.Errorf("%s: %v, %v and %v, %v", x.name, got, err, want, theirErr)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, x := range expressions {
		b.Run(x.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, _ = cesql.Compile(x.text)
			}
		})
		b.Run(x.name+"/sdk-go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = parser.Parse(x.text)
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	ours, theirs := ourEvent(), theirEvent()
	for _, x := range expressions {
		compiled, _, err := cesql.Compile(x.text)
		if err != nil {
			b.Fatal(err)
		}
		parsed, err := parser.Parse(x.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(x.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = compiled.Match(&ours)
			}
		})
		b.Run(x.name+"/sdk-go", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = parsed.Evaluate(theirs)
			}
		})
	}
}

// BenchmarkRatio prints the ratios. The floors are 15 for parsing and 6 for evaluating.
func BenchmarkRatio(b *testing.B) {
	ours, theirs := ourEvent(), theirEvent()
	for _, x := range expressions {
		compiled, _, err := cesql.Compile(x.text)
		if err != nil {
			b.Fatal(err)
		}
		parsed, err := parser.Parse(x.text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
			}
			parse := ratio(200, func() { _, _, _ = cesql.Compile(x.text) }, func() { _, _ = parser.Parse(x.text) })
			evaluate := ratio(5000, func() { _, _ = compiled.Match(&ours) }, func() { _, _ = parsed.Evaluate(theirs) })
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(parse, "parse-ratio")
			b.ReportMetric(evaluate, "evaluate-ratio")
		})
	}
}

// ratio returns the median of the time of b over the time of a, in pairs of n calls each.
func ratio(n int, a, b func()) float64 {
	var ratios []float64
	for range 31 {
		ratios = append(ratios, float64(timed(n, b))/float64(timed(n, a)))
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

func timed(n int, f func()) time.Duration {
	begin := time.Now()
	for range n {
		f()
	}
	return time.Since(begin)
}

func Example() {
	x := cesql.MustCompile(expressions[0].text)
	e := ourEvent()
	fmt.Println(x.Match(&e))
	// Output: true <nil>
}
