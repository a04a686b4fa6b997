package cesql_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
)

// checkAgainstReference compares the package with the reference, for some events and those
// that are given.
func checkAgainstReference(t *testing.T, text string, events ...cloudevents.Event) {
	t.Helper()
	tree, refErr := parseReference(text)
	x, _, err := cesql.Compile(text)
	for _, limit := range []string{"levels of nesting", "UTF-8", "more than 65536 bytes", "a part with _ that is longer"} {
		if err != nil && strings.Contains(err.Error(), limit) { // the reference has none
			return
		}
	}
	if (err == nil) != (refErr == nil) {
		t.Fatalf("%q: %v, and the reference says %v", text, err, refErr)
	}
	if err != nil {
		return
	}
	for _, e := range append(events, event(), cloudevents.Event{ID: "1", Source: "/", Type: "true"}) {
		got, err := x.Evaluate(&e)
		want, refErr := evalReference(tree, &e)
		root := tree
		for root.op == "group" {
			root = root.args[0]
		}
		if refErr != nil && root.op != "call" { // the zero value of the expression
			want = zeroOf(root)
		}
		if refString(want) != got.String() || fmt.Sprintf("%T", want) != map[cesql.Type]string{cesql.Boolean: "bool", cesql.Integer: "int32", cesql.String: "string"}[got.Type()] ||
			!errors.Is(err, refErr) || (err == nil) != (refErr == nil) {
			t.Fatalf("%q is %s %q, %v; the reference says %T %v, %v", text, got.Type(), got, err, want, want, refErr)
		}
	}
}

var expressionParts = strings.Fields(`( ) ( ) , NOT AND OR XOR LIKE IN EXISTS = != <> < <= > >= + - * / % TRUE FALSE 0 1 -1 +2 10 2147483647 -2147483648 2147483648
	'' 'a' "b" '10' 'true' '%' '_' 'a%' '%😀' '_r%e' '\\%' '\\'' id type subject hop sampled sequence big time missing datacontenttype
	LENGTH( CONCAT( CONCAT_WS( LOWER( UPPER( TRIM( LEFT( RIGHT( SUBSTRING( ABS( INT( BOOL( STRING( IS_INT( IS_BOOL( FOO( x_y # ' 'a''`)

// generate returns an expression that is likely to be legal.
func generate(r *rand.Rand, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	if depth == 0 || r.IntN(5) == 0 {
		return pick("TRUE", "false", "0", "1", "-1", "7", "2147483647", "-2147483648", "''", "'a'", `"10"`, "'true'", "'Grüße 😀'", "id", "type", "subject", "hop", "sampled", "sequence", "missing", "dataschema", "EXISTS hop", "EXISTS missing")
	}
	sub := func() string { return generate(r, depth-1) }
	switch r.IntN(9) {
	case 0:
		return "(" + sub() + ")"
	case 1:
		return pick("NOT ", "-", "- ") + sub()
	case 2:
		return sub() + pick(" LIKE ", " NOT LIKE ") + pick("'%'", "'_%'", "'%a%'", "'10'", "'Gr__e%'", "'%order%pl_ced'", "'\\%'", "''")
	case 3:
		return sub() + pick(" IN (", " NOT IN (") + sub() + "," + sub() + ")"
	case 4:
		return pick("LENGTH", "LOWER", "UPPER", "TRIM", "ABS", "INT", "BOOL", "STRING", "IS_INT", "IS_BOOL") + "(" + sub() + ")"
	case 5:
		return pick("CONCAT", "CONCAT_WS", "SUBSTRING", "FOO") + "(" + sub() + "," + sub() + "," + sub() + ")"
	case 6:
		return pick("LEFT", "RIGHT", "SUBSTRING") + "(" + sub() + "," + pick("0", "1", "-1", "3", "-3", "100", sub()) + ")"
	case 7:
		return sub() + pick(" AND ", " OR ", " XOR ") + sub()
	}
	return sub() + pick(" = ", " != ", " <> ", " < ", " <= ", " > ", " >= ", " + ", " - ", " * ", " / ", " % ", "-", "+") + sub()
}

// Generated expressions, legal ones and others, mean what the reference says.
func TestReference(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		checkAgainstReference(t, generate(r, 4))
		var parts []string
		for range r.IntN(8) + 1 {
			parts = append(parts, expressionParts[r.IntN(len(expressionParts))])
		}
		checkAgainstReference(t, strings.Join(parts, []string{"", " "}[r.IntN(2)]))
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, s := range []string{
		"type LIKE 'com.%' AND hop > 2", "NOT EXISTS missing", "hop IN (1, '3')", "SUBSTRING(subject, -2) = '😀'", `'a\'b'`, "1-1", "-(-1)", "CONCAT_WS(',', id, type)",
		"NOT (id = '1' OR type = 'b') AND NOT (subject LIKE '_a%b_' OR time LIKE '20%') XOR sampled", "LENGTH(subject) > 2 AND RIGHT(type, 3) = 'ced'",
		"id IN ('a', 1, TRUE) OR hop NOT IN ('03', 4) OR time IN ('2026')", "subject LIKE '%a%_%b%' OR type LIKE '%com%order%ed'",
	} {
		f.Add(s, "aüb", "007", int32(7), true)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		f.Add(generate(r, 4), "abc", "-1", r.Int32(), false)
	}
	f.Fuzz(func(t *testing.T, text, subject, sequence string, hop int32, sampled bool) {
		subject, sequence = strings.ToValidUTF8(subject, "?"), strings.ToValidUTF8(sequence, "?")
		checkAgainstReference(t, text, cloudevents.Event{
			ID: "i" + sequence + subject, Source: "/" + subject, Type: "t" + sequence, Subject: subject,
			Extensions: []cloudevents.Extension{
				{Name: "hop", Value: cloudevents.IntegerValue(hop)},
				{Name: "sampled", Value: cloudevents.BooleanValue(sampled)},
				{Name: "sequence", Value: cloudevents.StringValue(sequence)},
			},
		})
	})
}
