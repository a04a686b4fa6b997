package cesql

import (
	"fmt"

	"github.com/cloudevents/sdk-go/sql/v2/parser"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/bench"
	"github.com/seed763dd41b/cloudevents/cesql"
)

// Expression is an expression of the rows. It is true for the event.
type Expression struct{ Name, Text string }

// Expressions returns the expressions of the rows.
func Expressions() []Expression {
	return []Expression{
		{"equal", `type = 'com.example.order.placed'`},
		{"three equals", `type = 'com.example.order.placed' AND source = '/orders' AND subject = 'A-1'`},
		{"extension", `region = 'eu-west'`},
		{"exists", `EXISTS region AND NOT EXISTS traceparent`},
		{"prefix", `type LIKE 'com.example.%'`},
		{"four percent", `type LIKE '%com%example%order%'`},
		{"underscores", `type LIKE '%.order.______' AND subject LIKE '_-_'`},
		{"in 8", `subject IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'A-1')`},
		{"arithmetic", `partition * 2 + 3 > 10 AND partition % 4 = 1`},
		{"functions", `LENGTH(subject) > 2 AND LEFT(type, 3) = 'com'`},
		{"three-way or", `(type = 'a' AND partition = 1) OR (type = 'b' AND partition = 2) OR (type = 'com.example.order.placed' AND partition = 5)`},
	}
}

// event returns the event of our side.
func event() *cloudevents.Event {
	return &cloudevents.Event{
		ID: "1", Source: "/orders", Type: "com.example.order.placed", Subject: "A-1",
		Extensions: []cloudevents.Extension{
			{Name: "partition", Value: cloudevents.IntegerValue(5)},
			{Name: "region", Value: cloudevents.StringValue("eu-west")},
		},
	}
}

// sdkEvent returns the same event for sdk-go.
func sdkEvent() sdkevent.Event {
	e := sdkevent.New()
	e.SetID("1")
	e.SetSource("/orders")
	e.SetType("com.example.order.placed")
	e.SetSubject("A-1")
	e.SetExtension("partition", 5)
	e.SetExtension("region", "eu-west")
	return e
}

// Pairs returns a row for compiling and one for evaluating each expression.
func Pairs() []bench.Pair {
	ours, theirs := event(), sdkEvent()
	var parse, evaluate []bench.Pair
	for _, x := range Expressions() {
		compiled := cesql.MustCompile(x.Text)
		parsed, err := parser.Parse(x.Text)
		check := func() error {
			got, ourErr := compiled.Match(ours)
			want, theirErr := parsed.Evaluate(theirs)
			if ourErr != nil || theirErr != nil || !got || want != true {
				return fmt.Errorf("%v, %v and %v, %v", got, ourErr, want, theirErr)
			}
			return nil
		}
		if err != nil {
			check = func() error { return err }
		}
		parse = append(parse, bench.Pair{
			Path: "parse, " + x.Name, Against: "sdk-go parser.Parse",
			Ours:  func() { _, _, _ = cesql.Compile(x.Text) },
			Other: func() { _, _ = parser.Parse(x.Text) },
			Check: check, Floor: bench.Limit{Ratio: 15}, Goal: bench.Limit{Ratio: 20},
		})
		evaluate = append(evaluate, bench.Pair{
			Path: "evaluate, " + x.Name, Against: "sdk-go Evaluate",
			Ours:  func() { _, _ = compiled.Match(ours) },
			Other: func() { _, _ = parsed.Evaluate(theirs) },
			Check: check, Floor: bench.Limit{Ratio: 6, Allocs: &bench.Allocs{}}, Goal: bench.Limit{Ratio: 8, Allocs: &bench.Allocs{}},
		})
	}
	return append(parse, evaluate...)
}
