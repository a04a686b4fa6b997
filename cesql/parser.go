package cesql

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// parser compiles an expression in one pass, by recursive descent. Operands come before
// their operator in the code.
type parser struct {
	lexer    lexer
	token    token // the next one
	compiler *Compiler
	out      *Expression
	depth    int
	height   int // of the stack behind what was compiled
}

// operand is what the parser knows of a part that it has compiled.
type operand struct {
	offset int
	typ    Type   // of the value; Boolean if that is not known
	isNot  bool   // NOT x, without parentheses around it
	logic  string // AND, OR or XOR, without parentheses around it
}

func (p *parser) advance() { p.token = p.lexer.next() }

// fail returns a syntax error at the next token.
func (p *parser) fail(expected string) error {
	detail := "expected " + expected + ", found " + p.token.describe()
	if p.token.kind == malformed {
		detail = p.token.text
	}
	return &Error{Kind: ErrParse, Offset: p.token.offset, Detail: detail}
}

func (p *parser) warn(offset int, format string, args ...any) {
	if len(p.out.warnings) < maxWarnings {
		p.out.warnings = append(p.out.warnings, Warning{offset, fmt.Sprintf(format, args...)})
	}
}

const maxWarnings = 16

// emit appends an instruction that takes so many values from the stack and puts one there.
func (p *parser) emit(i instruction, takes int) int {
	p.height += 1 - takes
	p.out.stack = max(p.out.stack, p.height)
	p.out.code = append(p.out.code, i)
	return len(p.out.code) - 1
}

// failure returns the place of an error that an instruction can end with.
func (p *parser) failure(kind error, offset int, detail string) int32 {
	p.out.failures = append(p.out.failures, &Error{Kind: kind, Offset: offset, Detail: detail})
	return int32(len(p.out.failures) - 1)
}

// expression compiles a whole expression.
func (p *parser) expression() (operand, error) {
	if p.depth++; p.depth > p.compiler.maxDepth() {
		return operand{}, &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("more than %d levels of nesting", p.compiler.maxDepth())}
	}
	defer func() { p.depth-- }()
	return p.binary(0)
}

// levels are the binary operators, those that bind least first.
var levels = [...][]string{
	{"AND", "OR", "XOR"},
	{"=", "!=", "<>", ">=", "<=", "<", ">"},
	{"+", "-"},
	{"*", "/", "%"},
}

// operator returns the operator of a level that the next token is, or "".
func (p *parser) operator(level int) string {
	for _, o := range levels[level] {
		if p.token.is(o) {
			return o
		}
	}
	return ""
}

func (p *parser) binary(level int) (operand, error) {
	if level == len(levels) {
		return p.membership()
	}
	x, err := p.binary(level + 1)
	if err != nil {
		return x, err
	}
	for {
		o := p.operator(level)
		if o == "" {
			return x, nil
		}
		at := p.token.offset
		switch {
		case level == 0 && x.logic != "" && x.logic != o:
			p.warn(at, "%s and %s have the same precedence, from left to right: use parentheses", x.logic, o)
		case level == 1 && x.isNot:
			p.warn(x.offset, "NOT binds more tightly than %s: this is (NOT …) %s …; write NOT (… %s …) for the opposite", o, o, o)
		}
		p.advance()
		jump := -1
		if o == "AND" || o == "OR" {
			jump = p.emit(instruction{op: opAnd, fail: p.failure(ErrCast, x.offset, "the left side of "+o+" is no Boolean")}, 1)
			if o == "OR" {
				p.out.code[jump].op = opOr
			}
			p.height-- // the value is gone where the code goes on
		}
		y, err := p.binary(level + 1)
		if err != nil {
			return y, err
		}
		p.emitBinary(o, x, y, at)
		if jump >= 0 {
			p.out.code[jump].n = int32(len(p.out.code))
		}
		x = operand{offset: x.offset, typ: resultOf(o)}
		if level == 0 {
			x.logic = o
		}
	}
}

func resultOf(operator string) Type {
	switch operator {
	case "+", "-", "*", "/", "%":
		return Integer
	}
	return Boolean
}

// emitBinary emits a binary operator. The left operand of AND and OR is off the stack.
func (p *parser) emitBinary(o string, x, y operand, at int) {
	ops := map[string]op{
		"XOR": opXor, "=": opEqual, "!=": opNotEqual, "<>": opNotEqual,
		"<": opLess, "<=": opLessOrEqual, ">": opGreater, ">=": opGreaterOrEqual,
		"+": opAdd, "-": opSubtract, "*": opMultiply, "/": opDivide, "%": opModulo,
	}
	switch o {
	case "AND", "OR":
		p.emit(instruction{op: opBoolean, fail: p.failure(ErrCast, y.offset, "the right side of "+o+" is no Boolean")}, 1)
	case "+", "-", "*", "/", "%":
		fail := p.failure(ErrCast, x.offset, "the left side of "+o+" is no Integer")
		p.failure(ErrCast, y.offset, "the right side of "+o+" is no Integer")
		p.failure(ErrMath, at, "the result does not fit into 32 bits, or the divisor is 0")
		p.emit(instruction{op: ops[o], fail: fail}, 2)
	default:
		fail := p.failure(ErrCast, x.offset, "the left side of "+o+" has not the type of the right side, or not the type that the operator needs")
		p.failure(ErrCast, y.offset, "the right side of "+o+" has not the type that the operator needs")
		p.emit(instruction{op: ops[o], fail: fail}, 2)
	}
}

// membership compiles LIKE and IN.
func (p *parser) membership() (operand, error) {
	x, err := p.unary()
	if err != nil {
		return x, err
	}
	for {
		at, negated := p.token.offset, false
		if p.token.is("NOT") {
			negated = true
			p.advance()
			if !p.token.is("LIKE") && !p.token.is("IN") {
				return x, p.fail("LIKE or IN behind NOT")
			}
		}
		o := strings.ToUpper(p.token.text)
		if o != "LIKE" && o != "IN" || p.token.kind != word {
			return x, nil
		}
		if x.isNot {
			p.warn(x.offset, "NOT binds more tightly than %s: this is (NOT …) %s …; write … NOT %s … for the opposite", o, o, o)
		}
		p.advance()
		if o == "LIKE" {
			err = p.like(x, negated)
		} else {
			err = p.in(x, at, negated)
		}
		if err != nil {
			return x, err
		}
		x = operand{offset: x.offset, typ: Boolean}
	}
}

func (p *parser) like(x operand, negated bool) error {
	if p.token.kind != text {
		return p.fail("a string literal behind LIKE")
	}
	pattern, ok := newPattern(p.token.text)
	if !ok {
		return &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("a part with _ that is longer than %d characters", maxWildcards)}
	}
	p.out.patterns = append(p.out.patterns, pattern)
	i := instruction{op: opLike, n: int32(len(p.out.patterns) - 1)}
	if negated {
		i.op = opNotLike
	}
	p.emit(i, 1)
	p.advance()
	return nil
}

// in compiles a set. Its elements are compared one after the other, and those behind one that
// is equal are not evaluated.
func (p *parser) in(x operand, at int, negated bool) error {
	if !p.token.is("(") {
		return p.fail(`"(" behind IN`)
	}
	var jumps []int
	for {
		p.advance()
		y, err := p.expression()
		if err != nil {
			return err
		}
		fail := p.failure(ErrCast, y.offset, "an element of the set has not the type of the left side of IN")
		jumps = append(jumps, p.emit(instruction{op: opElement, fail: fail}, 1))
		p.height-- // the element is gone; the left side stays
		if p.token.is(")") {
			break
		}
		if !p.token.is(",") {
			return p.fail(`"," or ")" in a set`)
		}
	}
	p.advance()
	p.emit(instruction{op: opDrop, flag: negated}, 1) // none is equal
	for _, j := range jumps {
		p.out.code[j].n = int32(len(p.out.code))
		p.out.code[j].flag = !negated
	}
	return nil
}

func (p *parser) unary() (operand, error) {
	at := p.token.offset
	switch {
	case p.token.is("NOT"):
		p.advance()
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		p.emit(instruction{op: opNot, fail: p.failure(ErrCast, x.offset, "the operand of NOT is no Boolean")}, 1)
		return operand{offset: at, typ: Boolean, isNot: true}, nil
	case p.token.is("-"), p.token.is("+"):
		sign := p.token
		p.advance()
		if p.token.isNumber() && p.token.offset == sign.after {
			return p.number(sign.text, at)
		}
		if sign.text == "+" {
			return operand{}, p.fail("digits right behind +")
		}
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		fail := p.failure(ErrCast, x.offset, "the operand of - is no Integer")
		p.failure(ErrMath, at, "the result does not fit into 32 bits")
		p.emit(instruction{op: opNegate, fail: fail}, 1)
		return operand{offset: at, typ: Integer}, nil
	case p.token.is("EXISTS"):
		return p.exists(at)
	}
	return p.primary()
}

// nested is unary for the operand of a unary operator, which is a level of nesting.
func (p *parser) nested() (operand, error) {
	if p.depth++; p.depth > p.compiler.maxDepth() {
		return operand{}, &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("more than %d levels of nesting", p.compiler.maxDepth())}
	}
	defer func() { p.depth-- }()
	return p.unary()
}

func (p *parser) exists(at int) (operand, error) {
	p.advance()
	if p.token.kind != word || p.token.isKeyword() || strings.Contains(p.token.text, "_") {
		return operand{}, p.fail("the name of an attribute behind EXISTS")
	}
	name := p.name()
	p.advance()
	p.emit(instruction{op: opExists, n: p.attribute(name)}, 0)
	return operand{offset: at, typ: Boolean}, nil
}

// name returns the name of an attribute that the next token is, in lower case.
func (p *parser) name() string {
	name := strings.ToLower(p.token.text)
	if name != p.token.text {
		p.warn(p.token.offset, "names of attributes are in lower case: this is %s", excerpt.Cut(name, 64))
	}
	return name
}

// attribute returns the place of a name among those of the expression.
func (p *parser) attribute(name string) int32 {
	for i := range p.out.attributes {
		if p.out.attributes[i].name == name {
			return int32(i)
		}
	}
	p.out.attributes = append(p.out.attributes, attribute{name: name, core: coreOf(name)})
	return int32(len(p.out.attributes) - 1)
}

func (p *parser) primary() (operand, error) {
	at := p.token.offset
	switch t := p.token; {
	case t.is("("):
		p.advance()
		x, err := p.expression()
		if err != nil {
			return x, err
		}
		if !p.token.is(")") {
			return x, p.fail(`")" or an operator`)
		}
		p.advance()
		return operand{offset: at, typ: x.typ}, nil
	case t.kind == text:
		p.advance()
		p.constant(StringValue(t.text))
		return operand{offset: at, typ: String}, nil
	case t.is("TRUE"), t.is("FALSE"):
		p.advance()
		p.constant(BooleanValue(t.is("TRUE")))
		return operand{offset: at, typ: Boolean}, nil
	case t.isNumber():
		return p.number("", at)
	case t.kind == word && !t.isKeyword():
		return p.named(at)
	}
	return operand{}, p.fail("a value")
}

// named compiles an attribute or the call of a function.
func (p *parser) named(at int) (operand, error) {
	name := p.token
	next := p.lexer // to look one token ahead
	if following := next.next(); following.is("(") {
		return p.call(at)
	}
	if strings.Contains(name.text, "_") {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "the name of an attribute has letters and digits only"}
	}
	place := p.attribute(p.name())
	p.advance()
	fail := p.failure(ErrMissingAttribute, at, excerpt.Cut(p.out.attributes[place].name, 64))
	p.emit(instruction{op: opAttribute, n: place, fail: fail}, 0)
	return operand{offset: at, typ: Boolean}, nil // what the specification assumes
}

func (p *parser) constant(v Value) {
	p.out.constants = append(p.out.constants, v)
	p.emit(instruction{op: opConstant, n: int32(len(p.out.constants) - 1)}, 0)
}

func (p *parser) number(sign string, at int) (operand, error) {
	n, ok := parseInteger(sign + p.token.text)
	if !ok {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "an integer that does not fit into 32 bits"}
	}
	p.advance()
	p.constant(IntegerValue(n))
	return operand{offset: at, typ: Integer}, nil
}

// call compiles the call of a function.
func (p *parser) call(at int) (operand, error) {
	name := strings.ToUpper(p.token.text)
	if strings.ContainsAny(name, "0123456789") || name[0] == '_' {
		return operand{}, p.fail("the name of a function, which has letters and _ only")
	}
	p.advance()
	p.advance() // behind "("
	count := 0
	for !p.token.is(")") {
		if count > 0 {
			if !p.token.is(",") {
				return operand{}, p.fail(`"," or ")" behind an argument`)
			}
			p.advance()
		}
		if _, err := p.expression(); err != nil {
			return operand{}, err
		}
		count++
	}
	p.advance()
	f, ok := p.compiler.function(name, count)
	fail := p.failure(ErrMissingFunction, at, fmt.Sprintf("there is no function %s with %d arguments", excerpt.Cut(name, 64), count))
	if !ok {
		p.warn(at, "%s", p.out.failures[fail].Detail)
		p.emit(instruction{op: opMissing, n: int32(count), fail: fail}, count)
		return operand{offset: at, typ: Boolean}, nil
	}
	p.out.failures[fail] = &Error{Kind: ErrCast, Offset: at, Detail: "an argument of " + excerpt.Cut(name, 64) + " has not the type that the function needs"}
	p.failure(ErrFunctionEvaluation, at, excerpt.Cut(name, 64)+": "+f.complaint)
	p.out.functions = append(p.out.functions, f)
	p.emit(instruction{op: opCall, n: int32(count), function: int32(len(p.out.functions) - 1), fail: fail}, count)
	return operand{offset: at, typ: f.result}, nil
}
