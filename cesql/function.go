package cesql

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

// Function is a function of your own (section 3.5). Several may have the same name and
// different numbers of parameters.
type Function struct {
	// Name consists of ASCII letters and underscores, and begins with a letter. Its case
	// does not matter.
	Name string

	// Parameters are the types that the arguments are cast to.
	Parameters []Type

	// Variadic allows any number of further arguments, which are cast to the type Rest.
	Variadic bool
	Rest     Type

	// Result is the type of the value.
	Result Type

	// Call returns the value. It is called concurrently, and must not keep args. An
	// error, a panic, a value of another type than Result, and a string longer than the
	// MaxString of the Compiler are an [ErrFunctionEvaluation]. The value of the call is
	// then the zero value of Result, unless Call returns a value of that type with its
	// error.
	Call func(args []Value) (Value, error)
}

// function is a function that can be called.
type function struct {
	builtin    builtin // none for one of the Compiler
	parameters []Type
	variadic   bool
	rest       Type
	result     Type
	call       func(args []Value) (Value, error)
	failure    reason // of an evaluation that fails
}

// builtin is a function of the specification.
type builtin uint8

const (
	none builtin = iota
	fnLength
	fnConcat
	fnConcatWS
	fnLower
	fnUpper
	fnTrim
	fnLeft
	fnRight
	fnSubstring
	fnAbs
	fnInt
	fnBool
	fnString
	fnIsInt
	fnIsBool
)

var builtins = map[string][]function{
	"LENGTH":    {{builtin: fnLength, parameters: []Type{String}, result: Integer}},
	"CONCAT":    {{builtin: fnConcat, variadic: true, rest: String, result: String, failure: tooLong}},
	"CONCAT_WS": {{builtin: fnConcatWS, parameters: []Type{String}, variadic: true, rest: String, result: String, failure: tooLong}},
	"LOWER":     {{builtin: fnLower, parameters: []Type{String}, result: String, failure: tooLong}},
	"UPPER":     {{builtin: fnUpper, parameters: []Type{String}, result: String, failure: tooLong}},
	"TRIM":      {{builtin: fnTrim, parameters: []Type{String}, result: String}},
	"LEFT":      {{builtin: fnLeft, parameters: []Type{String, Integer}, result: String, failure: negative}},
	"RIGHT":     {{builtin: fnRight, parameters: []Type{String, Integer}, result: String, failure: negative}},
	"SUBSTRING": {
		{builtin: fnSubstring, parameters: []Type{String, Integer}, result: String, failure: outside},
		{builtin: fnSubstring, parameters: []Type{String, Integer, Integer}, result: String, failure: outside},
	},
	"ABS":     {{builtin: fnAbs, parameters: []Type{Integer}, result: Integer, failure: noResult}},
	"INT":     {{builtin: fnInt, parameters: []Type{Integer}, result: Integer}},
	"BOOL":    {{builtin: fnBool, parameters: []Type{Boolean}, result: Boolean}},
	"STRING":  {{builtin: fnString, parameters: []Type{String}, result: String}},
	"IS_INT":  {{builtin: fnIsInt, parameters: []Type{String}, result: Boolean}},
	"IS_BOOL": {{builtin: fnIsBool, parameters: []Type{String}, result: Boolean}},
}

// takes reports whether the function takes so many arguments.
func (f *function) takes(count int) bool {
	return count == len(f.parameters) || f.variadic && count > len(f.parameters)
}

// function returns the function of that name, in upper case, for so many arguments.
func (p *parser) function(name string, count int) (*function, bool) {
	if named, ok := builtins[name]; ok {
		for i := range named {
			if f := &named[i]; f.takes(count) {
				return f, true
			}
		}
		return nil, false
	}
	for i := range p.own {
		own := &p.own[i]
		f := &function{
			parameters: own.Parameters, variadic: own.Variadic, rest: own.Rest, result: own.Result,
			call: own.Call, failure: itFailed,
		}
		if strings.EqualFold(own.Name, name) && f.takes(count) {
			return f, true
		}
	}
	return nil, false
}

// complaintAbout returns why no function of that name takes so many arguments.
func (p *parser) complaintAbout(name string, count int) string {
	var takes []string
	add := func(parameters int, variadic bool) {
		if text := strconv.Itoa(parameters); variadic {
			takes = append(takes, text+" or more")
		} else {
			takes = append(takes, text)
		}
	}
	for _, f := range builtins[name] {
		add(len(f.parameters), f.variadic)
	}
	for i := range p.own {
		if f := &p.own[i]; strings.EqualFold(f.Name, name) {
			add(len(f.Parameters), f.Variadic)
		}
	}
	if takes == nil {
		return "there is no function " + cut(name)
	}
	arguments := "arguments"
	if count == 1 {
		arguments = "argument"
	}
	return fmt.Sprintf("the function %s does not take %d %s, but %s", cut(name), count, arguments, strings.Join(takes, " or "))
}

var (
	errFunctionName = errors.New("cesql: the name of a Function has letters and underscores, begins with a letter, and is no keyword")
	errFunctionCall = errors.New("cesql: a Function has no Call")
	errFunctionSame = errors.New("cesql: a call could mean either of two Functions with the same name")
	errFunctionType = errors.New("cesql: a Function has a Type that does not exist")
)

// checkFunctions reports a Function that cannot be told from another.
func (c *Compiler) checkFunctions() error {
	for i := range c.Functions {
		f := &c.Functions[i]
		if err := f.check(); err != nil {
			return fmt.Errorf("%w: %q", err, excerpt.Of(f.Name))
		}
		if _, taken := builtins[strings.ToUpper(f.Name)]; taken {
			return fmt.Errorf("%w: %q", errFunctionSame, excerpt.Of(f.Name))
		}
		for k := range i {
			if g := &c.Functions[k]; strings.EqualFold(f.Name, g.Name) && f.overlaps(g) {
				return fmt.Errorf("%w: %q", errFunctionSame, excerpt.Of(f.Name))
			}
		}
	}
	return nil
}

func (f *Function) check() error {
	if f.Name == "" || f.Name[0] == '_' || keyword(f.Name) != other || strings.ContainsFunc(f.Name, func(r rune) bool {
		return r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r))
	}) {
		return errFunctionName
	}
	if f.Call == nil {
		return errFunctionCall
	}
	for _, t := range append([]Type{f.Rest, f.Result}, f.Parameters...) {
		if t > String {
			return errFunctionType
		}
	}
	return nil
}

// overlaps reports whether a number of arguments fits two functions of the same name.
func (f *Function) overlaps(g *Function) bool {
	switch n, m := len(f.Parameters), len(g.Parameters); {
	case f.Variadic && g.Variadic:
		return true
	case f.Variadic:
		return n <= m
	case g.Variadic:
		return m <= n
	default:
		return n == m
	}
}

// call calls a function.
func (x *Expression) call(i *instruction, given []Value) (Value, *Error) {
	f := x.functions[i.n]
	if f.builtin != fnIsInt && f.builtin != fnIsBool {
		for k := range given {
			want := f.rest
			if k < len(f.parameters) {
				want = f.parameters[k]
			}
			if given[k].typ == want {
				continue
			}
			v, ok := given[k].cast(want)
			if !ok {
				return Value{typ: f.result}, x.failure(i.fail)
			}
			given[k] = v
		}
	}
	if f.builtin == none {
		v, err := f.own(append([]Value(nil), given...))
		if err == nil && len(v.text) > x.maxString {
			v, err = Value{typ: f.result}, errTooLong
		}
		if err != nil {
			failed := *x.failure(i.fail + 1)
			failed.Err = err
			return v, &failed
		}
		return v, nil
	}
	v, ok := f.builtin.value(given, x.maxString)
	if !ok {
		return v, x.failure(i.fail + 1)
	}
	return v, nil
}

// length is LENGTH. It makes no string of an argument that is none.
func length(v Value) Value {
	if v.typ != String {
		var room [maxShort]byte
		return IntegerValue(int32(len(v.appendShort(room[:0]))))
	}
	return IntegerValue(int32(min(utf8.RuneCountInString(v.text), math.MaxInt32)))
}

var (
	errResultType = errors.New("the value is not of the type Result")
	errPanic      = errors.New("the function panicked")
	errTooLong    = errors.New(reasons[tooLong].detail)
)

// own calls a Function of the Compiler.
func (f *function) own(args []Value) (v Value, err error) {
	defer func() {
		if recover() != nil {
			v, err = Value{typ: f.result}, errPanic
		}
	}()
	v, err = f.call(args)
	if v.typ != f.result {
		v = Value{typ: f.result}
		if err == nil {
			err = errResultType
		}
	}
	return v, err
}

// value calls a function of the specification.
func (b builtin) value(args []Value, maxString int) (v Value, ok bool) {
	text := ""
	if len(args) > 0 {
		text = args[0].text
	}
	switch b {
	case fnConcat:
		return joined(args, "", maxString)
	case fnConcatWS:
		return joined(args[1:], text, maxString)
	case fnLower, fnUpper:
		if len(text) > maxString {
			return StringValue(""), false
		}
		change := strings.ToUpper
		if b == fnLower {
			change = strings.ToLower
		}
		if text = change(text); len(text) > maxString { // some letters have more bytes in the other case
			return StringValue(""), false
		}
		return StringValue(text), true
	case fnTrim:
		return StringValue(strings.TrimFunc(text, unicode.IsSpace)), true
	case fnLeft, fnRight:
		n := int(args[1].number)
		switch {
		case n < 0:
			return args[0], false
		case b == fnLeft:
			return StringValue(left(text, n)), true
		}
		return StringValue(right(text, n)), true
	case fnSubstring:
		return substring(text, args[1:])
	case fnAbs:
		switch n := args[0].number; {
		case n == math.MinInt32:
			return IntegerValue(math.MaxInt32), false
		case n < 0:
			return IntegerValue(-n), true
		}
		return args[0], true
	case fnIsInt:
		_, ok := args[0].Int()
		return BooleanValue(ok), true
	case fnIsBool:
		_, ok := args[0].Bool()
		return BooleanValue(ok), true
	}
	return args[0], true // INT, BOOL, STRING: the argument was cast
}

// joined returns the texts with a delimiter between them.
func joined(args []Value, delimiter string, maxString int) (Value, bool) {
	size := 0
	for i := range args {
		if size += len(args[i].text) + len(delimiter); size-len(delimiter) > maxString {
			return StringValue(""), false
		}
	}
	var b strings.Builder
	b.Grow(size)
	for i := range args {
		if i > 0 {
			b.WriteString(delimiter)
		}
		b.WriteString(args[i].text)
	}
	return StringValue(b.String()), true
}

// left returns the first n characters of s.
func left(s string, n int) string { return s[:skip(s, n)] }

// right returns the last n characters of s.
func right(s string, n int) string { return s[skip(s, utf8.RuneCountInString(s)-n):] }

// skip returns the offset behind the first n characters of s.
func skip(s string, n int) int {
	if n <= 0 {
		return 0
	}
	for i := 0; i < len(s); n-- {
		switch {
		case n == 0:
			return i
		case s[i] < utf8.RuneSelf:
			i++
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
		}
	}
	return len(s)
}

// substring is SUBSTRING with the position, and the length if there is one.
func substring(s string, args []Value) (Value, bool) {
	position, length := int(args[0].number), utf8.RuneCountInString(s)
	if position > length || position < -length || len(args) > 1 && args[1].number < 0 {
		return StringValue(""), false
	}
	switch {
	case position == 0:
		return StringValue(""), true
	case position < 0:
		position += length + 1
	}
	s = s[skip(s, position-1):]
	if len(args) > 1 {
		s = s[:skip(s, int(args[1].number))]
	}
	return StringValue(s), true
}
