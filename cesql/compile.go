package cesql

import (
	"fmt"
	"math"
	"sync"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// Compiler compiles expressions with functions and limits of your own. The zero value
// compiles as [Compile] does. A Compiler is safe for concurrent use as long as its fields
// do not change.
type Compiler struct {
	// Functions are added to those of the specification, whose names are taken. Two
	// Functions may have the same name if no number of arguments fits both.
	Functions []Function

	// MaxLength limits the length of an expression, in bytes. 0 is 64 KiB. -1 is 2 GiB,
	// the highest limit there is.
	MaxLength int

	// MaxDepth limits the nesting of parentheses, arguments and unary operators. 0 is
	// 100. There is always a limit.
	MaxDepth int

	// MaxString limits the strings that functions return, in bytes. A longer one is an
	// [ErrFunctionEvaluation]. 0 is 1 MiB, -1 is no limit.
	MaxString int
}

const (
	defaultMaxLength = 64 << 10
	defaultMaxDepth  = 100
	defaultMaxString = 1 << 20
)

func (c *Compiler) maxDepth() int {
	if c.MaxDepth > 0 {
		return c.MaxDepth
	}
	return defaultMaxDepth
}

// Compile compiles an expression. The results are those of the function [Compile], except
// that an error about one of the Functions does not wrap ErrParse.
func (c *Compiler) Compile(text string) (*Expression, []Warning, error) {
	if err := c.checkFunctions(); err != nil {
		return nil, nil, err
	}
	if most := min(limit.Of(c.MaxLength, defaultMaxLength), math.MaxInt32); len(text) > most {
		return nil, nil, &Error{Kind: ErrParse, Offset: most, Detail: fmt.Sprintf("more than %d bytes", most)}
	}
	if !utf8.ValidString(text) {
		return nil, nil, &Error{Kind: ErrParse, Offset: firstInvalid(text), Detail: "invalid UTF-8"}
	}
	room := scratches.Get().(*scratch)
	room.code, room.leaves, room.conditions, room.failures, room.next = room.code[:0], append(room.leaves[:0], leaf{}), room.conditions[:0], room.failures[:0], room.next[:0]
	p := parser{lexer: lexer{source: text}, own: c.Functions, maxDepth: c.maxDepth(), scratch: room}
	root, err := p.whole()
	if err != nil {
		return nil, nil, err
	}
	x := p.result(limit.Of(c.MaxString, defaultMaxString))
	x.source, x.typ = text, root.typ
	if len(text) <= largestPooled {
		scratches.Put(room)
	}
	return x, p.warnings, nil
}

// scratches are for Compile. An Expression has nothing of them.
var scratches = sync.Pool{New: func() any { return new(scratch) }}

// largestPooled is the length of a text, in bytes, whose scratch is kept.
const largestPooled = 1 << 10

// result returns an Expression with conditions or a program, in few pieces of memory.
func (p *parser) result(maxString int) *Expression {
	if !p.link() {
		p.threadJumps()
		return p.withProgram(maxString)
	}
	switch n := len(p.conditions); {
	case n == 1 && len(p.failures) == 0:
		both := &struct {
			Expression
			conditions [1]condition
		}{conditions: [1]condition(p.conditions)}
		both.Expression.conditions = both.conditions[:]
		return &both.Expression
	case n == 1:
		both := &struct {
			Expression
			failures   failures
			conditions [1]condition
		}{conditions: [1]condition(p.conditions)}
		both.Expression.conditions = both.conditions[:]
		return both.with(&both.failures, p.failures)
	case n == 2:
		both := &struct {
			Expression
			failures   failures
			conditions [2]condition
		}{conditions: [2]condition(p.conditions)}
		both.Expression.conditions = both.conditions[:]
		return both.with(&both.failures, p.failures)
	}
	both := &struct {
		Expression
		failures failures
	}{Expression: Expression{conditions: exactly(p.conditions)}}
	return both.with(&both.failures, p.failures)
}

// withProgram returns an Expression with a program.
func (p *parser) withProgram(maxString int) *Expression {
	both := &struct {
		Expression
		failures failures
		program  program
		code     [8]instruction // this and leaves are the memory of a short one
		leaves   [8]leaf
	}{program: program{
		patterns: p.patterns, wildcards: p.wildcards, sets: p.sets, functions: p.calls, missing: p.missing,
		stack: p.stack, maxString: maxString,
	}}
	both.Expression.conditions = exactly(p.conditions)
	both.Expression.program = &both.program
	both.program.code = append(both.code[:0], p.code...)
	both.program.leaves = append(both.leaves[:0], p.leaves...)
	return both.with(&both.failures, p.failures)
}

// with sets the failures, for which there is room.
func (x *Expression) with(room *failures, places []failure) *Expression {
	room.set(places)
	x.failures = room
	return x
}

// exactly returns a copy without room for more.
func exactly[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return append(make([]T, 0, len(s)), s...)
}

func firstInvalid(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return len(s)
}

// link lets each condition name the next, and reports false if the code is more than conditions
// and AND, OR and NOT between them.
func (p *parser) link() bool {
	for k := range p.code {
		switch p.code[k].op {
		case opCondition, opAnd, opOr, opNot:
		default:
			return false
		}
	}
	// What comes next if the value is false or true, by the place in the code. All jumps go
	// forward.
	next := append(p.next, make([][2]int32, len(p.code)+1)...)
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
			c := &p.conditions[i.n]
			if c.no, c.yes = behind[0], behind[1]; i.flag {
				c.no, c.yes = c.yes, c.no
			}
			next[k] = [2]int32{i.n, i.n}
		}
	}
	p.next = next
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
