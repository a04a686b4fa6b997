package cehttp

import "net/http"

// answerWriter calls before once, before the header of an answer is written. It
// returns the status to write.
type answerWriter struct {
	http.ResponseWriter
	before func(h http.Header, status int) int
	status int // 0 until the header is written
}

func (w *answerWriter) WriteHeader(status int) {
	informational := status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
	if !informational && w.status == 0 {
		w.status = w.before(w.Header(), status)
		status = w.status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(b []byte) (int, error) {
	w.implicit()
	return w.ResponseWriter.Write(b)
}

// implicit writes the header of a handler that goes on without.
func (w *answerWriter) implicit() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

// end says for a handler that wrote nothing that there is nothing.
func (w *answerWriter) end() {
	if w.status == 0 {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (w *answerWriter) FlushError() error {
	w.implicit()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *answerWriter) Flush() { _ = w.FlushError() }

// Unwrap is for [http.ResponseController].
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
