package cesql_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cesql"
)

// This file evaluates expressions a second time, in the plainest way: tokens by a regular
// expression, the tree by precedence, values as any, LIKE by a regular expression. It shares
// nothing with the package but its errors.

type node struct {
	op   string // "lit", "attr", "exists", "call", "not", "neg", "like", "in" or a binary operator
	text string
	lit  any
	args []*node
	neg  bool
}

var tokens = regexp.MustCompile(`\A[ \t\r\n]*(?:([A-Za-z0-9_]+)|('(?:\\(?s:.)|[^'\\])*'|"(?:\\(?s:.)|[^"\\])*")|(<=|>=|<>|!=|[-+*/%=<>(),])|\z)`)

type refParser struct {
	rest  string
	word  string // of the next token
	str   string
	isStr bool
	sym   string
	adj   bool // the next token begins right behind this one
}

var errRefSyntax = errors.New("syntax")

func (p *refParser) next() {
	m := tokens.FindStringSubmatch(p.rest)
	if m == nil {
		panic(errRefSyntax)
	}
	p.word, p.str, p.isStr, p.sym = m[1], "", m[2] != "", m[3]
	p.rest = p.rest[len(m[0]):]
	p.adj = p.rest != "" && !strings.ContainsAny(p.rest[:1], " \t\r\n")
	if p.isStr {
		quote := m[2][:1]
		if strings.HasPrefix(p.rest, quote) {
			panic(errRefSyntax)
		}
		p.str = regexp.MustCompile(`\\(?s:.)`).ReplaceAllStringFunc(m[2][1:len(m[2])-1], func(pair string) string {
			if pair[1:] == quote {
				return quote
			}
			return pair
		})
	}
}

func (p *refParser) is(s string) bool {
	return p.sym == s || p.word != "" && strings.EqualFold(p.word, s)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func parseReference(s string) (n *node, err error) {
	defer func() {
		if r := recover(); r == any(errRefSyntax) {
			err = errRefSyntax
		} else if r != nil {
			panic(r)
		}
	}()
	p := &refParser{rest: s}
	p.next()
	n = p.binary(0)
	if p.word != "" || p.isStr || p.sym != "" || strings.TrimSpace(p.rest) != "" {
		return nil, errRefSyntax
	}
	return n, nil
}

var refLevels = [][]string{{"AND", "OR", "XOR"}, {"=", "!=", "<>", "<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}}

func (p *refParser) binary(level int) *node {
	if level == len(refLevels) {
		return p.postfix()
	}
	left := p.binary(level + 1)
	for {
		found := ""
		for _, o := range refLevels[level] {
			if p.is(o) {
				found = o
			}
		}
		if found == "" {
			return left
		}
		p.next()
		left = &node{op: found, args: []*node{left, p.binary(level + 1)}}
	}
}

func (p *refParser) postfix() *node {
	x := p.prefix()
	for {
		negated := p.is("NOT")
		if negated {
			p.next()
		}
		switch {
		case p.is("LIKE"):
			if p.next(); !p.isStr {
				panic(errRefSyntax)
			}
			x = &node{op: "like", text: p.str, args: []*node{x}, neg: negated}
			p.next()
		case p.is("IN"):
			if p.next(); p.sym != "(" {
				panic(errRefSyntax)
			}
			n := &node{op: "in", args: []*node{x}, neg: negated}
			for {
				p.next()
				n.args = append(n.args, p.binary(0))
				if p.sym == ")" {
					break
				}
				if p.sym != "," {
					panic(errRefSyntax)
				}
			}
			p.next()
			x = n
		case negated:
			panic(errRefSyntax)
		default:
			return x
		}
	}
}

func (p *refParser) number(sign string) *node {
	n, err := strconv.ParseInt(sign+p.word, 10, 32)
	if err != nil {
		panic(errRefSyntax)
	}
	p.next()
	return &node{op: "lit", lit: int32(n)}
}

var refKeyword = regexp.MustCompile(`(?i)\A(AND|OR|XOR|NOT|LIKE|EXISTS|IN|TRUE|FALSE)\z`)

func (p *refParser) prefix() *node {
	switch {
	case p.is("NOT"):
		p.next()
		return &node{op: "not", args: []*node{p.prefix()}}
	case p.sym == "-" || p.sym == "+":
		sign, adjacent := p.sym, p.adj
		if p.next(); adjacent && isDigits(p.word) {
			return p.number(sign)
		}
		if sign == "+" {
			panic(errRefSyntax)
		}
		return &node{op: "neg", args: []*node{p.prefix()}}
	case p.is("EXISTS"):
		p.next()
		if p.word == "" || refKeyword.MatchString(p.word) || strings.Contains(p.word, "_") {
			panic(errRefSyntax)
		}
		n := &node{op: "exists", text: strings.ToLower(p.word)}
		p.next()
		return n
	case p.sym == "(":
		p.next()
		n := p.binary(0)
		if p.sym != ")" {
			panic(errRefSyntax)
		}
		p.next()
		return &node{op: "group", args: []*node{n}}
	case p.isStr:
		n := &node{op: "lit", lit: p.str}
		p.next()
		return n
	case p.is("TRUE"), p.is("FALSE"):
		n := &node{op: "lit", lit: p.is("TRUE")}
		p.next()
		return n
	case isDigits(p.word):
		return p.number("")
	case p.word == "" || refKeyword.MatchString(p.word):
		panic(errRefSyntax)
	}
	name := p.word
	p.next()
	if p.sym != "(" {
		if strings.Contains(name, "_") {
			panic(errRefSyntax)
		}
		return &node{op: "attr", text: strings.ToLower(name)}
	}
	if strings.ContainsAny(name, "0123456789") || name[0] == '_' {
		panic(errRefSyntax)
	}
	n := &node{op: "call", text: strings.ToUpper(name)}
	for p.next(); p.sym != ")"; {
		n.args = append(n.args, p.binary(0))
		if p.sym == ")" {
			break
		}
		if p.sym != "," {
			panic(errRefSyntax)
		}
		if p.next(); p.sym == ")" {
			panic(errRefSyntax)
		}
	}
	p.next()
	return n
}

// zeroOf returns the zero value of what a node returns.
func zeroOf(n *node) any {
	switch n.op {
	case "group":
		return zeroOf(n.args[0])
	case "neg", "+", "-", "*", "/", "%":
		return int32(0)
	case "lit":
		return map[string]any{"int32": int32(0), "string": "", "bool": false}[fmt.Sprintf("%T", n.lit)]
	case "call":
		switch f := n.text; {
		case !refHas(n):
			return false
		case f == "LENGTH" || f == "ABS" || f == "INT":
			return int32(0)
		case f == "BOOL" || f == "IS_INT" || f == "IS_BOOL":
			return false
		}
		return ""
	}
	return false
}

func refHas(n *node) bool {
	counts := map[string]string{"LENGTH": "1", "CONCAT": "*", "CONCAT_WS": "+", "LOWER": "1", "UPPER": "1", "TRIM": "1", "LEFT": "2", "RIGHT": "2", "SUBSTRING": "23", "ABS": "1", "INT": "1", "BOOL": "1", "STRING": "1", "IS_INT": "1", "IS_BOOL": "1"}
	switch c := counts[n.text]; c {
	case "":
		return false
	case "*":
		return true
	case "+":
		return len(n.args) > 0
	default:
		return strings.Contains(c, strconv.Itoa(len(n.args)))
	}
}

// evalReference returns the value and the first error.
func evalReference(n *node, e *cloudevents.Event) (any, error) {
	if n.op == "group" {
		return evalReference(n.args[0], e)
	}
	fail := func(err error) (any, error) { return zeroOf(n), err }
	if n.op == "call" && !refHas(n) { // whatever its arguments are
		return fail(cesql.ErrMissingFunction)
	}
	var vs []any
	if n.op != "AND" && n.op != "OR" && n.op != "in" {
		for _, a := range n.args {
			v, err := evalReference(a, e)
			if err != nil {
				return fail(err)
			}
			vs = append(vs, v)
		}
	}
	switch n.op {
	case "lit":
		return n.lit, nil
	case "attr":
		v, ok := e.Get(n.text)
		if !ok {
			return fail(cesql.ErrMissingAttribute)
		}
		if b, err := v.Bool(); err == nil && v.Type().String() == "Boolean" {
			return b, nil
		}
		if i, err := v.Int(); err == nil && v.Type().String() == "Integer" {
			return i, nil
		}
		return v.String(), nil
	case "exists":
		_, ok := e.Get(n.text)
		return ok, nil
	case "not":
		b, ok := refBool(vs[0])
		if !ok {
			return fail(cesql.ErrCast)
		}
		return !b, nil
	case "neg":
		i, ok := refInt(vs[0])
		if !ok {
			return fail(cesql.ErrCast)
		}
		if -int64(i) != int64(-i) {
			return fail(cesql.ErrMath)
		}
		return -i, nil
	case "AND", "OR":
		for _, a := range n.args {
			v, err := evalReference(a, e)
			if err != nil {
				return fail(err)
			}
			b, ok := refBool(v)
			if !ok {
				return fail(cesql.ErrCast)
			}
			if b == (n.op == "OR") {
				return b, nil
			}
		}
		return n.op == "AND", nil
	case "XOR":
		x, ok := refBool(vs[0])
		y, also := refBool(vs[1])
		if !ok || !also {
			return fail(cesql.ErrCast)
		}
		return x != y, nil
	case "=", "!=", "<>":
		x, ok := refCast(vs[0], vs[1])
		if !ok {
			return fail(cesql.ErrCast)
		}
		return (x == vs[1]) == (n.op == "="), nil
	case "like":
		return refLike(refString(vs[0]), n.text) != n.neg, nil
	case "in":
		x, err := evalReference(n.args[0], e)
		if err != nil {
			return fail(err)
		}
		for _, a := range n.args[1:] {
			y, err := evalReference(a, e)
			if err != nil {
				return fail(err)
			}
			cast, ok := refCast(y, x)
			if !ok {
				return fail(cesql.ErrCast)
			}
			if cast == x {
				return !n.neg, nil
			}
		}
		return n.neg, nil
	case "call":
		return refCall(n, vs)
	}
	x, ok := refInt(vs[0])
	y, also := refInt(vs[1])
	if !ok || !also {
		return fail(cesql.ErrCast)
	}
	r := int64(0)
	switch n.op {
	case "<":
		return x < y, nil
	case "<=":
		return x <= y, nil
	case ">":
		return x > y, nil
	case ">=":
		return x >= y, nil
	case "+":
		r = int64(x) + int64(y)
	case "-":
		r = int64(x) - int64(y)
	case "*":
		r = int64(x) * int64(y)
	default:
		if y == 0 {
			return fail(cesql.ErrMath)
		}
		if n.op == "/" {
			r = int64(x) / int64(y)
		} else {
			r = int64(x) % int64(y)
		}
	}
	if r != int64(int32(r)) {
		return fail(cesql.ErrMath)
	}
	return int32(r), nil
}

func refBool(v any) (bool, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int32:
		return v != 0, true
	case string:
		lower := strings.ToLower(v)
		return lower == "true", lower == "true" || lower == "false"
	}
	panic(v)
}

func refInt(v any) (int32, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int32:
		return v, true
	case string:
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil {
			return 0, false
		}
		return int32(n), true
	}
	panic(v)
}

func refString(v any) string { return fmt.Sprint(v) }

// refCast casts v to the type of another value.
func refCast(v, like any) (any, bool) {
	switch like.(type) {
	case bool:
		b, ok := refBool(v)
		return b, ok
	case int32:
		i, ok := refInt(v)
		return i, ok
	}
	return refString(v), true
}

func refLike(s, pattern string) bool {
	var re strings.Builder
	re.WriteString(`\A(?s:`)
	runes := []rune(pattern)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes) && (runes[i+1] == '%' || runes[i+1] == '_'):
			i++
			re.WriteString(regexp.QuoteMeta(string(runes[i])))
		case r == '%':
			re.WriteString(".*")
		case r == '_':
			re.WriteString(".")
		default:
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re.WriteString(`)\z`)
	return regexp.MustCompile(re.String()).MatchString(s)
}

func refCall(n *node, vs []any) (any, error) {
	zero := zeroOf(n)
	text := func(i int) []rune { return []rune(refString(vs[i])) }
	switch n.text {
	case "LENGTH":
		return int32(len(text(0))), nil
	case "CONCAT", "CONCAT_WS":
		var parts []string
		for _, v := range vs {
			parts = append(parts, refString(v))
		}
		if n.text == "CONCAT" {
			return strings.Join(parts, ""), nil
		}
		return strings.Join(parts[1:], parts[0]), nil
	case "LOWER":
		return strings.ToLower(refString(vs[0])), nil
	case "UPPER":
		return strings.ToUpper(refString(vs[0])), nil
	case "TRIM":
		return strings.TrimFunc(refString(vs[0]), unicode.IsSpace), nil
	case "STRING":
		return refString(vs[0]), nil
	case "IS_INT":
		_, ok := refInt(vs[0])
		return ok, nil
	case "IS_BOOL":
		_, ok := refBool(vs[0])
		return ok, nil
	case "INT", "ABS":
		i, ok := refInt(vs[0])
		switch {
		case !ok:
			return zero, cesql.ErrCast
		case n.text == "INT" || i >= 0:
			return i, nil
		case -i < 0:
			return int32(1<<31 - 1), cesql.ErrMath
		}
		return -i, nil
	case "BOOL":
		b, ok := refBool(vs[0])
		if !ok {
			return zero, cesql.ErrCast
		}
		return b, nil
	}
	// LEFT, RIGHT and SUBSTRING
	s := text(0)
	at, ok := refInt(vs[1])
	if !ok {
		return zero, cesql.ErrCast
	}
	switch n.text {
	case "LEFT", "RIGHT":
		switch {
		case at < 0:
			return string(s), cesql.ErrFunctionEvaluation
		case int(at) >= len(s):
			return string(s), nil
		case n.text == "LEFT":
			return string(s[:at]), nil
		}
		return string(s[len(s)-int(at):]), nil
	}
	length := int32(len(s))
	if len(vs) == 3 {
		if length, ok = refInt(vs[2]); !ok {
			return zero, cesql.ErrCast
		}
	}
	switch {
	case int(at) > len(s) || int(at) < -len(s) || length < 0:
		return "", cesql.ErrFunctionEvaluation
	case at == 0:
		return "", nil
	case at < 0:
		at += int32(len(s)) + 1
	}
	s = s[at-1:]
	return string(s[:min(int(length), len(s))]), nil
}
