package library

import (
	"errors"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents/conformance"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Reasons returns the reasons that an error of this module has, one for each violation.
// It adds the errors of the bindings to those that [conformance.Reasons] knows.
func Reasons(err error) []conformance.Reason {
	var rest string // the rule of an error that only a binding knows
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		rest = "limit"
	case errors.Is(err, cehttp.ErrContentEncoding):
		rest = "encoding"
	case errors.Is(err, cews.ErrFrame):
		rest = "frame"
	}
	reasons := conformance.Reasons(err)
	for i := range reasons {
		r := &reasons[i]
		switch {
		case r.Rule == "":
			r.Rule = rest
		case strings.HasSuffix(r.Section, "-content-type"): // of some binding
			r.Rule = "content-type"
		}
	}
	return reasons
}
