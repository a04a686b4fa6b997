package errtree_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
)

type wanted struct{ n int }

func (w *wanted) Error() string { return fmt.Sprint(w.n) }

// posing is an error that is a wanted by its method As.
type posing struct{ n int }

func (posing) Error() string { return "posing" }

func (p posing) As(target any) bool {
	w, ok := target.(**wanted)
	if ok && p.n > 0 {
		*w = &wanted{p.n}
		return true
	}
	return false
}

// Find finds the error that errors.As finds.
func TestFind(t *testing.T) {
	other := errors.New("other")
	for _, c := range []struct {
		name string
		err  error
		n    int // of the error that is found; 0 is none
	}{
		{"nil", nil, 0},
		{"another", other, 0},
		{"itself", &wanted{1}, 1},
		{"wrapped twice", fmt.Errorf("%w", fmt.Errorf("%w", &wanted{1})), 1},
		{"second of two", fmt.Errorf("%w %w", other, &wanted{1}), 1},
		{"the first of two", errors.Join(&wanted{1}, &wanted{2}), 1},
		{"depth first", errors.Join(errors.Join(other, &wanted{1}), &wanted{2}), 1},
		{"behind a join without it", errors.Join(errors.Join(other), &wanted{1}), 1},
		{"joined others", errors.Join(other, other), 0},
		{"by a method As", fmt.Errorf("%w", posing{1}), 1},
		{"a method As that does not know", errors.Join(posing{}, &wanted{2}), 2},
		{"wraps nil", fmt.Errorf("%w", error(nil)), 0},
	} {
		var want *wanted
		if is := errors.As(c.err, &want); is != (c.n != 0) || is && want.n != c.n {
			t.Errorf("%s: errors.As finds %v", c.name, want)
		}
		found, ok := errtree.Find[*wanted](c.err)
		if ok != (c.n != 0) || ok && found.n != c.n || errtree.Wraps[*wanted](c.err) != ok {
			t.Errorf("%s: %v, %v", c.name, found, ok)
		}
	}
	err := fmt.Errorf("%w", errors.Join(other, &wanted{1}))
	alloctest.AtMost(t, "Find", 0, func() { errtree.Wraps[*wanted](err) })
}
