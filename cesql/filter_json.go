package cesql

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
)

var (
	errNotJSON    = errors.New("not JSON")
	errNotFilter  = errors.New("not an object with one dialect")
	errNotFilters = errors.New("not an array of filters")
	errNotStrings = errors.New("not an object whose members are strings")
	errNotString  = errors.New("not a string")
	errSurrogate  = errors.New("a string has an unpaired surrogate")
)

// MarshalJSON returns the JSON of a filter. The error is that of [Filter.Validate].
func (f Filter) MarshalJSON() ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	return f.append(nil)
}

// append appends a valid filter. It calls itself, and not encoding/json, which would check and
// copy a filter once for each filter around it.
func (f *Filter) append(dst []byte) (_ []byte, err error) {
	switch {
	case f.Exact != nil:
		dst, err = appendJSON(append(dst, `{"exact":`...), f.Exact)
	case f.Prefix != nil:
		dst, err = appendJSON(append(dst, `{"prefix":`...), f.Prefix)
	case f.Suffix != nil:
		dst, err = appendJSON(append(dst, `{"suffix":`...), f.Suffix)
	case f.All != nil:
		dst, err = appendFilters(append(dst, `{"all":`...), f.All)
	case f.Any != nil:
		dst, err = appendFilters(append(dst, `{"any":`...), f.Any)
	case f.Not != nil:
		dst, err = f.Not.append(append(dst, `{"not":`...))
	default:
		dst, err = appendJSON(append(dst, `{"sql":`...), f.SQL.source)
	}
	return append(dst, '}'), err
}

func appendFilters(dst []byte, fs []Filter) (_ []byte, err error) {
	separator := byte('[')
	for i := range fs {
		if dst, err = fs[i].append(append(dst, separator)); err != nil {
			return dst, err
		}
		separator = ','
	}
	return append(dst, ']'), nil
}

func appendJSON[T string | map[string]string](dst []byte, v T) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(dst, text...), err
}

// UnmarshalJSON reads a filter and validates it. Expressions have only the functions of
// the specification, and their warnings are dropped: [Compiler.CompileFilter] has both.
// An unknown dialect is an error. Errors name the place, as those of [Filter.Validate] do.
func (f *Filter) UnmarshalJSON(text []byte) error {
	read, _, err := new(Compiler).CompileFilter(text)
	if err == nil {
		*f = read
	}
	return err
}

// CompileFilter reads a filter from its JSON, as [Filter.UnmarshalJSON] does, and compiles its
// expressions with the functions and limits of c. There are at most 16 warnings, whose Place says
// which of the expressions they are about. An error about a [Function] has no place.
func (c *Compiler) CompileFilter(text []byte) (Filter, []Warning, error) {
	if err := c.checkFunctions(); err != nil {
		return Filter{}, nil, err
	}
	// An array and an object a level, and what is innermost.
	const maxLevels = 2*maxFilterDepth + 2
	r := filterReader{text: text, i: jsonscan.Space(text, 0), compiler: c}
	if r.i == len(text) {
		return Filter{}, nil, located(errNotJSON)
	}
	switch end, fault := jsonscan.Value(text, r.i, maxLevels); {
	case fault == jsonscan.TooDeep:
		return Filter{}, nil, errFilterDepth
	case fault != jsonscan.None || jsonscan.Space(text, end) != len(text):
		return Filter{}, nil, located(errNotJSON)
	}
	var read Filter
	if err := r.filter(&read, 0); err != nil {
		return Filter{}, nil, located(err)
	}
	if err := read.Validate(); err != nil {
		return Filter{}, nil, err
	}
	return read, r.warnings, nil
}

// filterReader reads filters from JSON that was checked. It reads each part once, wherever it
// is nested.
type filterReader struct {
	text     []byte
	i        int // where the next value is
	compiler *Compiler
	steps    []string // of the place, the outermost is first
	warnings []Warning
}

// filter sets the dialect of f, which is empty.
func (r *filterReader) filter(f *Filter, depth int) error {
	if depth > maxFilterDepth {
		return errFilterDepth
	}
	if !r.begin('{') {
		return errNotFilter
	}
	first, n := "", 0
	for ; r.next('}'); n++ {
		dialect, err := r.name()
		switch {
		case err != nil:
			return err
		case n == 0:
			first = dialect
			if err := r.dialect(f, dialect, depth); err != nil {
				return err
			}
		case dialect == first:
			return errTwice(dialect)
		default:
			r.i, _ = jsonscan.Value(r.text, r.i, -1)
		}
	}
	if n != 1 {
		return fmt.Errorf("%w, and this one has %d", errDialects, n)
	}
	return nil
}

// dialect reads the value of a dialect.
func (r *filterReader) dialect(f *Filter, dialect string, depth int) (err error) {
	r.steps = append(r.steps, dialect)
	defer func() { r.steps = r.steps[:len(r.steps)-1] }()
	switch dialect {
	case "exact":
		f.Exact, err = r.strings()
	case "prefix":
		f.Prefix, err = r.strings()
	case "suffix":
		f.Suffix, err = r.strings()
	case "all":
		f.All, err = r.filters(depth)
	case "any":
		f.Any, err = r.filters(depth)
	case "not":
		f.Not = new(Filter)
		err = r.filter(f.Not, depth+1)
	case "sql":
		f.SQL, err = r.expression()
	default:
		return fmt.Errorf("the dialect %q is unknown; there are exact, prefix, suffix, all, any, not and sql", excerpt.Of(dialect))
	}
	return at(dialect, err)
}

func (r *filterReader) filters(depth int) ([]Filter, error) {
	if !r.begin('[') {
		return nil, errNotFilters
	}
	fs := []Filter{}
	for r.next(']') {
		fs = append(fs, Filter{})
		step := "[" + strconv.Itoa(len(fs)-1) + "]"
		r.steps = append(r.steps, step)
		if err := r.filter(&fs[len(fs)-1], depth+1); err != nil {
			return nil, at(step, err)
		}
		r.steps = r.steps[:len(r.steps)-1]
	}
	return fs, nil
}

// strings reads an object whose members are strings.
func (r *filterReader) strings() (map[string]string, error) {
	if !r.begin('{') {
		return nil, errNotStrings
	}
	texts := map[string]string{}
	for r.next('}') {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		if _, twice := texts[name]; twice {
			return nil, errTwice(name)
		}
		if r.text[r.i] != '"' {
			return nil, errNotStrings
		}
		if texts[name], err = r.string(); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func errTwice(member string) error {
	return fmt.Errorf("the member %q is there twice", excerpt.Of(member))
}

func (r *filterReader) expression() (*Expression, error) {
	if r.text[r.i] != '"' {
		return nil, errNotString
	}
	source, err := r.string()
	if err != nil {
		return nil, err
	}
	x, warnings, err := r.compiler.Compile(source)
	if warnings = warnings[:min(len(warnings), maxWarnings-len(r.warnings))]; len(warnings) > 0 {
		var place strings.Builder
		for _, step := range r.steps {
			addStep(&place, step)
		}
		for _, w := range warnings {
			w.Place = excerpt.Of(place.String())
			r.warnings = append(r.warnings, w)
		}
	}
	return x, err
}

// begin goes into the array or object that begins with c, and reports whether there is one.
func (r *filterReader) begin(c byte) bool {
	if r.text[r.i] != c {
		return false
	}
	r.i++
	return true
}

// next goes to the next item of an array or an object, or behind its end. It reports whether
// there is an item.
func (r *filterReader) next(end byte) bool {
	r.i = jsonscan.Space(r.text, r.i)
	switch r.text[r.i] {
	case end:
		r.i++
		return false
	case ',':
		r.i = jsonscan.Space(r.text, r.i+1)
	}
	return true
}

// name reads the name of a member, and goes to its value.
func (r *filterReader) name() (string, error) {
	name, err := r.string()
	r.i, _ = jsonscan.Colon(r.text, r.i)
	return name, err
}

func (r *filterReader) string() (string, error) {
	end, form, _ := jsonscan.String(r.text, r.i+1)
	s := r.text[r.i+1 : end]
	r.i = end + 1
	if form != jsonscan.Escaped {
		return string(s), nil
	}
	s, _, fault := jsonscan.AppendUnquoted(nil, s)
	if fault != jsonscan.None {
		return "", errSurrogate
	}
	return string(s), nil
}
