package cesql

import (
	"math"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
)

// op is what an instruction does with the value that the one before has left.
type op uint8

const (
	opLoad op = iota // nothing: it loads a leaf only
	opPush           // puts the value on the stack
	opExists
	opNot
	opNegate
	opLength  // LENGTH
	opBoolean // casts
	opAnd     // false: jumps
	opOr      // true: jumps
	opXor     // this one and those up to opModulo have a left and a right side
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
	opIs      // compares with the text of a leaf; the value is flag if it is the same
	opLike    // the value is flag if the pattern matches
	opIn      // compares with count leaves; the value is flag if one is the same
	opElement // compares with the left side of IN on the stack; the same: takes it, the value is flag, jumps
	opDrop    // takes the left side of IN from the stack; the value is flag
	opCall    // pushes the value and takes count arguments; the last instruction has them all
	opMissing // the call of a function that does not exist
	opTimeIs  // those for the attribute time, which make no string of it
	opTimeLike
	opTimeIn
	opTimeLength
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
			var ok bool
			if v, ok = l.of(e); !ok {
				return x.failed(l.fail)
			}
		}
		switch i.op {
		case opLoad:
		case opPush:
			stack[top] = v
			top++
		case opIs:
			v = BooleanValue(v.isText(x.leaves[i.right].value.text) == i.flag)
		case opLike:
			v = BooleanValue(x.patterns[i.n].matchesValue(v) == i.flag)
		case opIn:
			is, element := x.in(i, v)
			if element >= 0 {
				return x.failed(i.fail + element)
			}
			v = BooleanValue(is == i.flag)
		case opAnd, opOr:
			b, ok := v.Bool()
			switch {
			case !ok:
				return x.failed(i.fail)
			case b == (i.op == opOr):
				v = BooleanValue(b)
				pc = int(i.n) - 1
			}
		case opBoolean:
			b, ok := v.Bool()
			if !ok {
				return x.failed(i.fail)
			}
			v = BooleanValue(b)
		case opNot:
			b, ok := v.Bool()
			if !ok {
				return x.failed(i.fail)
			}
			v = BooleanValue(!b)
		case opExists:
			v = BooleanValue(x.leaves[i.right].exists(e))
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
				var ok bool
				if right, ok = l.of(e); !ok {
					return x.failed(l.fail)
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
				v = BooleanValue(i.flag)
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
		case opTimeIs, opTimeLike, opTimeIn, opTimeLength:
			v = x.time(i, e)
		}
	}
	return v, nil
}

// failed returns the zero value of the expression's type with an error.
func (x *Expression) failed(place int32) (Value, *Error) {
	return Value{typ: x.typ}, &x.failures[place]
}

// The errors of an operator with two operands, behind the first.
const (
	wrongLeft int32 = iota
	wrongRight
	wrongResult
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
	case opDivide, opModulo:
		switch {
		case b == 0:
			return Value{}, wrongResult
		case o == opDivide:
			n = int64(a) / int64(b)
		default:
			n = int64(a) % int64(b)
		}
	}
	if n != int64(int32(n)) {
		return Value{}, wrongResult
	}
	return IntegerValue(int32(n)), nothingWrong
}

// in reports whether one of the constants of a set is v. If one that comes before cannot be
// cast, element is which; it is -1 otherwise.
func (x *Expression) in(i *instruction, v Value) (is bool, element int32) {
	leaves := x.leaves[i.n : i.n+i.count]
	if v.typ == String {
		return x.inTexts(i, v.text), -1
	}
	for k := range leaves {
		is, ok := leaves[k].value.equals(v)
		switch {
		case !ok:
			return false, int32(k)
		case is:
			return true, -1
		}
	}
	return false, -1
}

// inTexts is in for a String, which all constants can be cast to.
func (x *Expression) inTexts(i *instruction, text string) bool {
	if i.right != 0 {
		_, is := x.sets[i.right-1][text]
		return is
	}
	leaves := x.leaves[i.n : i.n+i.count]
	for k := range leaves {
		if leaves[k].value.isText(text) {
			return true
		}
	}
	return false
}

// time evaluates an instruction that has loaded the attribute time. It makes no string of it.
func (x *Expression) time(i *instruction, e *cloudevents.Event) Value {
	var room [maxTime]byte
	b := timestamp.Append(room[:0], e.Time)
	text := unsafe.String(&b[0], len(b)) // which nothing keeps
	switch i.op {
	case opTimeLike:
		return BooleanValue(x.patterns[i.n].matches(text) == i.flag)
	case opTimeIn:
		return BooleanValue(x.inTexts(i, text) == i.flag)
	case opTimeLength:
		return IntegerValue(int32(len(text)))
	}
	return BooleanValue(text == x.leaves[i.right].value.text == i.flag)
}

// maxTime is how many bytes the text of a time has at most.
const maxTime = len("2006-01-02T15:04:05.999999999+00:00")
