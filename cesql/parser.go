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
	typ    Type // of the value; Boolean if that is not known
	isNot  bool // NOT x, without parentheses around it
	logic  id   // AND, OR or XOR, without parentheses around it
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
	p.out.failures = append(p.out.failures, Error{Kind: kind, Offset: offset, Detail: detail})
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

// operator is a binary operator.
type operator struct {
	level int // of precedence; those of level 0 bind least
	op    op
}

// noLevel is the level of a token that is no binary operator.
const noLevel = -1

func (t *token) operator() operator {
	switch t.id {
	case tokAnd:
		return operator{0, opAnd}
	case tokOr:
		return operator{0, opOr}
	case tokXor:
		return operator{0, opXor}
	case tokEqual:
		return operator{1, opEqual}
	case tokNotEqual:
		return operator{1, opNotEqual}
	case tokLess:
		return operator{1, opLess}
	case tokLessOrEqual:
		return operator{1, opLessOrEqual}
	case tokGreater:
		return operator{1, opGreater}
	case tokGreaterOrEqual:
		return operator{1, opGreaterOrEqual}
	case tokPlus:
		return operator{2, opAdd}
	case tokMinus:
		return operator{2, opSubtract}
	case tokTimes:
		return operator{3, opMultiply}
	case tokDivide:
		return operator{3, opDivide}
	case tokModulo:
		return operator{3, opModulo}
	}
	return operator{level: noLevel}
}

// binary compiles operators of that level and of those that bind more tightly.
func (p *parser) binary(level int) (operand, error) {
	x, err := p.membership()
	if err != nil {
		return x, err
	}
	for {
		t := p.token
		o := t.operator()
		if o.level < level {
			return x, nil
		}
		switch {
		case o.level == 0 && x.logic != other && x.logic != t.id:
			p.warn(t.offset, "AND, OR and XOR have the same precedence, from left to right: use parentheses")
		case o.level == 1 && x.isNot:
			p.warn(x.offset, "NOT binds more tightly than %[1]s: this is (NOT …) %[1]s …; write NOT (… %[1]s …) for the opposite", t.text)
		}
		p.advance()
		jump := -1
		if o.op == opAnd || o.op == opOr {
			jump = p.emit(instruction{op: o.op, fail: p.failure(ErrCast, x.offset, notBoolean)}, 1)
			p.height-- // the value is gone where the code goes on
		}
		y, err := p.binary(o.level + 1)
		if err != nil {
			return y, err
		}
		p.emitBinary(o, x, y, t.offset)
		if jump >= 0 {
			p.out.code[jump].n = int32(len(p.out.code))
		}
		x = operand{offset: x.offset, typ: Boolean}
		if o.level >= 2 {
			x.typ = Integer
		}
		if o.level == 0 {
			x.logic = t.id
		}
	}
}

// The details of errors about operands.
const (
	notBoolean = "the operand is no Boolean"
	notInteger = "the operand is no Integer"
	notSame    = "the operand has not the type of the other side"
	noResult   = "the result does not fit into 32 bits, or the divisor is 0"
)

// emitBinary emits a binary operator. The left operand of AND and OR is off the stack.
func (p *parser) emitBinary(o operator, x, y operand, at int) {
	switch o.op {
	case opAnd, opOr:
		p.emit(instruction{op: opBoolean, fail: p.failure(ErrCast, y.offset, notBoolean)}, 1)
	case opEqual, opNotEqual:
		p.emit(instruction{op: o.op, fail: p.failure(ErrCast, x.offset, notSame)}, 2)
	default:
		detail := notInteger
		if o.op == opXor {
			detail = notBoolean
		}
		fail := p.failure(ErrCast, x.offset, detail)
		p.failure(ErrCast, y.offset, detail)
		if o.level >= 2 {
			p.failure(ErrMath, at, noResult)
		}
		p.emit(instruction{op: o.op, fail: fail}, 2)
	}
}

// membership compiles LIKE and IN.
func (p *parser) membership() (operand, error) {
	x, err := p.unary()
	if err != nil {
		return x, err
	}
	for {
		negated := p.token.id == tokNot
		if negated {
			p.advance()
			if p.token.id != tokLike && p.token.id != tokIn {
				return x, p.fail("LIKE or IN behind NOT")
			}
		}
		which := p.token
		if which.id != tokLike && which.id != tokIn {
			return x, nil
		}
		if x.isNot {
			p.warn(x.offset, "NOT binds more tightly than %[1]s: this is (NOT …) %[1]s …; write … NOT %[1]s … for the opposite", strings.ToUpper(which.text))
		}
		p.advance()
		if which.id == tokLike {
			err = p.like(negated)
		} else {
			err = p.in(negated)
		}
		if err != nil {
			return x, err
		}
		x = operand{offset: x.offset, typ: Boolean}
	}
}

func (p *parser) like(negated bool) error {
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
// is equal are not evaluated. A set of constants is one instruction.
func (p *parser) in(negated bool) error {
	if p.token.id != tokOpen {
		return p.fail(`"(" behind IN`)
	}
	begin, height, failures := len(p.out.code), p.height, len(p.out.failures)
	var few [8]int
	jumps := few[:0]
	for {
		p.advance()
		y, err := p.expression()
		if err != nil {
			return err
		}
		fail := p.failure(ErrCast, y.offset, notSame)
		jumps = append(jumps, p.emit(instruction{op: opElement, fail: fail}, 1))
		p.height-- // the element is gone; the left side stays
		if p.token.id == tokClose {
			break
		}
		if p.token.id != tokComma {
			return p.fail(`"," or ")" in a set`)
		}
	}
	p.advance()
	if code := p.out.code[begin:]; allConstant(code) {
		set := instruction{op: opIn, flag: negated, n: code[0].n, more: int32(len(jumps)), fail: int32(failures)}
		p.out.code = p.out.code[:begin]
		p.height = height
		p.emit(set, 1)
		return nil
	}
	p.emit(instruction{op: opDrop, flag: negated}, 1) // none is equal
	for _, j := range jumps {
		p.out.code[j].n = int32(len(p.out.code))
		p.out.code[j].flag = !negated
	}
	return nil
}

// allConstant reports whether code is a constant and a comparison in turn.
func allConstant(code []instruction) bool {
	for i := range code {
		if i%2 == 0 && code[i].op != opConstant {
			return false
		}
	}
	return true
}

func (p *parser) unary() (operand, error) {
	at := p.token.offset
	switch {
	case p.token.id == tokNot:
		p.advance()
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		p.emit(instruction{op: opNot, fail: p.failure(ErrCast, x.offset, notBoolean)}, 1)
		return operand{offset: at, typ: Boolean, isNot: true}, nil
	case p.token.id == tokMinus, p.token.id == tokPlus:
		sign := p.token
		p.advance()
		if p.token.isNumber() && p.token.offset == sign.after {
			return p.number(sign.text, at)
		}
		if sign.id == tokPlus {
			return operand{}, p.fail("digits right behind +")
		}
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		fail := p.failure(ErrCast, x.offset, notInteger)
		p.failure(ErrMath, at, noResult)
		p.emit(instruction{op: opNegate, fail: fail}, 1)
		return operand{offset: at, typ: Integer}, nil
	case p.token.id == tokExists:
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
		p.warn(p.token.offset, "names of attributes are in lower case: this is %s", cut(name))
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
	case t.id == tokOpen:
		p.advance()
		x, err := p.expression()
		if err != nil {
			return x, err
		}
		if p.token.id != tokClose {
			return x, p.fail(`")" or an operator`)
		}
		p.advance()
		return operand{offset: at, typ: x.typ}, nil
	case t.kind == text:
		p.advance()
		p.constant(StringValue(t.text))
		return operand{offset: at, typ: String}, nil
	case t.id == tokTrue, t.id == tokFalse:
		p.advance()
		p.constant(BooleanValue(t.id == tokTrue))
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
	if following := next.next(); following.id == tokOpen {
		return p.call(at)
	}
	if strings.Contains(name.text, "_") {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "the name of an attribute has letters and digits only"}
	}
	place := p.attribute(p.name())
	p.advance()
	fail := p.failure(ErrMissingAttribute, at, cut(p.out.attributes[place].name))
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
	for p.token.id != tokClose {
		if count > 0 {
			if p.token.id != tokComma {
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
	if !ok {
		fail := p.failure(ErrMissingFunction, at, fmt.Sprintf("there is no function %s with %d arguments", cut(name), count))
		p.warn(at, "%s", p.out.failures[fail].Detail)
		p.emit(instruction{op: opMissing, n: int32(count), fail: fail}, count)
		return operand{offset: at, typ: Boolean}, nil
	}
	fail := p.failure(ErrCast, at, "an argument has not the type that the function needs")
	p.failure(f.kind(), at, f.complaint)
	p.out.functions = append(p.out.functions, f)
	p.emit(instruction{op: opCall, n: int32(count), more: int32(len(p.out.functions) - 1), fail: fail}, count)
	return operand{offset: at, typ: f.result}, nil
}

// cut returns s, or the beginning of it if it is long.
func cut(s string) string {
	if len(s) <= 64 {
		return s
	}
	return excerpt.Cut(s, 64)
}
