package cehttp

import (
	"net/http"

	"github.com/seed763dd41b/cloudevents"
)

// answerStatus returns the status with which the result of a handler is answered.
func answerStatus(reply *cloudevents.Event, err error) int {
	switch {
	case err == nil && reply == nil:
		return http.StatusNoContent
	case err == nil:
		return http.StatusOK
	case deferral(err) != nil:
		return http.StatusAccepted
	}
	return failureOf(err).Status
}
