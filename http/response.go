package cehttp

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// WriteHTTPResponse validates e and writes it as the response with the given status and
// with Content-Length. A nil f is [format.JSON]. It keeps a Content-Encoding that w has.
//
// The error is that of [EncodeMessage], or is about a status that is not final or does
// not allow a body. In both cases w is unchanged. Otherwise it is that of w.Write.
func WriteHTTPResponse(w http.ResponseWriter, status int, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) error {
	out, err := encode(e, m, f)
	if err != nil {
		return err
	}
	return out.respond(w, status)
}

// WriteHTTPResponseBatch is WriteHTTPResponse for a batch, which may be empty.
func WriteHTTPResponseBatch(w http.ResponseWriter, status int, es []cloudevents.Event, f format.Batch) error {
	out, err := encodeBatch(es, f)
	if err != nil {
		return err
	}
	return out.respond(w, status)
}

// respond writes the message as a response.
func (out *encoded) respond(w http.ResponseWriter, status int) error {
	if status < 200 || status > 999 {
		return fmt.Errorf("%d is not a final HTTP status", status)
	}
	noBody := status == http.StatusNoContent || status == http.StatusNotModified
	if noBody && len(out.body) > 0 {
		return fmt.Errorf("status %d does not allow a body", status)
	}
	h := w.Header()
	remove(h, "Content-Length") // in any spelling
	out.describe(h)
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // otherwise net/http guesses one
	}
	if noBody {
		w.WriteHeader(status)
		return nil
	}
	h["Content-Length"] = []string{strconv.Itoa(len(out.body))}
	w.WriteHeader(status)
	if _, err := w.Write(out.body); err != nil {
		return err
	}
	return nil
}
