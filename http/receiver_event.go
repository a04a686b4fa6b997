package cehttp

import (
	"errors"
	"net/http"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"

	"github.com/seed763dd41b/cloudevents"
)

var errMethod = errors.New("events are sent by POST")

// Accepted is the JSON body of an answer 202: the event is taken, and handled
// later.
type Accepted struct {
	Status string `json:"status"`       // "accepted"
	ID     string `json:"id,omitempty"` // names the work, for POST /cancel/{id}
}

const accepted = "accepted"

// event handles a request with one event.
func (x *exchange) event(m *received) int {
	e := new(cloudevents.Event)
	if err := x.Decoder.event(e, m); err != nil {
		return x.refuse(err, StatusCode(err))
	}
	v := x.handle(x.r.Context(), e, m.mode)
	switch {
	case v.problem != nil:
		answer.JSON(x.w, v.status, v.retryAfter, v.problem)
	case v.reply != nil:
		// The status is fine, and the client may be gone: nothing can be done.
		_ = v.encoded.respond(x.w, v.status)
	case v.status == http.StatusAccepted:
		answer.JSON(x.w, v.status, 0, &Accepted{accepted, v.id})
	default:
		x.w.WriteHeader(v.status)
	}
	return v.status
}
