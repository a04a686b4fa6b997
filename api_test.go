package cloudevents_test

import (
	"os"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/apicheck"
)

// Every exported function and type of the module is documented and in an example, and
// the index of every package fits on a screen.
func TestAPI(t *testing.T) {
	problems, err := apicheck.Check(os.DirFS("."), module)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}
