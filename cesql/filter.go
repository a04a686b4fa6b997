package cesql

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Filter is a filter of the CloudEvents Subscriptions API
// (subscriptions/spec.md#324-filters). Exactly one of its fields is set, which is its
// dialect. A Filter marshals to the JSON of that API, and from it:
//
//	{"all": [{"prefix": {"type": "com.example."}}, {"sql": "partition > 3"}]}
//
// [Compiler.CompileFilter] also reads that JSON, with functions of your own and with
// warnings.
//
// A Filter is safe for concurrent use as long as its fields do not change. The zero
// Filter has no dialect: it passes no event, and [Filter.Validate] returns an error.
type Filter struct {
	// Exact passes events whose attributes have all of these values, in canonical form.
	// There must be at least one attribute, and neither names nor values may be empty.
	Exact map[string]string `json:"exact,omitempty"`

	// Prefix passes events whose attributes begin with all of these values, and Suffix
	// those whose attributes end with them. The rules of Exact apply.
	Prefix map[string]string `json:"prefix,omitempty"`
	Suffix map[string]string `json:"suffix,omitempty"`

	// All passes events that every one of these filters passes, and Any those that at
	// least one of them passes. There must be at least one filter.
	All []Filter `json:"all,omitempty"`
	Any []Filter `json:"any,omitempty"`

	// Not passes events that this filter does not pass.
	Not *Filter `json:"not,omitempty"`

	// SQL passes events for which the expression is true and does not fail.
	SQL *Expression `json:"sql,omitempty"`
}

// Match reports whether the filter passes e, which must be valid. It does not validate
// the filter: of several dialects it uses the first, and a filter without one passes
// nothing.
func (f *Filter) Match(e *cloudevents.Event) bool {
	switch {
	case f.Exact != nil:
		return matchEach(e, f.Exact, func(value, want string) bool { return value == want })
	case f.Prefix != nil:
		return matchEach(e, f.Prefix, strings.HasPrefix)
	case f.Suffix != nil:
		return matchEach(e, f.Suffix, strings.HasSuffix)
	case f.All != nil:
		for i := range f.All {
			if !f.All[i].Match(e) {
				return false
			}
		}
		return len(f.All) > 0
	case f.Any != nil:
		for i := range f.Any {
			if f.Any[i].Match(e) {
				return true
			}
		}
		return false
	case f.Not != nil:
		return !f.Not.Match(e)
	}
	return f.SQL != nil && f.SQL.Matches(e)
}

func matchEach(e *cloudevents.Event, wants map[string]string, match func(value, want string) bool) bool {
	for name, want := range wants {
		v, ok := e.Get(name)
		if !ok || !match(v.String(), want) {
			return false
		}
	}
	return true
}

// maxFilterDepth limits how deeply filters are nested.
const maxFilterDepth = 100

var (
	errDialects    = errors.New("a filter has exactly one dialect")
	errNoFilters   = errors.New("there is no filter in it")
	errNoAttribute = errors.New("there is no attribute in it")
	errEmptyValue  = errors.New("the value is empty")
	errFilterDepth = fmt.Errorf("filters are nested more than %d times", maxFilterDepth)
)

// Validate returns an error if the filter breaks a rule of the specification. The error
// names the place, as in "all[1].exact".
func (f *Filter) Validate() error {
	if err := f.validate(0); err != nil {
		return located(err)
	}
	return nil
}

func (f *Filter) validate(depth int) error {
	if depth > maxFilterDepth {
		return errFilterDepth
	}
	if n := f.dialects(); n != 1 {
		return fmt.Errorf("%w, and this one has %d", errDialects, n)
	}
	switch {
	case f.Exact != nil:
		return at("exact", validateEach(f.Exact))
	case f.Prefix != nil:
		return at("prefix", validateEach(f.Prefix))
	case f.Suffix != nil:
		return at("suffix", validateEach(f.Suffix))
	case f.All != nil:
		return at("all", validateFilters(f.All, depth))
	case f.Any != nil:
		return at("any", validateFilters(f.Any, depth))
	case f.Not != nil:
		return at("not", f.Not.validate(depth+1))
	case f.SQL.source == "":
		return at("sql", errEmptyValue)
	}
	return nil
}

// dialects returns how many fields are set.
func (f *Filter) dialects() (n int) {
	for _, set := range [...]bool{f.Exact != nil, f.Prefix != nil, f.Suffix != nil, f.All != nil, f.Any != nil, f.Not != nil, f.SQL != nil} {
		if set {
			n++
		}
	}
	return n
}

func validateFilters(fs []Filter, depth int) error {
	if len(fs) == 0 {
		return errNoFilters
	}
	for i := range fs {
		if err := fs[i].validate(depth + 1); err != nil {
			return at("["+strconv.Itoa(i)+"]", err)
		}
	}
	return nil
}

func validateEach(wants map[string]string) error {
	if len(wants) == 0 {
		return errNoAttribute
	}
	for _, name := range slices.Sorted(maps.Keys(wants)) {
		if err := validation.Name(name); err != nil {
			return err
		}
		if wants[name] == "" {
			return at(name, errEmptyValue)
		}
	}
	return nil
}

// placedError is an error about a part of a filter.
type placedError struct {
	steps []string // of the place, as in "all", "[1]" and "exact"; the innermost is first
	err   error
}

func (e *placedError) Error() string {
	var place strings.Builder
	for _, step := range slices.Backward(e.steps) {
		addStep(&place, step)
	}
	if place.Len() == 0 {
		return "filter: " + e.err.Error()
	}
	return "filter " + excerpt.Of(place.String()) + ": " + e.err.Error()
}

func addStep(place *strings.Builder, step string) {
	if place.Len() > 0 && step[0] != '[' {
		place.WriteByte('.')
	}
	place.WriteString(step)
}

func (e *placedError) Unwrap() error { return e.err }

// at returns err with a step in front of its place, so that filters without an error need no
// places.
func at(step string, err error) error {
	if err == nil || err == errFilterDepth {
		return err
	}
	p, ok := err.(*placedError)
	if !ok {
		p = &placedError{err: err}
	}
	p.steps = append(p.steps, step)
	return p
}

// located returns err with its place, which is the filter itself if it has none.
func located(err error) error {
	if _, ok := err.(*placedError); ok || err == errFilterDepth {
		return err
	}
	return &placedError{err: err}
}
