package cesql

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

// derive makes the call of a function a leaf, if its first argument is an attribute and the
// others are constants.
func (p *parser) derive(f *function) bool {
	last := len(p.code) - 1
	if last < 0 || p.code[last].op != opLoad || p.label > last {
		return false
	}
	l, count := &p.leaves[p.code[last].load], int32(0)
	switch f.builtin {
	case fnLength:
	case fnLeft, fnRight:
		count = l.value.number
		if l.from != fromConstant || l.value.typ != Integer || count < 0 || p.code[last-1].load == 0 {
			return false
		}
		last--
		l = &p.leaves[p.code[last].load]
	default:
		return false
	}
	if l.from == fromConstant || l.function != none {
		return false
	}
	l.function, l.value.number = f.builtin, count
	p.leaves = p.leaves[:p.code[last].load+1]
	p.code = append(p.code[:last], instruction{op: opLoad, load: p.code[last].load})
	return true
}

// boolean emits the cast of what x has compiled to a Boolean.
func (p *parser) boolean(x operand) {
	if x.truth {
		return
	}
	fail := p.failure(notBoolean, x.offset)
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
func (p *parser) failure(why reason, offset int) int32 {
	p.failures = append(p.failures, failure{uint32(offset), why})
	return int32(len(p.failures) - 1)
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

// failuresOf returns the place of the errors of an operator with two sides. Those that cannot
// happen are not there.
func (p *parser) failuresOf(o operator, x, y operand, at int) int32 {
	why := notInteger
	switch o.op {
	case opEqual, opNotEqual:
		if x.number && y.number {
			return 0
		}
		return p.failure(notSame, x.offset)
	case opXor:
		why = notBoolean
	}
	first := int32(len(p.failures)) - wrongResult // as if that of the left side were there
	if !x.number {
		first = p.failure(why, x.offset)
	}
	switch {
	case o.op == opModulo:
		p.failure(noDivisor, at)
	case o.level >= 2 || !y.number:
		p.failure(noResult, at) // of a comparison, it takes the place only
	}
	if !y.number || o.op == opDivide {
		p.failure(why, y.offset) // which may take the place only, too
	}
	if o.op == opDivide {
		p.failure(noDivisor, at)
	}
	return first
}
