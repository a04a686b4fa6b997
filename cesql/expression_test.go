package cesql_test

import (
	"errors"
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

func TestEvaluate(t *testing.T) {
	yes, no := cesql.BooleanValue(true), cesql.BooleanValue(false)
	integer, str := cesql.IntegerValue, cesql.StringValue
	for _, c := range []struct {
		text string
		want cesql.Value
		kind error
	}{
		// Literals.
		{"TRUE", yes, nil},
		{"false", no, nil},
		{"0", integer(0), nil},
		{"-2147483648", integer(-2147483648), nil},
		{"+7", integer(7), nil},
		{`'a'`, str("a"), nil},
		{`"a'b"`, str("a'b"), nil},
		{`'a\'b'`, str("a'b"), nil},
		{`'a\"b\%'`, str(`a\"b\%`), nil},
		{`''`, str(""), nil},

		// Attributes.
		{"id", str("A-1"), nil},
		{"specversion = '1.0'", yes, nil},
		{"time", str("2026-11-29T10:00:00Z"), nil},
		{"hop", integer(3), nil},
		{"sampled", yes, nil},
		{"big", str("aGk="), nil},
		{"missing", no, cesql.ErrMissingAttribute},
		{"missing * 5", integer(0), cesql.ErrMissingAttribute},
		{"1 / missing", integer(0), cesql.ErrMissingAttribute},
		{"TRUE AND (missing = '')", no, cesql.ErrMissingAttribute},
		{"dataschema = ''", no, cesql.ErrMissingAttribute},

		// Logic.
		{"NOT TRUE", no, nil},
		{"NOT 10", no, nil},
		{"NOT 0", yes, nil},
		{"NOT 'false'", yes, nil},
		{"NOT 'maybe'", no, cesql.ErrCast},
		{"TRUE XOR TRUE", no, nil},
		{"FALSE XOR TRUE", yes, nil},
		{"FALSE AND missing", no, nil},
		{"TRUE OR missing", yes, nil},
		{"FALSE OR missing", no, cesql.ErrMissingAttribute},
		{"(FALSE AND TRUE) OR TRUE", yes, nil},
		{"1 AND 'TRUE'", yes, nil},

		// Comparison.
		{"sequence = 10", yes, nil},
		{"sequence = '010'", no, nil},
		{"10 = sequence", yes, nil},
		{"type = 'COM.example.order.placed'", no, nil},
		{"hop != 3", no, nil},
		{"hop <> 4", yes, nil},
		{"TRUE = 'true'", yes, nil},
		{"TRUE = 'TRUE'", no, nil},
		{"'abc' = 1", no, cesql.ErrCast},
		{"hop < sequence", yes, nil},
		{"'x' < 1", no, cesql.ErrCast},
		{"1 <= 'x'", no, cesql.ErrCast},
		{"2 >= 2", yes, nil},
		{"TRUE > FALSE", yes, nil},

		// Arithmetic.
		{"1 + 2 * 3", integer(7), nil},
		{"(1 + 2) * 3", integer(9), nil},
		{"7 / -2", integer(-3), nil},
		{"-7 % 3", integer(-1), nil},
		{"5-3", integer(2), nil},
		{"hop-1", integer(2), nil},
		{"-hop", integer(-3), nil},
		{"-(-2147483648)", integer(0), cesql.ErrMath},
		{"2147483647 + 1", integer(0), cesql.ErrMath},
		{"-2147483648 / -1", integer(0), cesql.ErrMath},
		{"1 / 0", integer(0), cesql.ErrMath},
		{"1 % 0", integer(0), cesql.ErrMath},
		{"'a' + 1", integer(0), cesql.ErrCast},
		{"TRUE + 1", integer(2), nil},

		// LIKE.
		{"type LIKE 'com.example.%'", yes, nil},
		{"type NOT LIKE 'com.example.%'", no, nil},
		{"'abc' LIKE 'a_c'", yes, nil},
		{"'😀' LIKE '_'", yes, nil},
		{"'abc%' LIKE 'abc\\%'", yes, nil},
		{"'abcd' LIKE 'abc\\%'", no, nil},
		{"'' LIKE '%'", yes, nil},
		{"'' LIKE '_'", no, nil},
		{"'aXbXc' LIKE '%X_X%'", yes, nil},
		{"'aab' LIKE '%_b'", yes, nil},
		{"'ab' LIKE 'ab%ab'", no, nil},
		{"10 LIKE '1%'", yes, nil},

		// EXISTS and IN.
		{"EXISTS id", yes, nil},
		{"EXISTS subject", yes, nil},
		{"EXISTS missing", no, nil},
		{"EXISTS data", no, nil},
		{"NOT EXISTS missing", yes, nil},
		{"hop IN (1, 2, 3)", yes, nil},
		{"hop NOT IN (1, 2, 3)", no, nil},
		{"sequence IN (9, 10)", yes, nil},
		{"hop IN ('a', 3)", no, cesql.ErrCast},
		{"hop IN (3, missing)", yes, nil},
		{"hop IN (4, missing)", no, cesql.ErrMissingAttribute},

		// Functions.
		{"LENGTH(subject)", integer(7), nil},
		{"length('')", integer(0), nil},
		{"CONCAT()", str(""), nil},
		{"CONCAT('a', 1, TRUE)", str("a1true"), nil},
		{"CONCAT_WS(',', 'a', 'b')", str("a,b"), nil},
		{"CONCAT_WS(',')", str(""), nil},
		{"LOWER('ÄB')", str("äb"), nil},
		{"UPPER('äb')", str("ÄB"), nil},
		{"TRIM('\u00a0 a ')", str("a"), nil},
		{"LEFT('😀bc', 2)", str("😀b"), nil},
		{"LEFT('abc', 5)", str("abc"), nil},
		{"LEFT('abc', -1)", str("abc"), cesql.ErrFunctionEvaluation},
		{"RIGHT('ab😀', 2)", str("b😀"), nil},
		{"RIGHT('abc', -1)", str("abc"), cesql.ErrFunctionEvaluation},
		{"SUBSTRING('abcdef', 2)", str("bcdef"), nil},
		{"SUBSTRING('abcdef', -2)", str("ef"), nil},
		{"SUBSTRING('abcdef', 0)", str(""), nil},
		{"SUBSTRING('abcdef', 2, 3)", str("bcd"), nil},
		{"SUBSTRING('abcdef', 5, 30)", str("ef"), nil},
		{"SUBSTRING('abc', 4)", str(""), cesql.ErrFunctionEvaluation},
		{"SUBSTRING('abc', -4)", str(""), cesql.ErrFunctionEvaluation},
		{"SUBSTRING('abc', 1, -1)", str(""), cesql.ErrFunctionEvaluation},
		{"ABS(-3)", integer(3), nil},
		{"ABS(-2147483648)", integer(2147483647), cesql.ErrMath},
		{"ABS('x')", integer(0), cesql.ErrCast},
		{"INT('2147483648')", integer(0), cesql.ErrCast},
		{"INT(TRUE)", integer(1), nil},
		{"BOOL('yes')", no, cesql.ErrCast},
		{"STRING(10)", str("10"), nil},
		{"IS_INT('10')", yes, nil},
		{"IS_BOOL('yes')", no, nil},
		{"UNKNOWN(1)", no, cesql.ErrMissingFunction},
		{"ABS(1, 2)", no, cesql.ErrMissingFunction},
		{"1 + UNKNOWN()", integer(0), cesql.ErrMissingFunction},
	} {
		x, _, err := cesql.Compile(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		e := event()
		got, err := x.Evaluate(&e)
		if got != c.want || !errors.Is(err, c.kind) || (err == nil) != (c.kind == nil) {
			t.Errorf("%s is %s %s, %v; want %s %s, %v", c.text, got.Type(), got, err, c.want.Type(), c.want, c.kind)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
	}{
		{"", 0}, {"(TRUE", 5}, {"TRUE)", 4}, {"TRUE FALSE", 5}, {"id =", 4}, {"= 1", 0}, {"1 +", 3}, {"TRUE AND", 8},
		{"a IN ()", 6}, {"a IN 1", 5}, {"id LIKE", 7}, {"id LIKE id", 8}, {"id == 'x'", 4}, {"'a' || 'b'", 4}, {"'abc", 0},
		{"+ 5", 2}, {"EXISTS (id)", 7}, {"TRUE # x", 5}, {"_x = 1", 0}, {"TRUE;", 4}, {"'a''b'", 3}, {"2147483648", 0},
		{"a_b = 1", 0}, {"in = 1", 0}, {"f(1", 3}, {"f(1,)", 4}, {"f2(1)", 0}, {"NOT", 3}, {"id NOT 1", 7}, {"\xff", 0}, {"a IN (1", 7},
	} {
		_, _, err := cesql.Compile(c.text)
		var syntax *cesql.Error
		if !errors.As(err, &syntax) || !errors.Is(err, cesql.ErrParse) || syntax.Offset != c.offset {
			t.Errorf("%s: %v, want one at %d", c.text, err, c.offset)
		}
	}
}

func TestWarnings(t *testing.T) {
	for text, want := range map[string]int{
		"NOT hop = 7": 1, "NOT (hop = 7)": 0, "(NOT hop) = 7": 0, "NOT id LIKE 'x'": 1, "NOT id IN ('x')": 1,
		"TRUE AND FALSE OR TRUE": 1, "TRUE AND FALSE AND TRUE": 0, "(TRUE AND FALSE) OR TRUE": 0, "ID = 'x'": 1, "FOO(1)": 1,
		"NOT EXISTS id": 0, "NOT TRUE AND FALSE": 0,
	} {
		if _, warnings, err := cesql.Compile(text); len(warnings) != want || err != nil {
			t.Errorf("%s: %v, %v", text, warnings, err)
		}
	}
}

// Evaluating allocates nothing.
func TestAllocations(t *testing.T) {
	e := event()
	for _, text := range []string{
		"type = 'com.example.order.placed'", "sequence = 10 AND hop < 5", "type LIKE '%order%pl_ced'", "id IN ('a', 'b', 'A-1')",
		"missing = 1", "LENGTH(subject) + hop * 2", "LEFT(subject, 3) = 'Grü'", "'abc' = 1", "EXISTS time",
	} {
		x, _, err := cesql.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		alloctest.AtMost(t, text, 0, func() { _, _ = x.Evaluate(&e) })
	}
}
