package formattest

import (
	"reflect"
	"testing"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Unused checks that the declaration of an extension that a document does not have changes
// nothing: decoders have a shorter way for documents of which no types are declared.
func Unused(t testing.TB, f format.Structured, document []byte) {
	t.Helper()
	want, wantErr := f.DecodeStructuredModeMessage(document, "")
	got, err := f.DecodeStructuredModeMessage(document, "", spec.Attribute{Name: "notthereatall", Type: spec.Integer})
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Errorf("%q: %v; without types: %v", document, err, wantErr)
	} else if d := Diff(want, got); d != "" || !reflect.DeepEqual(want, got) {
		t.Errorf("%q: with an unused type\n%s", document, d)
	}
}
