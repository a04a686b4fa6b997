package cehttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

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
func (x *exchange) event(m cloudevents.Mode) int {
	e := new(cloudevents.Event)
	if err := x.Decoder.event(e, x.r.Header, &payload{reader: x.r.Body, announced: x.r.ContentLength}); err != nil {
		return x.refuse(err, StatusCode(err))
	}
	v := x.handle(x.r.Context(), e, m)
	switch {
	case v.problem != nil:
		writeJSON(x.w, v.status, v.retryAfter, v.problem)
	case v.reply != nil:
		// The status is fine, and the client may be gone: nothing can be done.
		_ = writeResponse(x.w, v.status, v.reply, m, v.contentType, v.body)
	case v.status == http.StatusAccepted:
		writeJSON(x.w, v.status, 0, &Accepted{accepted, v.id})
	default:
		x.w.WriteHeader(v.status)
	}
	return v.status
}

// writeJSON answers with v, a struct that marshals without an error.
func writeJSON(w http.ResponseWriter, status int, retryAfter time.Duration, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(seconds(retryAfter), 10))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
