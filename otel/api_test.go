package ceotel_test

import (
	"os"
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/apicheck"
)

// Every exported function and type is documented and in an example.
func TestAPI(t *testing.T) {
	problems, err := apicheck.Check(os.DirFS("."), "github.com/seed763dd41b/cloudevents/otel")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}
