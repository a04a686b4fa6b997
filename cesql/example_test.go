package cesql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

func order() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed",
		Extensions: []cloudevents.Extension{{Name: "partition", Value: cloudevents.IntegerValue(4)}},
	}
}

func ExampleCompile() {
	x, warnings, err := cesql.Compile(`type LIKE 'com.example.%' AND partition > 3`)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := order()
	ok, err := x.Match(&e)
	fmt.Println(ok, err, len(warnings))
	// Output: true <nil> 0
}

// A trap is a warning: the expression is legal, and may mean something else than it seems to.
func ExampleWarning() {
	var warnings []cesql.Warning
	_, warnings, err := cesql.Compile(`NOT partition = 4`)
	fmt.Println(err)
	for _, w := range warnings {
		fmt.Println(w)
	}
	// Output:
	// <nil>
	// offset 0: NOT binds more tightly than =: this is (NOT …) = …; write NOT (… = …) for the opposite
}

// A syntax error says where it is and what was expected.
func ExampleCompile_errors() {
	_, _, err := cesql.Compile(`type LIKE id`)
	var syntax *cesql.Error
	fmt.Println(errors.As(err, &syntax), errors.Is(err, cesql.ErrParse), err)

	// Output: true true offset 10: syntax error: expected a string literal behind LIKE, found "id"
}

func ExampleMustCompile() {
	placed := cesql.MustCompile(`type = 'com.example.order.placed'`)
	e := order()
	fmt.Println(placed.Matches(&e), placed)
	// Output: true type = 'com.example.order.placed'
}

// An expression may have a value other than a Boolean.
func ExampleExpression_Evaluate() {
	e := order()
	for _, text := range []string{"partition * 2", "UPPER(id)", "partition / 0", "missing + 1"} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		v, err := x.Evaluate(&e)
		fmt.Println(x.Type(), v, err)
	}
	// Output:
	// Integer 8 <nil>
	// String A-1 <nil>
	// Integer 0 offset 10: math error: the divisor is 0
	// Integer 0 offset 0: missing attribute: missing
}

// A value tells its type, and casts itself.
func ExampleValue() {
	v := cesql.StringValue("10")
	n, isInteger := v.Int()
	_, isBoolean := v.Bool()
	fmt.Println(v.Type(), v, n, isInteger, isBoolean)
	fmt.Println(cesql.IntegerValue(n) == cesql.IntegerValue(10), cesql.BooleanValue(true))
	// Output:
	// String 10 10 true false
	// true true
}

// A Compiler has functions of its own.
func ExampleCompiler_Compile() {
	c := cesql.Compiler{Functions: []cesql.Function{{
		Name: "HAS_SUFFIX", Parameters: []cesql.Type{cesql.String, cesql.String}, Result: cesql.Boolean,
		Call: func(args []cesql.Value) (cesql.Value, error) {
			return cesql.BooleanValue(strings.HasSuffix(args[0].String(), args[1].String())), nil
		},
	}}}
	x, _, err := c.Compile(`HAS_SUFFIX(type, '.placed')`)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := order()
	fmt.Println(x.Match(&e))
	// Output: true <nil>
}

// A handler gets the events that an expression matches.
func ExampleExpression_Matches() {
	large := cesql.MustCompile(`partition > 3`)
	var mux dispatch.Mux
	err := mux.Handle(
		dispatch.Route{Type: "com.example.order.placed", Filter: large.Matches, Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("a large one")
			return nil, nil
		}},
		dispatch.Route{Type: "com.example.order.placed", Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println("any other")
			return nil, nil
		}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := order()
	_, err = mux.HandleEvent(context.Background(), &e)
	fmt.Println(err)
	// Output:
	// a large one
	// <nil>
}

// Filters come from the JSON of the Subscriptions API.
func ExampleFilter() {
	var f cesql.Filter
	err := json.Unmarshal([]byte(`{"all": [{"prefix": {"type": "com.example."}}, {"not": {"sql": "partition > 10"}}]}`), &f)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := order()
	fmt.Println(f.Match(&e))
	// Output: true
}

// Filters of a configuration may use functions of your own, and their traps are told.
func ExampleCompiler_CompileFilter() {
	c := cesql.Compiler{Functions: []cesql.Function{{
		Name: "HAS_SUFFIX", Parameters: []cesql.Type{cesql.String, cesql.String}, Result: cesql.Boolean,
		Call: func(args []cesql.Value) (cesql.Value, error) {
			return cesql.BooleanValue(strings.HasSuffix(args[0].String(), args[1].String())), nil
		},
	}}}
	f, warnings, err := c.CompileFilter([]byte(`{"all": [{"sql": "HAS_SUFFIX(type, '.placed')"}, {"sql": "NOT partition = 10"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range warnings {
		fmt.Println(w)
	}
	e := order()
	fmt.Println(f.All[0].Match(&e))
	// Output:
	// filter all[1].sql: offset 0: NOT binds more tightly than =: this is (NOT …) = …; write NOT (… = …) for the opposite
	// true
}

// A filter that breaks a rule of the specification says where.
func ExampleFilter_Validate() {
	f := cesql.Filter{Any: []cesql.Filter{{Exact: map[string]string{"type": ""}}}}
	fmt.Println(f.Validate())
	// Output: filter any[0].exact.type: the value is empty
}

func ExampleFilter_Match() {
	f := cesql.Filter{Suffix: map[string]string{"type": ".placed"}}
	e := order()
	fmt.Println(f.Match(&e))
	// Output: true
}
