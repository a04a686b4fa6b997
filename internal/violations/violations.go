// Package violations takes an error apart that may be several violations in one.
package violations

import "github.com/seed763dd41b/cloudevents/validation"

// Most is how many violations of one event are told, and how many are forgiven, whatever kinds
// those are of.
const Most = 32

// Of returns the errors that err stands for: none for nil, those of a validation.Errors, and
// err itself otherwise. An append to the result does not write into err.
func Of(err error) []error {
	switch err := err.(type) {
	case nil:
		return nil
	case validation.Errors:
		return err[:len(err):len(err)]
	}
	return []error{err}
}
