package violations_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/validation"
)

func TestOf(t *testing.T) {
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c")
	around := fmt.Errorf("%w and %w", a, b)
	for name, x := range map[string]struct {
		err  error
		want []error
	}{
		"none":              {nil, nil},
		"one":               {a, []error{a}},
		"several":           {validation.Errors{a, b}, []error{a, b}},
		"one around others": {around, []error{around}},
	} {
		if got := violations.Of(x.err); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	three := validation.Errors{a, b, c}
	_ = append(violations.Of(three[:2]), a)
	if three[2] != c {
		t.Error("an append has written into the error")
	}
}
