// Package extension checks the types of extensions that the settings of a decoder declare.
package extension

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	errCore = errors.New("a core attribute has a type of its own")
	errType = errors.New("there is no such type")
)

// Check returns an error about a declaration that a decoder would ignore without a word: its name
// is illegal or that of a core attribute, its type is none, or it has another type before.
func Check(declared []spec.Attribute) error {
	for i, a := range declared {
		if err := check(a, declared[:i]); err != nil {
			return fmt.Errorf("Extensions, entry %d: %w", i, err)
		}
	}
	return nil
}

func check(a spec.Attribute, before []spec.Attribute) error {
	if err := validation.Name(a.Name); err != nil {
		return err
	}
	if _, core := spec.V1.Attribute(a.Name); core {
		return fmt.Errorf("attribute %q: %w", a.Name, errCore)
	}
	if !a.Type.Valid() {
		return fmt.Errorf("attribute %q: %w: %s", a.Name, errType, a.Type)
	}
	for _, b := range before {
		if b.Name == a.Name && b.Type != a.Type {
			return fmt.Errorf("attribute %q: declared as %s before, and as %s here", a.Name, b.Type, a.Type)
		}
	}
	return nil
}
