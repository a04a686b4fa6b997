package formats_test

import (
	"reflect"
	"testing"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// checkWays checks that both ways through a decoder come to the same: the short one for what
// most documents are, and the one for every document, which the declaration of an extension
// leads to.
func checkWays(t *testing.T, f format.Structured, body []byte) {
	t.Helper()
	short, shortErr := f.DecodeStructuredModeMessage(body, "")
	long, longErr := f.DecodeStructuredModeMessage(body, "", spec.Attribute{Name: "notthereatall", Type: spec.Integer})
	switch {
	case (shortErr == nil) != (longErr == nil), shortErr != nil && shortErr.Error() != longErr.Error():
		t.Errorf("%q: %v; the other way: %v", body, shortErr, longErr)
	case !reflect.DeepEqual(short, long):
		t.Errorf("%q: %+v; the other way: %+v", body, short, long)
	}
}
