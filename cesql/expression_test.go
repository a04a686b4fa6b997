package cesql_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

func event() cloudevents.Event {
	return cloudevents.Event{
		ID: "A-1", Source: "/orders", Type: "com.example.order.placed", Subject: "Grüße 😀", DataContentType: "application/json",
		Time: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC),
		Extensions: []cloudevents.Extension{
			{Name: "big", Value: cloudevents.BinaryValue([]byte("hi"))},
			{Name: "hop", Value: cloudevents.IntegerValue(3)},
			{Name: "sampled", Value: cloudevents.BooleanValue(true)},
			{Name: "sequence", Value: cloudevents.StringValue("10")},
		},
	}
}

func TestWarnings(t *testing.T) {
	for text, want := range map[string]int{
		"NOT hop = 7": 1, "NOT (hop = 7)": 0, "(NOT hop) = 7": 0, "NOT id LIKE 'x'": 1, "NOT id IN ('x')": 1,
		"TRUE AND FALSE OR TRUE": 1, "TRUE AND FALSE AND TRUE": 0, "(TRUE AND FALSE) OR TRUE": 0, "ID = 'x'": 1, "FOO(1)": 1,
		"NOT EXISTS id": 0, "NOT TRUE AND FALSE": 0,
		"time > '2026-11-29T10:00:00Z'": 1, "'b' <= id": 1, "hop < '7'": 0, "type + '.x' = id": 1, "('x') * 2 = 4": 1, "id = 'x'": 0, "id != 'x'": 0,
		"data = 'x'": 1, "EXISTS data": 1, "database = 'x'": 0, "ce-id = 'x'": 1, "ce = 'x'": 0, "3 - ce - id = 1": 0,
		"LOWER('x') < 3": 0, "hop < CONCAT('7')": 0, "sampled XOR 'x'": 0,
	} {
		if _, warnings, err := cesql.Compile(text); len(warnings) != want || err != nil {
			t.Errorf("%s: %v, %v", text, warnings, err)
		}
	}
}

// A syntax error says what was expected and what is there. Symbols of other languages are named.
func TestSyntaxErrors(t *testing.T) {
	for text, want := range map[string]string{
		"id == 'x'":      "offset 4: syntax error: expected an operator or the end, found a second =; equality is one",
		"TRUE && FALSE":  `offset 5: syntax error: expected an operator or the end, found "&", which is AND here`,
		"(TRUE || FALSE": `offset 6: syntax error: expected ")" or an operator, found "|", which is OR here`,
		"!TRUE":          `offset 0: syntax error: expected a value, found "!", which is NOT here`,
		"event.id = 'x'": `offset 5: syntax error: expected an operator or the end, found ".", which no name has: an attribute is its name alone, such as type, and data is none`,
		"id = ä":         `offset 5: syntax error: expected a value, found "ä", which the language does not have`,
		"id = \x00":      `offset 5: syntax error: expected a value, found "\x00", which the language does not have`,
		"id = 'x":        "offset 5: syntax error: expected a value, found a string that does not end",
		"id LIKE 'x":     "offset 8: syntax error: expected a string literal behind LIKE, found a string that does not end",
		"id = 'a''b'":    "offset 8: syntax error: expected a value, found a string with another right behind it; a quote in a string is written with a backslash",
		"id IN ('a' ; 1": `offset 11: syntax error: expected "," or ")" in a set, found ";", which the language does not have`,
	} {
		if _, _, err := cesql.Compile(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A warning about a function that does not exist says what there is of that name.
func TestMissingFunctionWarnings(t *testing.T) {
	own := cesql.Function{Name: "ours", Parameters: []cesql.Type{cesql.String}, Variadic: true, Call: func([]cesql.Value) (cesql.Value, error) { return cesql.Value{}, nil }}
	c := cesql.Compiler{Functions: []cesql.Function{own}}
	for text, want := range map[string]string{
		"NOSUCH(1)":       "offset 0: there is no function NOSUCH",
		"1 = lenght('a')": "offset 4: there is no function LENGHT",
		"LENGTH()":        "offset 0: the function LENGTH does not take 0 arguments, but 1",
		"SUBSTRING('a')":  "offset 0: the function SUBSTRING does not take 1 argument, but 2 or 3",
		"CONCAT_WS()":     "offset 0: the function CONCAT_WS does not take 0 arguments, but 1 or more",
		"ours()":          "offset 0: the function OURS does not take 0 arguments, but 1 or more",
	} {
		_, warnings, err := c.Compile(text)
		if err != nil || len(warnings) != 1 || warnings[0].String() != want {
			t.Errorf("%s: %v, %v", text, warnings, err)
		}
	}
}

// A math error says whether the result is too large or the divisor is 0.
func TestMathErrors(t *testing.T) {
	e := event()
	for text, want := range map[string]string{
		"hop + 2147483647":   "offset 4: math error: the result does not fit into 32 bits",
		"hop * 2147483647":   "offset 4: math error: the result does not fit into 32 bits",
		"-2147483648 - hop":  "offset 12: math error: the result does not fit into 32 bits",
		"-(-2147483648)":     "offset 0: math error: the result does not fit into 32 bits",
		"-2147483648 / -1":   "offset 12: math error: the result does not fit into 32 bits",
		"hop / 0":            "offset 4: math error: the divisor is 0",
		"hop % 0":            "offset 4: math error: the divisor is 0",
		"1 / (hop - 3)":      "offset 2: math error: the divisor is 0",
		"hop IN (1, 1 % 0)":  "offset 13: math error: the divisor is 0",
		"ABS(-2147483648)":   "offset 0: math error: the result does not fit into 32 bits",
		"'x' / 0":            "offset 0: cast error: the operand is not an Integer",
		"hop / 'x' = 1":      "offset 6: cast error: the operand is not an Integer",
		"sequence / 'x' + 1": "offset 11: cast error: the operand is not an Integer",
	} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Evaluate(&e); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Evaluating allocates nothing, unless a function makes a string.
func TestAllocations(t *testing.T) {
	e := event()
	e.Extensions = append(e.Extensions, cloudevents.Extension{Name: "year", Value: cloudevents.IntegerValue(2026)})
	for name, text := range map[string]string{
		"a text":                       "type = 'com.example.order.placed'",
		"numbers":                      "sequence = 10 AND hop < 5",
		"a pattern":                    "type LIKE '%order%pl_ced'",
		"a small set":                  "id IN ('a', 'b', 'A-1')",
		"a large set":                  "id IN ('a'" + strings.Repeat(", 'b'", 100) + ", 'A-1')",
		"a missing attribute":          "missing = 1",
		"a cast that fails":            "'abc' = 1",
		"functions":                    "LENGTH(subject) + hop * 2 + ABS(-5)",
		"a part of a string":           "LEFT(subject, 3) = 'Grü' AND SUBSTRING(type, 5, 7) = 'example'",
		"EXISTS":                       "EXISTS time",
		"an Integer as a text":         "year = '2026' AND year LIKE '%02%' AND year LIKE '20%' AND sequence != year AND LENGTH(year) = 4",
		"an Integer and a set of text": "year IN ('2025', 2026)",
		"a time as a text":             "time = '2026-11-29T10:00:00Z' AND time LIKE '2026-11-%' AND time LIKE '%T10%' AND time IN ('2026-11-29T10:00:00Z')",
		"the right side is nested":     strings.Repeat("1 + (", 99) + "hop" + strings.Repeat(")", 99),
		"all operators nested":         strings.Repeat("TRUE XOR 1 = 1 + 1 * (", 99) + "hop" + strings.Repeat(")", 99),
		"a set of expressions":         "hop IN (1 + 1, 2 - 7, missing)",
	} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		alloctest.AtMost(t, name, 0, func() { _, _ = x.Evaluate(&e) })
		alloctest.AtMost(t, name+", Match", 0, func() { _, _ = x.Match(&e) })
	}
}

// Compiling makes one piece of memory for most filters, and a few for the others.
func TestAllocationsOfCompiling(t *testing.T) {
	for _, c := range []struct {
		text string
		most float64
	}{
		{"type = 'com.example.order.placed'", 1},
		{"region = 'eu-west'", 1},
		{"type LIKE 'com.example.%'", 1},
		{"EXISTS region AND NOT EXISTS traceparent", 1},
		{"LENGTH(subject) > 2 AND LEFT(type, 3) = 'com'", 1},
		{"type LIKE '%com%example%order%'", 2},
		{"partition * 2 + 3 > 10 AND partition % 4 = 1", 2},
		{"type LIKE '%.order.______' AND subject LIKE '_-_'", 3},
		{"subject IN ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'A-1')", 4},
	} {
		alloctest.AtMost(t, c.text, c.most, func() { _, _, _ = cesql.Compile(c.text) })
	}
}

// The memory of compiling grows with the text and no faster, whatever is in it. A slice that
// grows by doubling may have grown once more, which doubles the bytes at most; what is quadratic
// grows by 64.
func TestCostOfCompiling(t *testing.T) {
	compiler := cesql.Compiler{MaxLength: -1}
	for name, repeat := range map[string]string{
		"attributes that differ": "a%d = 'x' AND ",
		"one attribute":          "a=1 OR ",
		"additions":              "1+",
		"NOT EXISTS":             "NOT EXISTS a%d AND ",
		"sets":                   "id IN ('a', 'b', 3) OR ",
		"sets of attributes":     "1 IN (a,b,c) OR ",
		"patterns":               "id LIKE '%_a%b\\%_c' OR ",
		"calls":                  "LENGTH(CONCAT(a,'b')) + ",
		"functions that are not": "F(1) + ",
		"parentheses":            "(((1))) + ",
		"warnings":               "NOT A = 1 AND ",
	} {
		cost := func(n int) uint64 {
			var b strings.Builder
			for i := range n {
				b.WriteString(strings.ReplaceAll(repeat, "%d", strconv.Itoa(i)))
			}
			text := b.String() + "1"
			return alloctest.Least(func() {
				if _, _, err := compiler.Compile(text); err != nil {
					t.Fatal(err)
				}
			})
		}
		if once, eight := cost(1000), cost(8000); eight > 17*once && !alloctest.RaceDetector {
			t.Errorf("%s: %d bytes are allocated for n, %d for 8n", name, once, eight)
		}
	}
}

// An Expression is safe for concurrent use.
func TestConcurrentUse(t *testing.T) {
	x := cesql.MustCompile("type LIKE '%order%' AND (hop + 1 IN (sequence, 4) OR UPPER(id) = id)")
	e := event()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if ok, err := x.Match(&e); !ok || err != nil {
					t.Error(ok, err)
				}
				if _, _, err := cesql.Compile(x.String()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// Errors are made when the first is asked for, which may be in several goroutines at once.
func TestConcurrentErrors(t *testing.T) {
	x := cesql.MustCompile("missing = 1 AND 'abc' = 2")
	e := event()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := x.Match(&e)
			if got := fmt.Sprint(err); got != "offset 0: missing attribute: missing" {
				t.Error(got)
			}
		})
	}
	all.Wait()
}
