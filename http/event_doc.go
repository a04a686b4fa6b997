package cehttp

import (
	"encoding/json"

	"github.com/seed763dd41b/cloudevents"
)

// EventDoc describes an event for the documentation. The zero value shows the
// attributes of the route and no data.
type EventDoc struct {
	Event  cloudevents.Event
	Data   any
	Schema json.RawMessage
}

func (r *registered) checkDoc() error { return nil }
