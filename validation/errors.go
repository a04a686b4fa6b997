package validation

import (
	"slices"
	"strconv"
	"strings"
)

// Errors are several violations in one error. errors.Is and errors.As look at each.
// The text has the first eight.
type Errors []error

// Join returns all errors in one: nil if there are none, the error itself if there is
// one, and [Errors] otherwise. Errors that are nil are left out. The result may share
// the array of errs.
func Join(errs []error) error {
	if slices.Contains(errs, nil) {
		errs = slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
	}
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return Errors(errs)
}

// Error returns the texts of the first eight violations, and how many more there are.
func (e Errors) Error() string {
	const shown = 8
	var b strings.Builder
	for i, err := range e[:min(len(e), shown)] {
		text := err.Error()
		if i == 0 { // the others may be as long
			b.Grow(min(len(e), shown) * (len(text) + len("; ")))
		} else {
			b.WriteString("; ")
		}
		b.WriteString(text)
	}
	if more := len(e) - shown; more > 0 {
		b.WriteString("; and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}

// Unwrap returns e.
func (e Errors) Unwrap() []error { return e }
