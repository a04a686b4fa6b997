package formattest

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// Diff returns what two events have, or "" if that is the same: attributes with their types,
// canonical strings and order, times with their offset, and data and extensions that are
// absent or empty.
func Diff(want, got cloudevents.Event) string {
	if w, g := dump(&want), dump(&got); w != g {
		return "want:\n" + w + "got:\n" + g
	}
	return ""
}

func dump(e *cloudevents.Event) string {
	return fmt.Sprintf("%sextensions: %t, data: %t\n", conformance.FromEvent(e), e.Extensions != nil, e.Data != nil)
}
