package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// posing is an error that says by a method As that it is a limit error.
type posing struct{}

func (posing) Error() string { return "posing" }

func (posing) As(target any) bool {
	t, ok := target.(**cloudevents.LimitError)
	if ok {
		*t = &cloudevents.LimitError{What: "events", Limit: 1}
	}
	return ok
}

// StatusCode finds an error wherever errors.As does.
func TestStatusCodeOfWrappedErrors(t *testing.T) {
	other := errors.New("other")
	invalid := validation.NewError("id", "", "", validation.ErrMissing)
	tooLarge := &http.MaxBytesError{Limit: 1}
	cases := []struct {
		name   string
		err    error
		status int
	}{
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", tooLarge)), 413},
		{"second of two", fmt.Errorf("%w and %w", other, tooLarge), 413},
		{"last of a join in a join", errors.Join(other, errors.Join(other, invalid)), 400},
		{"behind a join that has none", fmt.Errorf("%w, %w", errors.Join(other), tooLarge), 413},
		{"Errors", validation.Errors{other, invalid}, 400},
		{"limit before invalid", errors.Join(invalid, tooLarge), 413},
		{"method As", fmt.Errorf("a: %w", posing{}), 413},
		{"wraps nil", fmt.Errorf("a: %w", error(nil)), 500},
		{"none", errors.Join(other, other), 500},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := cehttp.StatusCode(c.err); got != c.status {
				t.Errorf("StatusCode(%v) = %d, want %d", c.err, got, c.status)
			}
		})
	}
}
