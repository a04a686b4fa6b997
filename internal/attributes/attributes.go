// Package attributes counts the attributes of an event, for encoders that make room for them or
// write how many follow.
package attributes

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
)

// Count returns how many attributes a valid event has.
func Count(e *cloudevents.Event) int {
	const required = 4 // specversion, id, source, type
	n := required + len(e.Extensions)
	if e.DataContentType != "" {
		n++
	}
	if e.DataSchema != "" {
		n++
	}
	if e.Subject != "" {
		n++
	}
	if !timestamp.Absent(e.Time) {
		n++
	}
	return n
}
