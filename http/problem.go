package cehttp

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/body"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Problem is the JSON body of an answer that is an error. A [Receiver] writes it;
// a sender reads it with encoding/json. Members that are not known are left out,
// those without omitempty are always there.
type Problem struct {
	Message    string      `json:"error"`                // for people; at most 1 KiB
	Type       string      `json:"error_type"`           // for programs; see Receiver
	Retryable  bool        `json:"retryable"`            // the same message may succeed later
	Attribute  string      `json:"attribute,omitempty"`  // that is at fault, or "data"
	Section    string      `json:"section,omitempty"`    // of the specification; see spec.SectionURL
	Offset     *int        `json:"offset,omitempty"`     // in bytes from the beginning of the body
	Index      *int        `json:"index,omitempty"`      // of the event in a batch, counted from 0
	Violations []Violation `json:"violations,omitempty"` // of the specification, the first 32; Attribute, Section and Offset are of the first
}

// Violation is one of the rules of the specification that a message breaks.
type Violation struct {
	Message   string `json:"error"` // for people; at most 1 KiB
	Attribute string `json:"attribute,omitempty"`
	Section   string `json:"section,omitempty"`
	Offset    *int   `json:"offset,omitempty"`
}

const (
	maxProblemText = 1 << 10
	maxViolations  = 32
)

// The values of Problem.Type that are not made of a status.
const (
	typeNotCloudEvent   = "not_a_cloudevent"
	typeUnknownFormat   = "unknown_format"
	typeContentEncoding = "unsupported_content_encoding"
	typeTooLarge        = "too_large"
	typeBody            = "unreadable_body"
	typeInvalid         = "invalid_event"
	typeMalformed       = "malformed"
	typePanic           = "panic"
	typeInvalidReply    = "invalid_reply"
	typeBatch           = "batch_failed"
)

// ProblemOf describes the error of a decoder. The status that belongs to it is
// [StatusCode] of err. Of an error that is not the sender's, which is 500, it says no
// more than the status.
func ProblemOf(err error) Problem { return messageProblem(err, StatusCode(err), false) }

// WriteProblem answers with that status and p as JSON. Retry-After is the least time
// until the message may be sent again, rounded up to seconds; 0 sends no header, except
// with 429 and 503, where it is one second.
func WriteProblem(w http.ResponseWriter, status int, retryAfter time.Duration, p *Problem) {
	answer.JSON(w, status, answer.RetryAfter(status, retryAfter), p)
}

// messageProblem describes the error of a decoder.
func messageProblem(err error, status int, showErrors bool) Problem {
	p := Problem{Message: clientText(err), Type: messageProblemType(err, status), Retryable: answer.Repeated(status)}
	if status >= 500 && !showErrors {
		p.Message = answer.Text(status)
		return p
	}
	if p.Type == typeBody {
		p.Retryable = true
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		p.Message = "the body has more than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes"
	}
	p.locate(err)
	return p
}

func messageProblemType(err error, status int) string {
	var body *body.Error
	var invalid *validation.Error
	switch {
	case errors.Is(err, cloudevents.ErrNotCloudEvent):
		return typeNotCloudEvent
	case errors.Is(err, format.ErrUnknown):
		return typeUnknownFormat
	case errors.Is(err, ErrContentEncoding):
		return typeContentEncoding
	case status == http.StatusRequestEntityTooLarge:
		return typeTooLarge
	case status == http.StatusBadRequest && errors.As(err, &body):
		return typeBody
	case status == http.StatusBadRequest && errors.As(err, &invalid):
		return typeInvalid
	case status == http.StatusBadRequest:
		return typeMalformed
	}
	return answer.Type(status)
}

// locate says what is known of the place of an error, and lists the violations.
func (p *Problem) locate(err error) {
	var batch *cloudevents.BatchError
	if errors.As(err, &batch) {
		p.Index = &batch.Index
	}
	var several validation.Errors
	if !errors.As(err, &several) || len(several) == 0 {
		several = validation.Errors{err}
	}
	for _, err := range several[:min(len(several), maxViolations)] {
		v := violation(err)
		if v.Attribute != "" || v.Section != "" {
			p.Violations = append(p.Violations, v)
		}
	}
	first := violation(several[0])
	p.Attribute, p.Section, p.Offset = first.Attribute, first.Section, first.Offset
	if errors.Is(err, cloudevents.ErrNotCloudEvent) {
		p.Section = spec.SectionHTTPMapping
	}
}

func violation(err error) Violation {
	v := Violation{Message: clientText(err)}
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		v.Offset = &syntax.Offset
	}
	var invalid *validation.Error
	if errors.As(err, &invalid) {
		v.Message = clientText(invalid)
		v.Attribute, v.Section = invalid.Attribute, invalid.Section
	}
	return v
}

// clientText is the text of an error for who is at the other end.
func clientText(err error) string { return cut(err.Error()) }

// cut bounds a text.
func cut(s string) string { return excerpt.Cut(s, maxProblemText) }
