package validation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/validation"
)

func TestJoin(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	for _, c := range []struct {
		name string
		errs []error
		want string
	}{
		{"none", nil, ""},
		{"only nil", []error{nil, nil}, ""},
		{"one", []error{one}, "one"},
		{"one and nil", []error{nil, one}, "one"},
		{"two", []error{one, two}, "one; two"},
		{"two and nil", []error{one, nil, two}, "one; two"},
		{"eight", slice(one, 8), strings.Repeat("; one", 8)[2:]},
		{"nine", slice(one, 9), strings.Repeat("; one", 8)[2:] + "; and 1 more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := validation.Join(c.errs)
			if (err == nil) != (c.want == "") {
				t.Fatalf("Join is %v", err)
			}
			if err != nil && err.Error() != c.want {
				t.Errorf("text is %q, want %q", err, c.want)
			}
			for _, e := range c.errs {
				if e != nil && !errors.Is(err, e) {
					t.Errorf("%v is lost", e)
				}
			}
		})
	}
}

func slice(err error, n int) (errs []error) {
	for range n {
		errs = append(errs, err)
	}
	return errs
}
