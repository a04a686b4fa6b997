package cehttp

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// WriteHTTPResponse validates e and writes it as the response, with that status
// and with Content-Length. A nil f is [format.JSON]. A Content-Encoding that w
// already has is left alone.
//
// The error is that of [EncodeMessage], or about a status that is not final or
// does not allow the body, and w is then untouched; or it is that of w.Write.
func WriteHTTPResponse(w http.ResponseWriter, status int, e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) error {
	contentType, body, err := encode(e, m, f)
	if err != nil {
		return err
	}
	return writeResponse(w, status, e, m, contentType, body)
}

// WriteHTTPResponseBatch is WriteHTTPResponse for a batch, which may be empty.
func WriteHTTPResponseBatch(w http.ResponseWriter, status int, es []cloudevents.Event, f format.Batch) error {
	contentType, body, err := encodeBatch(es, f)
	if err != nil {
		return err
	}
	return writeResponse(w, status, nil, cloudevents.BatchMode, contentType, body)
}

func writeResponse(w http.ResponseWriter, status int, e *cloudevents.Event, m cloudevents.Mode, contentType string, body []byte) error {
	if status < 200 || status > 999 {
		return fmt.Errorf("%d is not a final HTTP status", status)
	}
	noBody := status == http.StatusNoContent || status == http.StatusNotModified
	if noBody && len(body) > 0 {
		return fmt.Errorf("status %d does not allow a body", status)
	}
	h := w.Header()
	remove(h, "Content-Length") // in any spelling
	describe(h, e, m, contentType)
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // or net/http guesses one
	}
	if noBody {
		w.WriteHeader(status)
		return nil
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return err
	}
	return nil
}
