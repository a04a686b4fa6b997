package cesql

import (
	"math"

	"github.com/seed763dd41b/cloudevents"
)

// op is what an instruction does with the values on the stack.
type op uint8

const (
	opConstant op = iota
	opAttribute
	opExists
	opNot
	opNegate
	opBoolean // casts
	opAnd     // false: jumps; else drops the value
	opOr      // true: jumps; else drops the value
	opXor
	opEqual
	opNotEqual
	opLess
	opLessOrEqual
	opGreater
	opGreaterOrEqual
	opAdd
	opSubtract
	opMultiply
	opDivide
	opModulo
	opLike
	opNotLike
	opElement // equal: puts flag in the place of the left side and jumps; else drops the element
	opIn      // compares with constants, more of them, from n on
	opDrop    // puts flag in the place of the left side of IN
	opCall
	opMissing // the call of a function that does not exist
)

// instruction is a step of the evaluation.
type instruction struct {
	op   op
	flag bool
	n    int32 // a place in a list, a number of arguments, or where to jump
	more int32 // a place in the list of functions, or how many constants there are
	fail int32 // the first of its errors
}

// run evaluates the code. After an error, nothing else is evaluated: the value is that of the
// instruction that failed if it is the last, and else the zero value of the expression's
// type.
func (x *Expression) run(stack []Value, e *cloudevents.Event) (Value, *Error) {
	top := -1
	for pc := 0; pc < len(x.code); pc++ {
		i := &x.code[pc]
		var failed *Error
		switch i.op {
		case opConstant:
			top++
			stack[top] = x.constants[i.n]
		case opAttribute:
			v, ok := x.attributes[i.n].of(e)
			if !ok {
				v, failed = Value{}, &x.failures[i.fail] // false, as the type is not known
			}
			top++
			stack[top] = v
		case opExists:
			top++
			stack[top] = BooleanValue(x.attributes[i.n].exists(e))
		case opNot:
			b, ok := stack[top].Bool()
			if !ok {
				b, failed = true, &x.failures[i.fail] // the value is false
			}
			stack[top] = BooleanValue(!b)
		case opNegate:
			n, ok := stack[top].Int()
			switch {
			case !ok:
				failed = &x.failures[i.fail]
			case n == math.MinInt32:
				n, failed = 0, &x.failures[i.fail+1]
			}
			stack[top] = IntegerValue(-n)
		case opBoolean:
			b, ok := stack[top].Bool()
			if !ok {
				failed = &x.failures[i.fail]
			}
			stack[top] = BooleanValue(b)
		case opAnd, opOr:
			b, ok := stack[top].Bool()
			switch {
			case !ok:
				failed = &x.failures[i.fail]
				stack[top] = Value{}
			case b == (i.op == opOr):
				stack[top] = BooleanValue(b)
				pc = int(i.n) - 1
			default:
				top--
			}
		case opXor:
			top--
			failed = x.xor(i, &stack[top], stack[top+1])
		case opEqual, opNotEqual:
			top--
			left, ok := stack[top].cast(stack[top+1].typ)
			if !ok {
				failed = &x.failures[i.fail]
				stack[top] = Value{}
			} else {
				stack[top] = BooleanValue((left == stack[top+1]) == (i.op == opEqual))
			}
		case opLess, opLessOrEqual, opGreater, opGreaterOrEqual:
			top--
			failed = x.compare(i, &stack[top], stack[top+1])
		case opAdd, opSubtract, opMultiply, opDivide, opModulo:
			top--
			failed = x.arithmetic(i, &stack[top], stack[top+1])
		case opLike, opNotLike:
			stack[top] = BooleanValue(x.patterns[i.n].matches(stack[top].String()) == (i.op == opLike))
		case opElement:
			element, ok := stack[top].cast(stack[top-1].typ)
			top--
			switch {
			case !ok:
				failed = &x.failures[i.fail]
				stack[top] = Value{}
			case element == stack[top]:
				stack[top] = BooleanValue(i.flag)
				pc = int(i.n) - 1
			}
		case opIn:
			failed = x.in(i, &stack[top])
		case opDrop:
			stack[top] = BooleanValue(i.flag)
		case opCall:
			top -= int(i.n) - 1
			failed = x.call(i, stack[top:top+max(int(i.n), 1)])
		case opMissing:
			top -= int(i.n) - 1
			stack[top] = Value{}
			failed = &x.failures[i.fail]
		}
		if failed != nil {
			if pc == len(x.code)-1 {
				return stack[top], failed
			}
			return Value{typ: x.typ}, failed
		}
	}
	if top < 0 { // of the zero Expression
		return Value{}, nil
	}
	return stack[top], nil
}

// uncast returns the error of an instruction whose left or right operand could not be cast.
func (x *Expression) uncast(i *instruction, left, right bool) *Error {
	switch {
	case !left:
		return &x.failures[i.fail]
	case !right:
		return &x.failures[i.fail+1]
	}
	return nil
}

func (x *Expression) xor(i *instruction, left *Value, right Value) *Error {
	a, ok := left.Bool()
	b, also := right.Bool()
	*left = Value{}
	if failed := x.uncast(i, ok, also); failed != nil {
		return failed
	}
	*left = BooleanValue(a != b)
	return nil
}

func (x *Expression) compare(i *instruction, left *Value, right Value) *Error {
	a, ok := left.Int()
	b, also := right.Int()
	*left = Value{}
	if failed := x.uncast(i, ok, also); failed != nil {
		return failed
	}
	is := false
	switch i.op {
	case opLess:
		is = a < b
	case opLessOrEqual:
		is = a <= b
	case opGreater:
		is = a > b
	case opGreaterOrEqual:
		is = a >= b
	}
	*left = BooleanValue(is)
	return nil
}

func (x *Expression) arithmetic(i *instruction, left *Value, right Value) *Error {
	a, ok := left.Int()
	b, also := right.Int()
	*left = IntegerValue(0)
	if failed := x.uncast(i, ok, also); failed != nil {
		return failed
	}
	if b == 0 && (i.op == opDivide || i.op == opModulo) {
		return &x.failures[i.fail+2]
	}
	n := int64(0)
	switch i.op {
	case opAdd:
		n = int64(a) + int64(b)
	case opSubtract:
		n = int64(a) - int64(b)
	case opMultiply:
		n = int64(a) * int64(b)
	case opDivide:
		n = int64(a) / int64(b)
	case opModulo:
		n = int64(a) % int64(b)
	}
	if n != int64(int32(n)) {
		return &x.failures[i.fail+2]
	}
	*left = IntegerValue(int32(n))
	return nil
}

// in compares a value with the constants of a set.
func (x *Expression) in(i *instruction, left *Value) *Error {
	v := *left
	for k := int32(0); k < i.more; k++ {
		element, ok := x.constants[i.n+k].cast(v.typ)
		if !ok {
			*left = Value{}
			return &x.failures[i.fail+k]
		}
		if element == v {
			*left = BooleanValue(!i.flag)
			return nil
		}
	}
	*left = BooleanValue(i.flag)
	return nil
}
