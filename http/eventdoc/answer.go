package eventdoc

import (
	"maps"
	"net/http"
	"reflect"
	"slices"

	"github.com/seed763dd41b/cloudevents/dispatch"
	httpanswer "github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// answer is an answer to an event.
type answer struct {
	Status  int    `json:"status"`
	Meaning string `json:"meaning"`

	// Again says that a sender may send the same event again, and have it handled then.
	Again bool `json:"again"`
}

// Text is the text of the status, for people.
func (a answer) Text() string { return http.StatusText(a.Status) }

// answers returns the answers of a [cehttp.Receiver] to the event of a route, by status.
func answers(r *dispatch.Route, in *example) []answer {
	meanings := map[int]string{
		http.StatusBadRequest:            "The message is malformed, or an attribute is not valid.",
		http.StatusRequestEntityTooLarge: "The message is too large.",
		http.StatusUnsupportedMediaType:  "The message is not a CloudEvent, or has an unknown format.",
		http.StatusUnprocessableEntity:   "The event is refused.",
		http.StatusInternalServerError:   "The event was not handled, because something failed.",
		http.StatusServiceUnavailable:    "The event was not handled, and should come again after the time in Retry-After.",
	}
	if reflect.ValueOf(r.Out).IsZero() {
		meanings[http.StatusNoContent] = "The event was handled."
	} else {
		meanings[http.StatusOK] = "The event was handled, and the body is the reply."
	}
	if in.checked {
		meanings[http.StatusBadRequest] = "The message is malformed, an attribute is not valid, or the data is not as described here."
		meanings[http.StatusUnsupportedMediaType] = "The message is not a CloudEvent, or its data is not JSON."
	}
	for status, text := range r.Answers {
		meanings[status] = valid(text)
		if text == "" {
			delete(meanings, status)
		}
	}
	var all []answer
	for _, status := range slices.Sorted(maps.Keys(meanings)) {
		all = append(all, answer{status, meanings[status], httpanswer.Repeated(status)})
	}
	return all
}
