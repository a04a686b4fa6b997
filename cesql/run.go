package cesql

import (
	"math"

	"github.com/seed763dd41b/cloudevents"
)

// op is what an instruction does with the value that the one before has left.
type op uint8

const (
	opLoad      op = iota // nothing: it loads a leaf only
	opPush                // puts the value on the stack
	opCondition           // evaluates a condition; the value is not flag if it holds
	opBoolean             // casts
	opAnd                 // jumps if the value is false. The value of these three is a Boolean
	opOr                  // jumps if it is true
	opNot
	opNegate
	opLength    // LENGTH
	opLike      // the value is not flag if the pattern matches
	opWildcards // the same with a _ in the pattern
	opIn        // is in a set of constants; the value is not flag if it is there
	opXor       // this one and those up to opModulo have a left and a right side
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
	opElement // compares with the left side of IN on the stack; the same: takes it, the value is not flag, jumps
	opDrop    // takes the left side of IN from the stack; the value is flag
	opCall    // pushes the value and takes count arguments; the last instruction has them all
	opMissing // the call of a function that does not exist

	// Of conditions only.
	opIs       // the text is the same
	opBegins   // the text begins so
	opContains // the texts in the middle of the pattern
	opExists
)

// instruction is a step of the evaluation.
type instruction struct {
	op    op
	flag  bool
	load  int32 // the leaf that is loaded first; 0 is none
	right int32 // the leaf on the right side; 0 is the value, and the left side is on the stack
	n     int32 // a place in a list, or where to jump
	count int32
	fail  int32 // the first of its errors
}

// program is what evaluates an expression that is more than conditions.
type program struct {
	code      []instruction
	leaves    []leaf
	patterns  []*pattern
	wildcards []*wildcards
	sets      []*set
	functions []*function
	missing   []string // what is said of the functions that do not exist
	stack     int      // how many values the code keeps at a time
	maxString int
}

// run evaluates the code. After an error, nothing else is evaluated: the value is that of the
// function that failed if it is the whole expression, and else the zero value of the
// expression's type.
func (x *Expression) run(stack []Value, e *cloudevents.Event) (Value, *Error) {
	var v Value // what the instruction before has left
	top := 0    // how many values are on the stack
	for pc := 0; pc < len(x.code); pc++ {
		i := &x.code[pc]
		if i.load != 0 {
			l := &x.leaves[i.load]
			if v = l.value; l.from != fromConstant {
				var ok bool
				if v, ok = l.of(e); !ok {
					return x.failed(l.fail)
				}
			}
		}
		switch i.op {
		case opLoad:
		case opPush:
			stack[top] = v
			top++
		case opCondition:
			is, failed := x.holds(&x.conditions[i.n], e)
			if failed != nil {
				return Value{typ: x.typ}, failed
			}
			v = BooleanValue(is != i.flag)
		case opLike:
			v = BooleanValue(x.patterns[i.n].matchesValue(v) != i.flag)
		case opWildcards:
			v = BooleanValue(x.wildcards[i.n].matchesValue(v) != i.flag)
		case opIn:
			is, element := x.sets[i.n].has(v)
			if element >= 0 {
				return x.failed(i.fail + element)
			}
			v = BooleanValue(is != i.flag)
		case opAnd:
			if v.number == 0 {
				pc = int(i.n) - 1
			}
		case opOr:
			if v.number != 0 {
				pc = int(i.n) - 1
			}
		case opNot:
			v = BooleanValue(v.number == 0)
		case opBoolean:
			b, ok := v.Bool()
			if !ok {
				return x.failed(i.fail)
			}
			v = BooleanValue(b)
		case opNegate:
			n, ok := v.Int()
			switch {
			case !ok:
				return x.failed(i.fail)
			case n == math.MinInt32:
				return x.failed(i.fail + 1)
			}
			v = IntegerValue(-n)
		case opLength:
			v = length(v)
		case opXor, opEqual, opNotEqual, opLess, opLessOrEqual, opGreater, opGreaterOrEqual,
			opAdd, opSubtract, opMultiply, opDivide, opModulo:
			right := v
			if i.right != 0 {
				l := &x.leaves[i.right]
				if right = l.value; l.from != fromConstant {
					var ok bool
					if right, ok = l.of(e); !ok {
						return x.failed(l.fail)
					}
				}
			} else {
				top--
				v = stack[top]
			}
			var wrong int32
			if v, wrong = i.op.of(v, right); wrong >= 0 {
				return x.failed(i.fail + wrong)
			}
		case opElement:
			is, ok := v.equals(stack[top-1])
			switch {
			case !ok:
				return x.failed(i.fail)
			case is:
				top--
				v = BooleanValue(!i.flag)
				pc = int(i.n) - 1
			}
		case opDrop:
			top--
			v = BooleanValue(i.flag)
		case opCall:
			if i.count > 0 {
				stack[top] = v
				top -= int(i.count) - 1
			}
			var failed *Error
			if v, failed = x.call(i, stack[top:top+int(i.count)]); failed != nil {
				if pc == len(x.code)-1 {
					return v, failed
				}
				return Value{typ: x.typ}, failed
			}
		case opMissing:
			return x.failed(i.fail)
		}
	}
	return v, nil
}

// failed returns the zero value of the expression's type with an error.
func (x *Expression) failed(place int32) (Value, *Error) {
	return Value{typ: x.typ}, x.failure(place)
}

// The errors of an operator with two operands, behind the first.
const (
	wrongLeft   int32 = iota
	wrongResult       // of %, it is the divisor
	wrongRight
	wrongDivisor       // of /
	nothingWrong int32 = -1
)

// of returns the value of an operator with two operands, and what is wrong.
func (o op) of(left, right Value) (Value, int32) {
	switch o {
	case opXor:
		a, ok := left.Bool()
		if !ok {
			return Value{}, wrongLeft
		}
		b, ok := right.Bool()
		if !ok {
			return Value{}, wrongRight
		}
		return BooleanValue(a != b), nothingWrong
	case opEqual, opNotEqual:
		is, ok := left.equals(right)
		if !ok {
			return Value{}, wrongLeft
		}
		return BooleanValue(is == (o == opEqual)), nothingWrong
	}
	a, ok := left.Int()
	if !ok {
		return Value{}, wrongLeft
	}
	b, ok := right.Int()
	if !ok {
		return Value{}, wrongRight
	}
	n := int64(0)
	switch o {
	case opLess:
		return BooleanValue(a < b), nothingWrong
	case opLessOrEqual:
		return BooleanValue(a <= b), nothingWrong
	case opGreater:
		return BooleanValue(a > b), nothingWrong
	case opGreaterOrEqual:
		return BooleanValue(a >= b), nothingWrong
	case opAdd:
		n = int64(a) + int64(b)
	case opSubtract:
		n = int64(a) - int64(b)
	case opMultiply:
		n = int64(a) * int64(b)
	case opDivide:
		if b == 0 {
			return Value{}, wrongDivisor
		}
		n = int64(a) / int64(b)
	case opModulo:
		if b == 0 {
			return Value{}, wrongResult
		}
		n = int64(a) % int64(b)
	}
	if n != int64(int32(n)) {
		return Value{}, wrongResult
	}
	return IntegerValue(int32(n)), nothingWrong
}
