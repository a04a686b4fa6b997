package cesql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// parser compiles an expression in one pass, by recursive descent. Operands come before
// their operator in the code.
type parser struct {
	lexer      lexer
	token      token // the next one
	compiler   *Compiler
	depth      int
	height     int // of the stack behind what was compiled
	stack      int // the greatest height
	label      int // where a jump leads to, if one leads to the end of the code
	code       []instruction
	leaves     []leaf // leaves[0] is none
	failures   []Error
	conditions []condition
	patterns   []pattern
	sets       []set
	calls      []*function
	warnings   []Warning
}

// operand is what the parser knows of a part that it has compiled.
type operand struct {
	offset int
	typ    Type // of the value; Boolean if that is not known
	truth  bool // the value is a Boolean, and no function's
	isNot  bool // NOT x, without parentheses around it
	logic  id   // AND, OR or XOR, without parentheses around it
}

func (p *parser) advance() { p.lexer.next(&p.token) }

// fail returns a syntax error at the next token.
func (p *parser) fail(expected string) error {
	detail := "expected " + expected + ", found " + p.token.describe()
	if p.token.kind == malformed {
		detail = p.token.text
	}
	return &Error{Kind: ErrParse, Offset: p.token.offset, Detail: detail}
}

func (p *parser) warn(offset int, format string, args ...any) {
	if len(p.warnings) < maxWarnings {
		p.warnings = append(p.warnings, Warning{offset, fmt.Sprintf(format, args...)})
	}
}

const maxWarnings = 16

// emit appends an instruction that takes a value. It takes over the leaf that was loaded for it.
func (p *parser) emit(i instruction) int {
	last := len(p.code) - 1
	if last < 0 || p.code[last].op != opLoad || p.label > last {
		return p.append(i)
	}
	i.load = p.code[last].load
	p.code[last] = i
	return last
}

func (p *parser) append(i instruction) int {
	p.code = append(p.code, i)
	return len(p.code) - 1
}

// condition makes the load of an attribute at the end of the code a condition. It reports
// whether there is such a load.
func (p *parser) condition(c condition, negated bool) bool {
	last := len(p.code) - 1
	if last < 0 || p.code[last].op != opLoad || p.label > last {
		return false
	}
	load := p.code[last].load
	if c.attribute = p.leaves[load]; c.attribute.from == fromConstant {
		return false
	}
	c.direct = c.directly()
	if c.attribute.from == fromTime && c.isAboutText() {
		c.attribute.from = fromTimeLater
	}
	p.leaves = p.leaves[:load] // and those of the right side, which are behind
	p.conditions = append(p.conditions, c)
	p.code[last] = instruction{op: opCondition, flag: negated, n: int32(len(p.conditions) - 1)}
	return true
}

// boolean emits the cast of what x has compiled to a Boolean.
func (p *parser) boolean(x operand) {
	if x.truth {
		return
	}
	fail := p.failure(ErrCast, x.offset, notBoolean)
	if !p.condition(condition{op: opBoolean, fail: fail}, false) {
		p.emit(instruction{op: opBoolean, fail: fail})
	}
}

// load emits the load of a leaf.
func (p *parser) load(l leaf) {
	p.append(instruction{op: opLoad, load: p.leaf(l)})
}

// leaf returns the place of a leaf.
func (p *parser) leaf(l leaf) int32 {
	p.leaves = append(p.leaves, l)
	return int32(len(p.leaves) - 1)
}

// push emits that the value goes onto the stack.
func (p *parser) push() int {
	p.raise(1)
	return p.emit(instruction{op: opPush})
}

// raise changes the height of the stack.
func (p *parser) raise(by int) {
	p.height += by
	p.stack = max(p.stack, p.height)
}

// jumpHere lets a jump lead to what comes next.
func (p *parser) jumpHere(from int) {
	p.label = len(p.code)
	p.code[from].n = int32(p.label)
}

// failure returns the place of an error that an instruction can end with.
func (p *parser) failure(kind error, offset int, detail string) int32 {
	p.failures = append(p.failures, Error{Kind: kind, Offset: offset, Detail: detail})
	return int32(len(p.failures) - 1)
}

// compile compiles the text of the lexer.
func (p *parser) compile() (*Expression, []Warning, error) {
	var code [8]instruction
	var leaves [8]leaf
	var conditions [4]condition
	p.code, p.leaves, p.conditions = code[:0], leaves[:1], conditions[:0]
	p.advance()
	root, err := p.expression()
	if err == nil && p.token.kind != end {
		err = p.fail("an operator or the end")
	}
	if err != nil {
		return nil, nil, err
	}
	x := &Expression{
		source: p.lexer.source, typ: root.typ, maxString: limit.Of(p.compiler.MaxString, defaultMaxString),
		conditions: slices.Clone(p.conditions), patterns: p.patterns, sets: p.sets, failures: p.failures,
	}
	if !p.link(x.conditions) {
		p.threadJumps()
		x.code, x.leaves, x.functions, x.stack = slices.Clone(p.code), slices.Clone(p.leaves), p.calls, p.stack
	}
	return x, p.warnings, nil
}

// link lets each condition name the next, and reports false if the code is more than conditions
// and AND, OR and NOT between them.
func (p *parser) link(conditions []condition) bool {
	for k := range p.code {
		switch p.code[k].op {
		case opCondition, opAnd, opOr, opNot:
		default:
			return false
		}
	}
	// What comes next if the value is false or true, by the place in the code. All jumps go
	// forward.
	next := make([][2]int32, len(p.code)+1)
	next[len(p.code)] = [2]int32{thenFalse, thenTrue}
	for k := len(p.code) - 1; k >= 0; k-- {
		i, behind := &p.code[k], next[k+1]
		switch i.op {
		case opAnd:
			next[k] = [2]int32{next[i.n][0], behind[0]}
		case opOr:
			next[k] = [2]int32{behind[0], next[i.n][1]}
		case opNot:
			next[k] = [2]int32{behind[1], behind[0]}
		case opCondition:
			c := &conditions[i.n]
			if c.no, c.yes = behind[0], behind[1]; i.flag {
				c.no, c.yes = c.yes, c.no
			}
			next[k] = [2]int32{i.n, i.n}
		}
	}
	return true
}

// threadJumps lets jumps that lead to a jump lead to where that one would.
func (p *parser) threadJumps() {
	for k := len(p.code) - 1; k >= 0; k-- {
		i := &p.code[k]
		if i.op != opAnd && i.op != opOr || int(i.n) == len(p.code) {
			continue
		}
		switch next := &p.code[i.n]; {
		case next.op == i.op:
			i.n = next.n
		case next.op == opAnd || next.op == opOr:
			i.n++
		}
	}
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
			err = p.twoSides(o, x, at)
		}
		if err != nil {
			return x, err
		}
		x = operand{offset: x.offset, typ: Boolean, truth: true}
		if o.level >= 2 {
			x.typ, x.truth = Integer, false
		}
		if o.level == 0 {
			x.logic = which
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
func (p *parser) twoSides(o operator, x operand, at int) error {
	push := p.push()
	y, err := p.binary(o.level + 1)
	if err != nil {
		return err
	}
	p.height--
	isLeaf := len(p.code) == push+2 && p.code[push+1].op == opLoad
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

// comparison compiles a comparison with a constant as a condition, if the left side is an
// attribute.
func (p *parser) comparison(o operator, x, y operand, push int, constant Value) bool {
	left := p.code[push].load
	if left == 0 || p.leaves[left].from == fromConstant {
		return false
	}
	p.code = append(p.code[:push], instruction{op: opLoad, load: left})
	c, negated := condition{op: o.op, value: constant}, false
	if constant.typ == String && (o.op == opEqual || o.op == opNotEqual) {
		c.op, negated = opIs, o.op == opNotEqual
	} else {
		c.fail = p.failuresOf(o, x, y, 0)
	}
	return p.condition(c, negated)
}

// failuresOf returns the place of the first error of an operator with two sides.
func (p *parser) failuresOf(o operator, x, y operand, at int) int32 {
	detail := notInteger
	switch o.op {
	case opEqual, opNotEqual:
		return p.failure(ErrCast, x.offset, notSame)
	case opXor:
		detail = notBoolean
	}
	first := p.failure(ErrCast, x.offset, detail)
	p.failure(ErrCast, y.offset, detail)
	if o.level >= 2 {
		p.failure(ErrMath, at, noResult)
	}
	return first
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
		x = operand{offset: x.offset, typ: Boolean, truth: true}
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
	p.patterns = append(p.patterns, pattern)
	p.advance()
	n := int32(len(p.patterns) - 1)
	c := condition{op: pattern.op(), n: n, value: Value{text: pattern.first}}
	if !p.condition(c, negated) {
		p.emit(instruction{op: opLike, flag: negated, n: n})
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
		fail := p.failure(ErrCast, y.offset, notSame)
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
		p.sets = append(p.sets, newSet(p.leaves[first:]))
		p.leaves = p.leaves[:first]
		n, left := int32(len(p.sets)-1), p.code[push].load
		p.code = p.code[:push]
		if left != 0 {
			p.append(instruction{op: opLoad, load: left})
		}
		if !p.condition(condition{op: opIn, n: n, fail: failures}, negated) {
			p.emit(instruction{op: opIn, flag: negated, n: n, fail: failures})
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
	switch {
	case p.token.id == tokNot:
		p.advance()
		x, err := p.nested()
		if err != nil {
			return x, err
		}
		p.boolean(x)
		p.append(instruction{op: opNot})
		return operand{offset: at, typ: Boolean, truth: true, isNot: true}, nil
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
		p.emit(instruction{op: opNegate, fail: fail})
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
	p.load(attribute(name))
	p.condition(condition{op: opExists}, false)
	return operand{offset: at, typ: Boolean, truth: true}, nil
}

// name returns the name of an attribute that the next token is, in lower case.
func (p *parser) name() string {
	name := strings.ToLower(p.token.text)
	if name != p.token.text {
		p.warn(p.token.offset, "names of attributes are in lower case: this is %s", cut(name))
	}
	return name
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
		return operand{offset: at, typ: x.typ, truth: x.truth}, nil
	case t.kind == text:
		p.advance()
		p.constant(StringValue(t.text))
		return operand{offset: at, typ: String}, nil
	case t.id == tokTrue, t.id == tokFalse:
		p.advance()
		p.constant(BooleanValue(t.id == tokTrue))
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
	if strings.Contains(p.token.text, "_") {
		return operand{}, &Error{Kind: ErrParse, Offset: at, Detail: "the name of an attribute has letters and digits only"}
	}
	l := attribute(p.name())
	p.advance()
	if l.from.mayBeMissing() {
		l.fail = p.failure(ErrMissingAttribute, at, cut(l.value.text))
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
			p.push()
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
		p.warn(at, "%s", p.failures[fail].Detail)
		p.height -= max(count-1, 0)
		p.emit(instruction{op: opMissing, fail: fail})
		return operand{offset: at, typ: Boolean}, nil
	}
	if f.builtin == fnLength {
		p.emit(instruction{op: opLength})
		return operand{offset: at, typ: f.result}, nil
	}
	fail := p.failure(ErrCast, at, "an argument has not the type that the function needs")
	p.failure(f.kind(), at, f.complaint)
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
	if len(s) <= 64 {
		return s
	}
	return excerpt.Cut(s, 64)
}
