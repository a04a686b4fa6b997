package stream

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Events decodes the events of a unit: one, or those of an HTTP message that has a batch. Offsets
// in the error are those of the input.
func (u *Unit) Events() ([]cloudevents.Event, error) {
	var e cloudevents.Event
	var err error
	switch m := u.Message; {
	case m == nil:
		var d cloudevents.JSONDecoder
		e, err = d.Decode(u.Body)
		err = u.Absolute(err)
	case cehttp.IsCloudEventBatch(m.Header):
		return cehttp.DecodeMessageBatch(m.Header, m.Body, all.Formats())
	default:
		e, err = cehttp.DecodeMessage(m.Header, m.Body, all.Formats())
	}
	return []cloudevents.Event{e}, err
}
