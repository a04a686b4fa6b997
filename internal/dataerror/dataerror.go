// Package dataerror tells the errors of cloudevents.DataAs from those about a message. Both
// can be a *validation.Error about the attribute data.
package dataerror

import (
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Is reports whether there is an error of [cloudevents.DataAs] in the tree of err.
func Is(err error) bool {
	if errors.Is(err, cloudevents.ErrDataContentType) {
		return true
	}
	invalid, ok := errtree.Find[*validation.Error](err)
	return ok && invalid.Attribute == spec.Data && invalid.Section == spec.SectionEventData
}
