package cesql_test

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

//go:embed testdata/filters.txt
var filterCases string

// fewestFilterCases is how many cases there were when somebody last counted.
const fewestFilterCases = 138

func TestFilterCases(t *testing.T) {
	if ran := runCases(t, filterCases, runFilterCase); ran < fewestFilterCases {
		t.Errorf("%d cases, there were %d", ran, fewestFilterCases)
	}
}

func runFilterCase(text, want string) error {
	var f cesql.Filter
	err := json.Unmarshal([]byte(text), &f)
	if want == "error" {
		if err == nil {
			return errors.New("it is accepted")
		}
		return nil
	}
	if err != nil {
		return err
	}
	e := event()
	if got := fmt.Sprint("match ", f.Match(&e)); got != want {
		return fmt.Errorf("it is %s, want %s", got, want)
	}
	again, err := json.Marshal(f)
	if err != nil {
		return err
	}
	var g cesql.Filter
	if err := json.Unmarshal(again, &g); err != nil || g.Match(&e) != f.Match(&e) {
		return fmt.Errorf("%s, which it is written as, is another: %v", again, err)
	}
	return nil
}

// What Validate refuses passes no event.
func TestFilterWithoutDialect(t *testing.T) {
	e := event()
	for name, f := range map[string]cesql.Filter{
		"without a dialect": {}, "all of none": {All: []cesql.Filter{}}, "any of none": {Any: []cesql.Filter{}},
	} {
		if f.Match(&e) {
			t.Errorf("a filter %s passes an event", name)
		}
	}
}

func TestFilterIsValidated(t *testing.T) {
	bad := cesql.Filter{Exact: map[string]string{"type": ""}}
	exact := map[string]string{"type": "t"}
	for _, c := range []struct {
		name   string
		filter cesql.Filter
		want   string // a part of the error; "" is none
	}{
		{"exact", cesql.Filter{Exact: exact}, ""},
		{"nothing", cesql.Filter{}, "this one has 0"},
		{"two dialects", cesql.Filter{Exact: exact, Prefix: exact}, "this one has 2"},
		{"an empty value", bad, "filter exact.type: the value is empty"},
		{"an empty prefix", cesql.Filter{Prefix: map[string]string{"type": ""}}, "filter prefix.type: the value is empty"},
		{"an empty suffix", cesql.Filter{Suffix: map[string]string{"type": ""}}, "filter suffix.type: the value is empty"},
		{"no attribute", cesql.Filter{Exact: map[string]string{}}, "filter exact: there is no attribute"},
		{"a bad name", cesql.Filter{Exact: map[string]string{"Type": "t"}}, "has a character other than"},
		{"all of none", cesql.Filter{All: []cesql.Filter{}}, "filter all: there is no filter"},
		{"any of none", cesql.Filter{Any: []cesql.Filter{}}, "filter any: there is no filter"},
		{"below all", cesql.Filter{All: []cesql.Filter{{Exact: exact}, bad}}, "filter all[1].exact.type: "},
		{"below any", cesql.Filter{Any: []cesql.Filter{bad}}, "filter any[0].exact.type: "},
		{"below not", cesql.Filter{Not: &bad}, "filter not.exact.type: "},
		{"an expression without a text", cesql.Filter{SQL: new(cesql.Expression)}, "filter sql: the value is empty"},
		{"deep enough", nested(100), ""},
		{"too deep", nested(101), "nested more than 100 times"},
	} {
		err := c.filter.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, marshal := json.Marshal(c.filter); (marshal == nil) != (err == nil) {
			t.Errorf("%s: Validate says %v, and MarshalJSON %v", c.name, err, marshal)
		}
	}
}

// nested returns a filter in so many others.
func nested(n int) cesql.Filter {
	f := cesql.Filter{Exact: map[string]string{"type": "t"}}
	for i := range n {
		inner := f
		switch i % 3 {
		case 0:
			f = cesql.Filter{Not: &inner}
		case 1:
			f = cesql.Filter{All: []cesql.Filter{inner}}
		case 2:
			f = cesql.Filter{Any: []cesql.Filter{inner}}
		}
	}
	return f
}

func TestFilterFromJSON(t *testing.T) {
	all := func(n int, inner string) string {
		return strings.Repeat(`{"all":[`, n) + inner + strings.Repeat("]}", n)
	}
	const exact = `{"exact":{"id":"1"}}`
	for _, c := range []struct {
		name, text, want string
	}{
		{"brackets in a string", `{"exact":{"id":"` + strings.Repeat("[{", 200) + `"}}`, ""},
		{"brackets behind a quote in a string", `{"exact":{"id":"\"` + strings.Repeat("[{", 200) + `"}}`, ""},
		{"brackets behind a backslash in a string", `{"exact":{"id":"\\` + strings.Repeat("[{", 200) + `"}}`, ""},
		{"many filters beside each other", `{"any":[` + strings.Repeat(exact+",", 300) + exact + `]}`, ""},
		{"deep", all(100, exact), ""},
		{"too deep", all(101, exact), "nested more than 100 times"},
		{"arrays that are too deep", strings.Repeat("[", 203), "nested more than 100 times"},
		{"two dialects", `{"exact":{"id":"1"},"prefix":{"id":"1"}}`, "this one has 2"},
		{"the same dialect twice", `{"exact":{"id":"1"},"exact":{"id":"2"}}`, `filter: the member "exact" is there twice`},
		{"the same attribute twice", `{"not":{"exact":{"id":"1","id":"2"}}}`, `filter not.exact: the member "id" is there twice`},
		{"the same attribute, escaped", `{"exact":{"id":"1","\u0069d":"1"}}`, `filter exact: the member "id" is there twice`},
		{"no dialect", `{}`, "this one has 0"},
		{"three dialects", `{"exact":{"id":"1"},"prefix":{"id":"1"},"prefix":[{}]}`, "this one has 3"},
		{"the same dialect, escaped", `{"exact":{"id":"1"},"ex\u0061ct":1}`, `filter: the member "exact" is there twice`},
		{"white space", " { \"any\" : [ { \"not\" : { \"exact\" : { \"id\" : \"1\" , \"type\" : \"t\" } } } , {\"sql\":\"TRUE\"}\n] }\t", ""},
		{"an unpaired surrogate", `{"all":[{"exact":{"id":"\ud800"}}]}`, "filter all[0].exact: a string has an unpaired surrogate"},
		{"an unpaired surrogate in a name", `{"exact":{"\ud800":"1"}}`, "filter exact: a string has an unpaired surrogate"},
		{"an unknown dialect", `{"regexp":{"id":"1"}}`, `filter: the dialect "regexp" is unknown; there are exact, prefix, `},
		{"an unknown dialect in a list", `{"any":[` + exact + `,{"regexp":{"id":"1"}}]}`, `filter any[1]: the dialect "regexp" is unknown`},
		{"null", `{"exact":null}`, "filter exact: not an object whose members are strings"},
		{"no filter in not", `{"not":null}`, "filter not: not an object with one dialect"},
		{"an array", `[` + exact + `]`, "filter: not an object with one dialect"},
		{"a text", `"id = '1'"`, "filter: not an object with one dialect"},
		{"a wrong type", `{"exact":1}`, "filter exact: not an object whose members are strings"},
		{"a value that is no string", `{"suffix":{"hop":1}}`, "filter suffix: not an object whose members are strings"},
		{"a list that is none", `{"all":` + exact + `}`, "filter all: not an array of filters"},
		{"an expression that is no string", `{"sql":true}`, "filter sql: not a string"},
		{"an invalid filter in a list", `{"all":[` + exact + `,{}]}`, "filter all[1]: a filter has exactly one dialect, and this one has 0"},
		{"malformed SQL", `{"sql":"id ="}`, "filter sql: offset 4: syntax error"},
		{"malformed SQL below others", `{"all":[` + exact + `,{"not":{"sql":"id ="}}]}`, "filter all[1].not.sql: offset 4: syntax error"},
		{"an invalid filter below others", `{"all":[{"not":{"exact":{}}}]}`, "filter all[0].not.exact: there is no attribute in it"},
	} {
		var f cesql.Filter
		err := json.Unmarshal([]byte(c.text), &f)
		if strings.HasPrefix(c.text, "[[") {
			err = f.UnmarshalJSON([]byte(c.text)) // which need not be JSON
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What is no JSON does not come through encoding/json, and a filter that does is as it was
// written.
func TestFilterText(t *testing.T) {
	for _, text := range []string{"", " ", "{", `{"exact":{"id":"1"}}x`, `{"exact":{"id":"1"}`, `{"exact":{"id":1,}}`, "{\"exact\":{\"id\":\"\xff\"}}"} {
		f := cesql.Filter{}
		if err := f.UnmarshalJSON([]byte(text)); err == nil || err.Error() != "filter: not JSON" || f.Exact != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{
		`{"exact":{"id":"1","type":"\u003cé\"\\"}}`,
		`{"all":[{"any":[{"suffix":{"id":"1"}},{"prefix":{"id":"1"}}]},{"not":{"sql":"id = 'A' AND 1 \u003c 2"}}]}`,
		strings.Repeat(`{"all":[{"sql":"TRUE"},`, 100) + `{"sql":"FALSE"}` + strings.Repeat("]}", 100),
	} {
		var f cesql.Filter
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Errorf("%.80s: %v", text, err)
			continue
		}
		if again, err := json.Marshal(f); err != nil || string(again) != text {
			t.Errorf("%.80s is written as %.80s: %v", text, again, err)
		}
	}
}

// Reading and writing a filter takes no more memory if it is nested.
func TestFilterMemory(t *testing.T) {
	const most = 100
	for name, inner := range map[string]string{
		"a long text":  `{"exact":{"id":"` + strings.Repeat("x", 1<<18) + `"}}`,
		"many filters": `{"any":[` + strings.Repeat(`{"exact":{"id":"1"}},`, 5000) + `{"exact":{"id":"1"}}]}`,
		"many members": `{"exact":{"id":"1"}` + strings.Repeat(`,"x":1`, 5000) + `}`,
	} {
		cost := func(n int) (read, written uint64) {
			text := []byte(strings.Repeat(`{"all":[`, n) + inner + strings.Repeat("]}", n))
			var f cesql.Filter
			read = alloctest.Least(func() { _ = f.UnmarshalJSON(text) })
			written = alloctest.Least(func() { _, _ = f.MarshalJSON() })
			return read, written
		}
		read, written := cost(1)
		readDeep, writtenDeep := cost(most - 1)
		if readDeep > read+32<<10 || writtenDeep > written+32<<10 {
			t.Errorf("%s: %d to %d bytes to read, %d to %d to write", name, read, readDeep, written, writtenDeep)
		}
	}
}

// A filter is compiled with the functions and the limits of its Compiler. A warning says which
// expression it is about, and there are at most 16.
func TestCompileFilter(t *testing.T) {
	own := cesql.Function{Name: "is_it", Parameters: []cesql.Type{cesql.String}, Result: cesql.Boolean, Call: func(args []cesql.Value) (cesql.Value, error) {
		return cesql.BooleanValue(args[0].String() == "t"), nil
	}}
	c := cesql.Compiler{Functions: []cesql.Function{own}, MaxLength: 20}
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
	f, warnings, err := c.CompileFilter([]byte(`{"any":[{"not":{"sql":"ID = '1'"}},{"all":[{"exact":{"id":"1"}},{"sql":"is_it(TYPE)"}]}]}`))
	if err != nil || !f.Match(&e) {
		t.Fatalf("no match: %v", err)
	}
	if want := []string{"any[0].not.sql", "any[1].all[1].sql"}; len(warnings) != 2 || warnings[0].Place != want[0] || warnings[1].Place != want[1] || warnings[1].Offset != 6 {
		t.Errorf("warnings %v, want at %s", warnings, want)
	}
	if _, warnings, err := c.CompileFilter([]byte(`{"any":[` + strings.Repeat(`{"sql":"ID = '1'"},`, 40) + `{"sql":"id = '1'"}]}`)); len(warnings) != 16 || err != nil {
		t.Errorf("%d warnings: %v", len(warnings), err)
	}
	var syntax *cesql.Error
	if _, _, err := c.CompileFilter([]byte(`{"not":{"sql":"id = '1234567890123456'"}}`)); !errors.As(err, &syntax) || err.Error() != "filter not.sql: offset 20: syntax error: more than 20 bytes" {
		t.Errorf("too long: %v", err)
	}
	c.Functions = append(c.Functions, own)
	if _, _, err := c.CompileFilter([]byte(`{"exact":{"id":"1"}}`)); err == nil {
		t.Error("two functions of one name")
	}
}
