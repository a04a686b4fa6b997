package cehttp

import (
	"errors"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
)

// answerStatus returns the status with which the result of a handler is answered.
func answerStatus(reply *cloudevents.Event, err error) int {
	var deferred *Deferred
	switch {
	case err == nil && reply == nil:
		return http.StatusNoContent
	case err == nil:
		return http.StatusOK
	case errors.As(err, &deferred):
		return http.StatusAccepted
	}
	return failureOf(err).Status
}
