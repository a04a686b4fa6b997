package cesql

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

var (
	errNotFilter  = errors.New("not an object with one dialect")
	errNotFilters = errors.New("not an array of filters")
	errNotStrings = errors.New("not an object whose members are strings")
	errNotString  = errors.New("not a string")
)

// MarshalJSON writes a filter that Validate accepts.
func (f Filter) MarshalJSON() ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	type plain Filter
	return json.Marshal(plain(f))
}

// UnmarshalJSON reads a filter and validates it. A dialect that this package does not have is
// an error. Expressions have the functions of the specification alone, and their warnings are
// dropped. The error names the place, as that of [Filter.Validate] does.
func (f *Filter) UnmarshalJSON(text []byte) error {
	if isDeep(text, 2*maxFilterDepth) { // which would be read again for each level
		return errFilterDepth
	}
	var read Filter
	if err := read.read(text, "", 0); err != nil {
		return err
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*f = read
	return nil
}

// read sets the dialect of f, which is empty.
func (f *Filter) read(text []byte, path string, depth int) error {
	if depth > maxFilterDepth {
		return errFilterDepth
	}
	var dialects map[string]json.RawMessage
	if err := readValue(text, &dialects, path, errNotFilter); err != nil {
		return err
	}
	switch {
	case dialects == nil:
		return located(path, errNotFilter)
	case len(dialects) != 1:
		return located(path, fmt.Errorf("%w, and this one has %d", errDialects, len(dialects)))
	}
	for dialect, content := range dialects {
		place := path + dialect
		switch dialect {
		case "exact":
			return readAttributes(content, &f.Exact, place)
		case "prefix":
			return readAttributes(content, &f.Prefix, place)
		case "suffix":
			return readAttributes(content, &f.Suffix, place)
		case "all":
			return readFilters(content, &f.All, place, depth)
		case "any":
			return readFilters(content, &f.Any, place, depth)
		case "not":
			f.Not = new(Filter)
			return f.Not.read(content, place+".", depth+1)
		case "sql":
			f.SQL = new(Expression)
			return readExpression(content, f.SQL, place)
		}
		return located(path, fmt.Errorf("the dialect %q is unknown; there are exact, prefix, suffix, all, any, not and sql", excerpt.Shorten(dialect, 64)))
	}
	return nil
}

// readValue sets target to a JSON value. An error about another type is wrong.
func readValue(text []byte, target any, path string, wrong error) error {
	err := json.Unmarshal(text, target)
	if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) {
		err = wrong
	}
	if err != nil {
		return located(path, err)
	}
	return nil
}

func readAttributes(text []byte, target *map[string]string, path string) error {
	err := readValue(text, target, path, errNotStrings)
	if err == nil && *target == nil { // null
		return located(path, errNotStrings)
	}
	return err
}

func readFilters(text []byte, target *[]Filter, path string, depth int) error {
	var each []json.RawMessage
	if err := readValue(text, &each, path, errNotFilters); err != nil {
		return err
	}
	if each == nil {
		return located(path, errNotFilters)
	}
	*target = make([]Filter, len(each))
	for i := range each {
		if err := (*target)[i].read(each[i], fmt.Sprintf("%s[%d].", path, i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func readExpression(text []byte, target *Expression, path string) error {
	var source *string
	if err := readValue(text, &source, path, errNotString); err != nil {
		return err
	}
	if source == nil {
		return located(path, errNotString)
	}
	compiled, _, err := Compile(*source)
	if err != nil {
		return located(path, err)
	}
	*target = *compiled
	return nil
}

// isDeep reports whether arrays and objects are nested more than so many times in a JSON text.
func isDeep(text []byte, most int) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
