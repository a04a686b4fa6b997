package cesql_test

import (
	_ "embed"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
)

//go:embed testdata/cases.txt
var cases string

// fewestCases is how many cases there were when somebody last counted.
const fewestCases = 435

var kinds = map[string]error{
	"": nil, "math": cesql.ErrMath, "cast": cesql.ErrCast, "attribute": cesql.ErrMissingAttribute,
	"function": cesql.ErrMissingFunction, "evaluation": cesql.ErrFunctionEvaluation,
}

// The cases are those of the language.
func TestCases(t *testing.T) {
	if ran := runCases(t, cases, runCase); ran < fewestCases {
		t.Errorf("%d cases, there were %d", ran, fewestCases)
	}
}

// runCases runs cases, checks that each key word of the specification has some, and returns
// how many there are.
func runCases(t *testing.T, cases string, run func(subject, want string) error) (ran int) {
	t.Helper()
	heading, open, proof := "", map[string]int{}, 1
	ended := func() {
		for word, n := range open {
			if n != 0 {
				t.Errorf("section %s: %d too few lines for %s", heading, n, word)
			}
		}
	}
	for i, line := range strings.Split(cases, "\n") {
		expression, want, isCase := cutLast(line, " => ")
		switch {
		case strings.HasPrefix(line, "## "):
			ended()
			var must, should int
			if _, err := fmt.Sscanf(line, "## %s MUST=%d SHOULD=%d", &heading, &must, &should); err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
			open = map[string]int{"MUST": must, "SHOULD": should}
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "MUST | "), strings.HasPrefix(line, "SHOULD | "):
			if proof == 0 {
				t.Errorf("line %d: nothing proves the requirement before", i+1)
			}
			word, _, _ := strings.Cut(line, " ")
			open[word]--
			proof = 0
		case strings.HasPrefix(line, "- ") && !isCase:
			proof++
		case isCase:
			proof++
			ran++
			if err := run(expression, want); err != nil {
				t.Errorf("line %d: %s: %v", i+1, expression, err)
			}
		default:
			t.Errorf("line %d is not understood: %s", i+1, line)
		}
	}
	ended()
	return ran
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func runCase(expression, want string) error {
	what, rest, _ := strings.Cut(want, " ")
	x, _, err := cesql.Compile(expression)
	if what == "error" {
		var syntax *cesql.Error
		if !errors.As(err, &syntax) || !errors.Is(err, cesql.ErrParse) || strconv.Itoa(syntax.Offset) != rest {
			return fmt.Errorf("%v, want a syntax error at %s", err, rest)
		}
		return nil
	}
	if err != nil {
		return err
	}
	e := event()
	if what == "match" {
		if got, _ := x.Match(&e); fmt.Sprint(got) != rest || x.Matches(&e) != got {
			return fmt.Errorf("it is %t, want %s", got, rest)
		}
		return nil
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return fmt.Errorf("the case has no value: %w", err)
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		return err
	}
	kind, known := kinds[strings.TrimSpace(rest[len(quoted):])]
	if !known {
		return errors.New("the case has an unknown kind of error")
	}
	got, err := x.Evaluate(&e)
	if got.Type().String() != what || got.String() != text || !errors.Is(err, kind) || (err == nil) != (kind == nil) {
		return fmt.Errorf("it is %s %q, %v; want %s %q, %v", got.Type(), got, err, what, text, kind)
	}
	return nil
}

// Evaluating changes no event.
func TestEvaluateChangesNothing(t *testing.T) {
	e := event()
	before := e.Clone()
	for _, text := range []string{"UPPER(id) = 'x'", "subject LIKE '%'", "time", "hop + 1", "big IN ('a')"} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Evaluate(&e); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if !reflect.DeepEqual(e, before) {
		t.Errorf("the event is %v, and was %v", e, before)
	}
}

// Functions of users are dispatched by their number of arguments, and fail with a value.
func TestFunctions(t *testing.T) {
	text := func(s string) func([]cesql.Value) (cesql.Value, error) {
		return func(args []cesql.Value) (cesql.Value, error) {
			return cesql.StringValue(fmt.Sprint(s, len(args))), nil
		}
	}
	c := cesql.Compiler{Functions: []cesql.Function{
		{Name: "abc", Parameters: []cesql.Type{cesql.String}, Result: cesql.String, Call: text("one")},
		{Name: "ABC", Parameters: []cesql.Type{cesql.String, cesql.Integer}, Result: cesql.String, Call: text("two")},
		{Name: "Abc", Parameters: []cesql.Type{cesql.String, cesql.String, cesql.String}, Variadic: true, Rest: cesql.Integer, Result: cesql.String, Call: text("many")},
		{Name: "FAIL", Result: cesql.Integer, Call: func([]cesql.Value) (cesql.Value, error) { return cesql.IntegerValue(7), errors.New("no") }},
		{Name: "WRONG", Result: cesql.Integer, Call: func([]cesql.Value) (cesql.Value, error) { return cesql.StringValue("x"), nil }},
		{Name: "PANIC", Result: cesql.Integer, Call: func([]cesql.Value) (cesql.Value, error) { panic("x") }},
		{Name: "GREEDY", Parameters: []cesql.Type{cesql.String}, Result: cesql.String, Call: func(args []cesql.Value) (cesql.Value, error) {
			v := args[0]
			args[0] = cesql.Value{}
			return v, nil
		}},
	}}
	for _, tc := range []struct {
		text, want string
		kind       error
	}{
		{"ABC(1)", "one1", nil}, {"abc('a', '2')", "two2", nil}, {"abc('a', 'x')", "", cesql.ErrCast},
		{"abc(1, 2, 3)", "many3", nil}, {"abc(1, 2, 3, 4, 5)", "many5", nil}, {"abc(1, 2, 3, 'x')", "", cesql.ErrCast},
		{"abc()", "false", cesql.ErrMissingFunction}, {"FAIL()", "7", cesql.ErrFunctionEvaluation}, {"1 + FAIL()", "0", cesql.ErrFunctionEvaluation},
		{"WRONG()", "0", cesql.ErrFunctionEvaluation}, {"PANIC()", "0", cesql.ErrFunctionEvaluation}, {"GREEDY('a')", "a", nil},
	} {
		x, _, err := c.Compile(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the first call must not change the second
			v, err := x.Evaluate(&cloudevents.Event{ID: "1", Source: "/", Type: "t"})
			if v.String() != tc.want || !errors.Is(err, tc.kind) || (err == nil) != (tc.kind == nil) {
				t.Errorf("%s is %s, %v; want %s, %v", tc.text, v, err, tc.want, tc.kind)
			}
		}
	}
	call := text("")
	one, none := []cesql.Type{cesql.String}, []cesql.Type{}
	for reason, fs := range map[string][]cesql.Function{
		"a name of the specification":         {{Name: "length", Parameters: none, Call: call}},
		"no name":                             {{Call: call}},
		"a keyword":                           {{Name: "not", Call: call}},
		"a digit":                             {{Name: "F1", Call: call}},
		"an underscore first":                 {{Name: "_F", Call: call}},
		"no Call":                             {{Name: "F"}},
		"a type that does not exist":          {{Name: "F", Result: 9, Call: call}},
		"the same arity":                      {{Name: "F", Parameters: one, Call: call}, {Name: "f", Parameters: one, Call: call}},
		"two variadic":                        {{Name: "F", Variadic: true, Call: call}, {Name: "F", Parameters: one, Variadic: true, Call: call}},
		"variadic with too few":               {{Name: "F", Variadic: true, Call: call}, {Name: "F", Parameters: one, Call: call}},
		"variadic with too few, second":       {{Name: "F", Parameters: one, Call: call}, {Name: "F", Parameters: one, Variadic: true, Call: call}},
		"a letter that is not of the grammar": {{Name: "Ä", Call: call}},
	} {
		bad := cesql.Compiler{Functions: fs}
		if _, _, err := bad.Compile("TRUE"); err == nil || errors.Is(err, cesql.ErrParse) {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// The limits hold, and can be changed.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100)
	for _, c := range []struct {
		reason   string
		compiler cesql.Compiler
		text     string
		ok       bool
	}{
		{"99 levels", cesql.Compiler{}, deep[1:200], true},
		{"100 levels", cesql.Compiler{}, deep, false},
		{"more levels", cesql.Compiler{MaxDepth: 200}, deep, true},
		{"many NOT", cesql.Compiler{}, strings.Repeat("NOT ", 1000) + "TRUE", false},
		{"many minus", cesql.Compiler{}, strings.Repeat("- ", 1000) + "x", false},
		{"a long chain", cesql.Compiler{}, "TRUE" + strings.Repeat(" AND TRUE", 5000), true},
		{"64 KiB", cesql.Compiler{}, "'" + strings.Repeat("x", 64<<10-2) + "'", true},
		{"more than 64 KiB", cesql.Compiler{}, "'" + strings.Repeat("x", 64<<10-1) + "'", false},
		{"no limit", cesql.Compiler{MaxLength: -1}, "'" + strings.Repeat("x", 1<<20) + "'", true},
		{"a long part with _", cesql.Compiler{}, "id LIKE '_" + strings.Repeat("x", 1024) + "'", false},
		{"the longest part with _", cesql.Compiler{}, "id LIKE '_" + strings.Repeat("x", 1023) + "%_'", true},
	} {
		_, _, err := c.compiler.Compile(c.text)
		if (err == nil) != c.ok || err != nil && len(err.Error()) > 200 {
			t.Errorf("%s: %v", c.reason, err)
		}
	}
	e := cloudevents.Event{ID: strings.Repeat("x", 600<<10), Source: "/", Type: "t"}
	for _, text := range []string{"CONCAT(id, id)", "CONCAT_WS(id, '', '')", "UPPER(id)", "LOWER(id)"} {
		small, large := cesql.Compiler{MaxString: 500 << 10}, cesql.Compiler{MaxString: -1}
		for _, c := range []*cesql.Compiler{&small, &large} {
			x, _, err := c.Compile(text)
			if err != nil {
				t.Fatal(err)
			}
			_, err = x.Evaluate(&e)
			if c == &small != errors.Is(err, cesql.ErrFunctionEvaluation) {
				t.Errorf("%s with %d: %v", text, c.MaxString, err)
			}
		}
	}
	own := cesql.Compiler{MaxString: 500 << 10, Functions: []cesql.Function{{Name: "TWICE", Parameters: []cesql.Type{cesql.String}, Result: cesql.String, Call: func(args []cesql.Value) (cesql.Value, error) {
		return cesql.StringValue(args[0].String() + args[0].String()), nil
	}}}}
	for text, ok := range map[string]bool{"TWICE(id) = ''": false, "TWICE(LEFT(id, 9)) = ''": true} {
		x, _, err := own.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Evaluate(&e); (err == nil) != ok || errors.Is(err, cesql.ErrFunctionEvaluation) == ok {
			t.Errorf("%s: %v", text, err)
		}
	}
	grows := cesql.Compiler{MaxString: 2}
	x, _, err := grows.Compile("UPPER('ɐ')") // of two bytes, which become three
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Evaluate(&e); !errors.Is(err, cesql.ErrFunctionEvaluation) {
		t.Errorf("a string that grows beyond MaxString: %v", err)
	}
}
