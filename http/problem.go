package cehttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/http/internal/answer"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/internal/dataerror"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Problem is the JSON body of an answer that is an error. A [Receiver] writes it; a sender
// reads it with encoding/json. Members whose value is unknown are omitted; those without
// omitempty are always there. It is not the document of RFC 9457.
type Problem struct {
	// Message is for people. It has at most 1 KiB.
	Message string `json:"error"`

	// Type is for programs. [Receiver] lists the values.
	Type string `json:"error_type"`

	// Retryable says that the same message may succeed later.
	Retryable bool `json:"retryable"`

	// Attribute is the name of the attribute that is wrong, or "data".
	Attribute string `json:"attribute,omitempty"`

	// Field is the field of the data that is wrong, as a path of JSON names such as
	// "customer.age". It is known if data has another kind than the type of the handler:
	// a string for a number. Indexes of arrays and keys of maps are not in it.
	Field string `json:"field,omitempty"`

	// Section is the section of the specification; see spec.SectionURL.
	Section string `json:"section,omitempty"`

	// Offset is the position in the body of the byte that is wrong, counted from 0. It is
	// omitted for data that the body has in base64, or in a format other than JSON.
	Offset *int `json:"offset,omitempty"`

	// Index is the number of the event in a batch, counted from 0.
	Index *int `json:"index,omitempty"`

	// Violations has the first 32 violations of the specification. Attribute, Section and
	// Offset are those of the first one.
	Violations []Violation `json:"violations,omitempty"`
}

// Violation is a rule of the specification that a message breaks. Its fields are those of
// [Problem].
type Violation struct {
	Message   string `json:"error"`
	Attribute string `json:"attribute,omitempty"`
	Section   string `json:"section,omitempty"`
	Offset    *int   `json:"offset,omitempty"`
}

const (
	maxProblemText = 1 << 10
	maxViolations  = 32
	maxField       = 256
)

// The values of Problem.Type other than texts of a status.
const (
	typeNotCloudEvent   = "not_a_cloudevent"
	typeUnknownFormat   = "unknown_format"
	typeContentEncoding = "unsupported_content_encoding"
	typeTooLarge        = "too_large"
	typeBody            = "unreadable_body"
	typeInvalid         = "invalid_event"
	typeMalformed       = "malformed"
	typeInvalidReply    = "invalid_reply"
	typeBatch           = "batch_failed"
)

// ProblemOf describes an error as a [Receiver] does. That is the error of a decoder, whose
// status is [StatusCode] of err; of [cloudevents.DataAs], with the same status; or of a
// [dispatch.Handler], whose status is in the [dispatch.Result] of [dispatch.Call].
//
// An error with status 5xx is not the sender's fault: the Problem then only has the text of
// the status, unless the Message of a [dispatch.Error] has another one. Offset is omitted
// for an error about data, whose position in the body is not known here.
func ProblemOf(err error) Problem {
	status := StatusCode(err)
	if status < 500 && !dataerror.Is(err) {
		return messageProblem(err, clientText(err), status, false)
	}
	r := dispatch.Judge(context.Background(), nil, err)
	return resultProblem(&r, func(int) *int { return nil })
}

// resultProblem describes the failure of a handler. place turns an offset in the data of
// the event into one in the body, or nil.
func resultProblem(r *dispatch.Result, place func(offset int) *int) Problem {
	p := Problem{Message: cut(r.Message), Type: r.Type, Retryable: r.Verdict == dispatch.VerdictRetry}
	if r.Status < 500 && r.Message != "" {
		p.locate(r.Err) // the violations may be about another message than that of the sender
		switch offset := p.Offset; {
		case p.Attribute != spec.Data || p.Section != spec.SectionEventData:
			p.Offset = nil // only that of cloudevents.DataAs is in the data of the event
		case offset != nil:
			p.Offset = place(*offset)
		}
	}
	if p.Message == "" {
		p.Message = answer.Text(r.Status)
	}
	if p.Type == "" {
		p.Type = answer.Type(r.Status)
	}
	return p
}

// EncodeProblem sets the headers of an answer in h and returns its body, which is p as JSON.
// It is [WriteProblem] for programs without an [http.ResponseWriter], as [EncodeMessage] is
// for events. h must not be nil; keys are canonical. The caller sends status, h and the body.
func EncodeProblem(h http.Header, status int, retryAfter time.Duration, p *Problem) (body []byte) {
	body, err := json.Marshal(p)
	if err != nil { // Problem has nothing that could not be written
		body = nil
	}
	answer.Describe(h, answer.RetryAfter(status, retryAfter), len(body))
	return body
}

// WriteProblem writes an answer with that status and p as JSON. retryAfter is the least
// time until the message may be sent again, and is rounded up to seconds in Retry-After. 0
// sends no header, except with 429 and 503, where it is one second.
func WriteProblem(w http.ResponseWriter, status int, retryAfter time.Duration, p *Problem) {
	answer.JSON(w, status, answer.RetryAfter(status, retryAfter), p)
}

// messageProblem describes the error of a decoder, whose text is given.
func messageProblem(err error, text string, status int, showErrors bool) Problem {
	p := Problem{Message: text, Type: messageProblemType(err, status), Retryable: answer.Repeated(status)}
	if status >= 500 && !showErrors {
		p.Message = answer.Text(status)
		return p
	}
	if p.Type == typeBody {
		p.Retryable = true
	}
	if tooLarge, ok := errtree.Find[*http.MaxBytesError](err); ok {
		p.Message = "the body has more than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes"
	}
	p.locate(err)
	p.list(err)
	return p
}

func messageProblemType(err error, status int) string {
	switch {
	case errors.Is(err, cloudevents.ErrNotCloudEvent):
		return typeNotCloudEvent
	case errors.Is(err, format.ErrUnknown):
		return typeUnknownFormat
	case errors.Is(err, ErrContentEncoding):
		return typeContentEncoding
	case status == http.StatusRequestEntityTooLarge:
		return typeTooLarge
	case status == http.StatusBadRequest && errtree.Wraps[*body.Error](err):
		return typeBody
	case status == http.StatusBadRequest && errtree.Wraps[*validation.Error](err):
		return typeInvalid
	case status == http.StatusBadRequest:
		return typeMalformed
	}
	return answer.Type(status)
}

// locate sets the fields about the position of an error, of which the first violation counts.
func (p *Problem) locate(err error) {
	if batch, ok := errtree.Find[*cloudevents.BatchError](err); ok {
		p.Index = &batch.Index
	}
	first := err
	if several, ok := errtree.Find[validation.Errors](err); ok && len(several) > 0 {
		first = several[0]
	}
	if syntax, ok := errtree.Find[*cloudevents.SyntaxError](first); ok {
		p.Offset = &syntax.Offset
	}
	if invalid, ok := errtree.Find[*validation.Error](first); ok {
		p.Attribute, p.Section = invalid.Attribute, invalid.Section
		p.Field = field(invalid)
	}
	if errors.Is(err, cloudevents.ErrNotCloudEvent) {
		p.Section = spec.SectionHTTPMapping
	}
}

// field returns the field that an error of cloudevents.DataAs is about, if it is known.
func field(invalid *validation.Error) string {
	if invalid.Attribute != spec.Data || invalid.Section != spec.SectionEventData {
		return ""
	}
	var kind *json.UnmarshalTypeError
	if !errors.As(invalid, &kind) {
		return ""
	}
	return excerpt.Shorten(kind.Field, maxField)
}

// list sets the violations.
func (p *Problem) list(err error) {
	errs, ok := errtree.Find[validation.Errors](err)
	if !ok || len(errs) == 0 {
		errs = validation.Errors{err}
	}
	errs = errs[:min(len(errs), maxViolations)]
	for i, err := range errs {
		v := violation(err)
		if v.Attribute == "" && v.Section == "" {
			continue
		}
		if p.Violations == nil {
			p.Violations = make([]Violation, 0, len(errs)-i)
		}
		p.Violations = append(p.Violations, v)
	}
}

// violation describes a violation. Other errors have neither Attribute nor Section.
func violation(err error) (v Violation) {
	invalid, ok := errtree.Find[*validation.Error](err)
	if !ok {
		return v
	}
	v = Violation{Message: clientText(invalid), Attribute: invalid.Attribute, Section: invalid.Section}
	if syntax, ok := errtree.Find[*cloudevents.SyntaxError](err); ok {
		v.Offset = &syntax.Offset
	}
	return v
}

// clientText is the text of an error for the sender.
func clientText(err error) string { return cut(err.Error()) }

// cut cuts a text for a Problem.
func cut(s string) string { return excerpt.Shorten(s, maxProblemText) }
