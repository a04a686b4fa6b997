package cesql

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
)

var (
	errNotJSON    = errors.New("not JSON")
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
	if !json.Valid(text) {
		return located("", errNotJSON)
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
	dialects, err := readMembers[json.RawMessage](text, path, errNotFilter)
	if err != nil {
		return err
	}
	if len(dialects) != 1 {
		return located(path, fmt.Errorf("%w, and this one has %d", errDialects, len(dialects)))
	}
	for dialect, content := range dialects {
		place := path + dialect
		switch dialect {
		case "exact":
			f.Exact, err = readMembers[string](content, place, errNotStrings)
			return err
		case "prefix":
			f.Prefix, err = readMembers[string](content, place, errNotStrings)
			return err
		case "suffix":
			f.Suffix, err = readMembers[string](content, place, errNotStrings)
			return err
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

// readMembers returns the members of an object, none of which is there twice. An error about
// another type is wrong.
func readMembers[V string | json.RawMessage](text []byte, path string, wrong error) (map[string]V, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	begin, err := d.Token()
	if err == nil && begin != json.Delim('{') {
		err = wrong
	}
	members := map[string]V{}
	for err == nil && d.More() {
		var name json.Token // a string
		if name, err = d.Token(); err != nil {
			break
		}
		member, _ := name.(string)
		if _, twice := members[member]; twice {
			err = fmt.Errorf("the member %q is there twice", excerpt.Shorten(member, 64))
			break
		}
		var value V
		err = d.Decode(&value)
		members[member] = value
	}
	if other := (*json.UnmarshalTypeError)(nil); errors.As(err, &other) {
		err = wrong
	}
	if err != nil {
		return nil, located(path, err)
	}
	return members, nil
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
