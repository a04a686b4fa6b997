package cesql

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// parser compiles an expression in one pass, by recursive descent. Operands come before
// their operator in the code.
type parser struct {
	lexer     lexer
	token     token // the next one
	own       []Function
	maxDepth  int
	depth     int
	height    int // of the stack behind what was compiled
	stack     int // the greatest height
	label     int // where a jump leads to, if one leads to the end of the code
	patterns  []*pattern
	wildcards []*wildcards
	sets      []*set
	calls     []*function
	missing   []string // what is said of the functions that do not exist
	warnings  []Warning
	*scratch
}

// scratch is what is copied from a parser, and can be used again.
type scratch struct {
	code       []instruction
	leaves     []leaf // leaves[0] is none
	conditions []condition
	failures   []failure
	next       [][2]int32 // for link
}

// operand is what the parser knows of a part that it has compiled.
type operand struct {
	offset int
	typ    Type // of the value; Boolean if that is not known
	truth  bool // the value is a Boolean, and no function's
	number bool // the value is an Integer, and no function's
	isNot  bool // NOT x, without parentheses around it
	logic  id   // AND, OR or XOR, without parentheses around it
}

func (p *parser) advance() { p.lexer.next(&p.token) }

// fail returns a syntax error at the next token.
func (p *parser) fail(expected string) error {
	return &Error{Kind: ErrParse, Offset: p.token.offset, Detail: "expected " + expected + ", found " + p.token.describe()}
}

func (p *parser) warn(offset int, format string, args ...any) {
	if len(p.warnings) < maxWarnings {
		p.warnings = append(p.warnings, Warning{Offset: offset, Text: fmt.Sprintf(format, args...)})
	}
}

const maxWarnings = 16

// whole compiles the whole text.
func (p *parser) whole() (operand, error) {
	p.advance()
	x, err := p.expression()
	if err == nil && p.token.kind != end {
		err = p.fail("an operator or the end")
	}
	return x, err
}

// expression compiles what is between parentheses, or all.
func (p *parser) expression() (operand, error) {
	if p.depth++; p.depth > p.maxDepth {
		return operand{}, &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("more than %d levels of nesting", p.maxDepth)}
	}
	x, err := p.binary(0)
	p.depth-- // after an error, nothing else is read
	return x, err
}

// operator is a binary operator.
type operator struct {
	level int // of precedence; those of level 0 bind least
	op    op
}

// needsIntegers reports whether both sides are cast to Integers.
func (o *operator) needsIntegers() bool {
	return o.level >= 2 || opLess <= o.op && o.op <= opGreaterOrEqual
}

// neverInteger reports whether the instruction at that place loads a string literal that is no
// Integer.
func (p *parser) neverInteger(at int) bool {
	l := &p.leaves[p.code[at].load]
	if l.from != fromConstant || l.value.typ != String {
		return false
	}
	_, ok := parseInteger(l.value.text)
	return !ok
}

// noLevel is the level of a token that is no binary operator.
const noLevel = -1

var operators = [...]operator{
	tokAnd:            {0, opAnd},
	tokOr:             {0, opOr},
	tokXor:            {0, opXor},
	tokEqual:          {1, opEqual},
	tokNotEqual:       {1, opNotEqual},
	tokLess:           {1, opLess},
	tokLessOrEqual:    {1, opLessOrEqual},
	tokGreater:        {1, opGreater},
	tokGreaterOrEqual: {1, opGreaterOrEqual},
	tokPlus:           {2, opAdd},
	tokMinus:          {2, opSubtract},
	tokTimes:          {3, opMultiply},
	tokDivide:         {3, opDivide},
	tokModulo:         {3, opModulo},
}

func (t *token) operator() operator {
	if o := operators[t.id]; o.op != opLoad {
		return o
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
		o := p.token.operator()
		if o.level < level {
			return x, nil
		}
		which, at, written := p.token.id, p.token.offset, p.token.text
		switch {
		case o.level == 0 && x.logic != other && x.logic != which:
			p.warn(at, "AND, OR and XOR have the same precedence, from left to right: use parentheses")
		case o.level == 1 && x.isNot:
			p.warn(x.offset, "NOT binds more tightly than %[1]s: this is (NOT …) %[1]s …; write NOT (… %[1]s …) for the opposite", written)
		}
		p.advance()
		if o.op == opAnd || o.op == opOr {
			err = p.shortCircuit(o, x)
		} else {
			err = p.twoSides(o, x, at, written)
		}
		if err != nil {
			return x, err
		}
		x = operand{offset: x.offset, typ: Boolean, truth: true}
		if o.level >= 2 {
			x.typ, x.truth, x.number = Integer, false, true
		}
		if o.level == 0 {
			x.logic = which
		}
	}
}

// shortCircuit compiles AND or OR behind its left side.
func (p *parser) shortCircuit(o operator, x operand) error {
	p.boolean(x)
	jump := p.append(instruction{op: o.op})
	y, err := p.binary(o.level + 1)
	if err != nil {
		return err
	}
	p.boolean(y)
	p.jumpHere(jump)
	return nil
}

// twoSides compiles an operator behind its left side, which goes onto the stack unless the
// right side is a leaf.
func (p *parser) twoSides(o operator, x operand, at int, written string) error {
	push := p.push()
	y, err := p.binary(o.level + 1)
	if err != nil {
		return err
	}
	p.height--
	isLeaf := len(p.code) == push+2 && p.code[push+1].op == opLoad
	if o.needsIntegers() && (p.neverInteger(push) || isLeaf && p.neverInteger(push+1)) {
		p.warn(at, "%s casts both sides to Integers: a string that is not an Integer is always an error", written)
	}
	if isLeaf && o.level == 1 {
		if right := &p.leaves[p.code[push+1].load]; right.from == fromConstant && p.comparison(o, x, y, push, right.value) {
			return nil
		}
	}
	i := instruction{op: o.op, fail: p.failuresOf(o, x, y, at)}
	if !isLeaf {
		p.emit(i)
		return nil
	}
	i.load, i.right = p.code[push].load, p.code[push+1].load
	p.code = p.code[:push]
	p.append(i)
	return nil
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
		which := p.token.id
		if which != tokLike && which != tokIn {
			return x, nil
		}
		if x.isNot {
			p.warn(x.offset, "NOT binds more tightly than %[1]s: this is (NOT …) %[1]s …; write … NOT %[1]s … for the opposite", strings.ToUpper(p.token.text))
		}
		p.advance()
		if which == tokLike {
			err = p.like(negated)
		} else {
			err = p.in(negated)
		}
		if err != nil {
			return x, err
		}
		x = operand{offset: x.offset, typ: Boolean, truth: true}
	}
}

func (p *parser) like(negated bool) error {
	if p.token.kind != text {
		return p.fail("a string literal behind LIKE")
	}
	if text, ok := beginning(p.token.text); ok && p.condition(condition{op: opBegins, value: Value{text: text}}, negated) {
		p.advance()
		return nil
	}
	parts, runs, escaped := count(p.token.text)
	if runs > 0 {
		return p.likeWildcards(parts, runs, escaped, negated)
	}
	pattern := newPattern(p.token.text, parts, escaped)
	p.advance()
	c := condition{op: opLike, pattern: pattern}
	if pattern.contains() {
		c.op = opContains
	}
	if !p.condition(c, negated) {
		p.patterns = append(p.patterns, pattern)
		p.emit(instruction{op: opLike, flag: negated, n: int32(len(p.patterns) - 1)})
	}
	return nil
}

// likeWildcards is like for a pattern with _.
func (p *parser) likeWildcards(parts, runs int, escaped, negated bool) error {
	pattern, ok := newWildcards(p.token.text, parts, runs, escaped)
	if !ok {
		return &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("a part with _ that is longer than %d characters", maxWildcards)}
	}
	p.advance()
	if !p.condition(condition{op: opWildcards, wildcards: pattern}, negated) {
		p.wildcards = append(p.wildcards, pattern)
		p.emit(instruction{op: opWildcards, flag: negated, n: int32(len(p.wildcards) - 1)})
	}
	return nil
}

// in compiles a set. Its elements are compared one after the other, and those behind one that
// is equal are not evaluated. A set of constants is one instruction.
func (p *parser) in(negated bool) error {
	if p.token.id != tokOpen {
		return p.fail(`"(" behind IN`)
	}
	push, failures := p.push(), int32(len(p.failures))
	var few [8]int
	elements := few[:0]
	for {
		p.advance()
		y, err := p.expression()
		if err != nil {
			return err
		}
		fail := p.failure(notSame, y.offset)
		elements = append(elements, p.emit(instruction{op: opElement, flag: negated, fail: fail}))
		if p.token.id == tokClose {
			break
		}
		if p.token.id != tokComma {
			return p.fail(`"," or ")" in a set`)
		}
	}
	p.advance()
	p.height--
	if code := p.code[push+1:]; p.allConstant(code) {
		first := code[0].load
		set := newSet(p.leaves[first:])
		p.leaves = p.leaves[:first]
		left := p.code[push].load
		p.code = p.code[:push]
		if left != 0 {
			p.append(instruction{op: opLoad, load: left})
		}
		if !p.condition(condition{op: opIn, set: set, fail: failures}, negated) {
			p.sets = append(p.sets, set)
			p.emit(instruction{op: opIn, flag: negated, n: int32(len(p.sets) - 1), fail: failures})
		}
		return nil
	}
	p.append(instruction{op: opDrop, flag: negated}) // none is equal
	for _, i := range elements {
		p.jumpHere(i)
	}
	return nil
}

// allConstant reports whether code compares with constants only.
func (p *parser) allConstant(code []instruction) bool {
	for i := range code {
		if load := code[i].load; code[i].op != opElement || load == 0 || p.leaves[load].from != fromConstant {
			return false
		}
	}
	return true
}

func (p *parser) unary() (operand, error) {
	at := p.token.offset
	switch p.token.id {
	case tokNot:
		p.advance()
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		p.boolean(x)
		p.append(instruction{op: opNot})
		return operand{offset: at, typ: Boolean, truth: true, isNot: true}, nil
	case tokMinus, tokPlus:
		sign, which := p.token.text, p.token.id
		p.advance()
		if p.token.isNumber() && p.token.offset == at+len(sign) {
			return p.number(sign, at)
		}
		if which == tokPlus {
			return operand{}, p.fail("digits right behind +")
		}
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		fail := p.failure(notInteger, x.offset)
		p.failure(noResult, at)
		p.emit(instruction{op: opNegate, fail: fail})
		return operand{offset: at, typ: Integer}, nil
	case tokExists:
		return p.exists(at)
	}
	return p.primary()
}

// nested is unary for the operand of a unary operator, which is a level of nesting.
func (p *parser) nested() (operand, error) {
	if p.depth++; p.depth > p.maxDepth {
		return operand{}, &Error{Kind: ErrParse, Offset: p.token.offset, Detail: fmt.Sprintf("more than %d levels of nesting", p.maxDepth)}
	}
	x, err := p.unary()
	p.depth--
	return x, err
}

func (p *parser) exists(at int) (operand, error) {
	p.advance()
	if p.token.kind != word || p.token.isKeyword() || p.token.characters&underscore != 0 {
		return operand{}, p.fail("the name of an attribute behind EXISTS")
	}
	name := p.name()
	p.advance()
	p.load(attribute(name))
	p.condition(condition{op: opExists}, false)
	return operand{offset: at, typ: Boolean, truth: true}, nil
}

// name returns the name of an attribute that the next token is, in lower case.
func (p *parser) name() string {
	name := p.token.text
	if p.token.characters&upper != 0 {
		name = strings.ToLower(name)
		p.warn(p.token.offset, "names of attributes are in lower case: this is %s", cut(name))
	}
	switch {
	case name == "data":
		p.warn(p.token.offset, "data is no attribute: an expression cannot look into it")
	case name == "ce" && strings.HasPrefix(p.lexer.source[p.token.offset+len(name):], "-"):
		p.warn(p.token.offset, "names of attributes have no prefix: this subtracts from an attribute ce")
	}
	return name
}

func (p *parser) primary() (operand, error) {
	at := p.token.offset
	switch t := &p.token; {
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
		return operand{offset: at, typ: x.typ, truth: x.truth, number: x.number}, nil
	case t.kind == text:
		p.constant(StringValue(t.text))
		p.advance()
		return operand{offset: at, typ: String}, nil
	case t.id == tokTrue, t.id == tokFalse:
		p.constant(BooleanValue(t.id == tokTrue))
		p.advance()
		return operand{offset: at, typ: Boolean, truth: true}, nil
	case t.isNumber():
		return p.number("", at)
	case t.kind == word && !t.isKeyword():
		return p.named(at)
	}
	return operand{}, p.fail("a value")
}

// named compiles an attribute or the call of a function.
func (p *parser) named(at int) (operand, error) {
	if p.lexer.opens() {
		return p.call(at)
	}
	if p.token.characters&underscore != 0 {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "the name of an attribute has letters and digits only"}
	}
	l := attribute(p.name())
	p.advance()
	if l.from.mayBeMissing() {
		l.fail = p.failure(noAttribute, at)
	}
	p.load(l)
	return operand{offset: at, typ: Boolean}, nil // what the specification assumes
}

func attribute(name string) leaf { return leaf{from: originOf(name), value: Value{text: name}} }

func (p *parser) constant(v Value) { p.load(leaf{value: v}) }

func (p *parser) number(sign string, at int) (operand, error) {
	n, ok := parseInteger(sign + p.token.text)
	if !ok {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "an integer that does not fit into 32 bits"}
	}
	p.advance()
	p.constant(IntegerValue(n))
	return operand{offset: at, typ: Integer, number: true}, nil
}

// call compiles the call of a function.
func (p *parser) call(at int) (operand, error) {
	name := strings.ToUpper(p.token.text)
	if p.token.characters&digit != 0 || name[0] == '_' {
		return operand{}, p.fail("the name of a function, which has letters and _ only")
	}
	p.advance()
	p.advance() // behind "("
	count, code, leaves, height := 0, len(p.code), len(p.leaves), p.height
	for p.token.id != tokClose {
		if count > 0 {
			if p.token.id != tokComma {
				return operand{}, p.fail(`"," or ")" behind an argument`)
			}
			p.advance()
			p.push()
		}
		if _, err := p.expression(); err != nil {
			return operand{}, err
		}
		count++
	}
	p.advance()
	f, ok := p.function(name, count)
	if !ok {
		fail := p.failure(noFunction, at)
		p.missing = append(p.missing, p.complaintAbout(name, count))
		p.warn(at, "%s", p.missing[len(p.missing)-1])
		p.code, p.leaves, p.height = p.code[:code], p.leaves[:leaves], height // its arguments are not evaluated
		p.label = min(p.label, code)
		p.append(instruction{op: opMissing, fail: fail})
		return operand{offset: at, typ: Boolean}, nil
	}
	if p.derive(f) {
		p.height -= count - 1
		return operand{offset: at, typ: f.result}, nil
	}
	if f.builtin == fnLength {
		p.emit(instruction{op: opLength})
		return operand{offset: at, typ: f.result}, nil
	}
	fail := p.failure(notArgument, at)
	p.failure(f.failure, at)
	p.calls = append(p.calls, f)
	i := instruction{op: opCall, count: int32(count), n: int32(len(p.calls) - 1), fail: fail}
	if count > 0 {
		p.raise(1)
		p.emit(i)
	} else {
		p.append(i)
	}
	p.height -= count
	return operand{offset: at, typ: f.result}, nil
}

// cut returns s, or the beginning of it if it is long.
func cut(s string) string {
	if len(s) <= excerpt.Size {
		return s
	}
	return excerpt.Cut(s, excerpt.Size) // which does not keep s in memory
}
