package cehttp

import (
	"net/http"
	"time"
)

const (
	writeTimeout = time.Minute // for a piece of an answer
	writePiece   = 64 << 10
)

// patientWriter gives a client a minute for each piece of an answer, instead of a
// time for all of it: who reads slowly gets it, who does not read is cut off.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newPatientWriter(w http.ResponseWriter) *patientWriter {
	p := &patientWriter{w, http.NewResponseController(w)}
	p.deadline(time.Time{}) // that of the request before it on the same connection
	return p
}

func (w *patientWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *patientWriter) Write(b []byte) (int, error) {
	written := 0
	for {
		w.extend()
		n, err := w.ResponseWriter.Write(b[written:min(written+writePiece, len(b))])
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
	}
}

// Flush is there for handlers that look for an http.Flusher.
func (w *patientWriter) Flush() { _ = w.FlushError() }

func (w *patientWriter) FlushError() error {
	w.extend()
	return w.control.Flush()
}

// Unwrap is there for http.ResponseController.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *patientWriter) extend() { w.deadline(time.Now().Add(writeTimeout)) }

func (w *patientWriter) deadline(t time.Time) {
	// The server of this package can; for another there is no deadline of ours.
	_ = w.control.SetWriteDeadline(t)
}
