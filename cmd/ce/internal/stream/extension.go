package stream

import (
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Declaration returns the extension that a flag declares, as name=Type.
func Declaration(s string) (a spec.Attribute, err error) {
	name, typeName, _ := strings.Cut(s, "=")
	if err := validation.Name(name); err != nil {
		return a, err
	}
	typ, ok := spec.ParseType(typeName)
	if !ok {
		return a, UnknownType(typeName)
	}
	return spec.Attribute{Name: name, Type: typ}, nil
}

// UnknownType returns the error of a flag about the name of a type that there is not.
func UnknownType(name string) error {
	var names []string
	for t := spec.String; t <= spec.Timestamp; t++ {
		names = append(names, t.String())
	}
	return fmt.Errorf("unknown type %.64q; it is one of %s%s", name, strings.Join(names, ", "), cli.DidYouMean(name, names))
}
