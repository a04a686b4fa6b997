package guiabolso

import (
	"encoding/json"
	"strings"

	"github.com/seed763dd41b/cloudevents"
)

// Suffix is the last part of the name of an answer. It says how the request ended.
type Suffix string

// Suffixes of answers. GuiaBolso's libraries write the first spelling; its documents have
// bad_request, not_found and failed_dependency.
const (
	SuffixResponse         Suffix = "response"
	SuffixRedirect         Suffix = "redirect"
	SuffixError            Suffix = "error"
	SuffixBadRequest       Suffix = "badRequest"
	SuffixBadProtocol      Suffix = "badProtocol"
	SuffixUnauthorized     Suffix = "unauthorized"
	SuffixForbidden        Suffix = "forbidden"
	SuffixUserDenied       Suffix = "userDenied"
	SuffixResourceDenied   Suffix = "resourceDenied"
	SuffixNotFound         Suffix = "notFound"
	SuffixEventNotFound    Suffix = "eventNotFound"
	SuffixGone             Suffix = "gone"
	SuffixExpired          Suffix = "expired"
	SuffixUnprocessable    Suffix = "unprocessable"
	SuffixFailedDependency Suffix = "failed_dependency"
)

// Status returns the HTTP status that comes closest: 200 for SuffixResponse, 307 for
// SuffixRedirect, 4xx or 500 for an error. It is 500 for a suffix that is not known, because
// answers with one are errors too. The status of the HTTP response itself is always 200.
func (s Suffix) Status() int {
	switch s {
	case SuffixResponse:
		return 200
	case SuffixRedirect:
		return 307
	case SuffixBadRequest, SuffixBadProtocol, "bad_request":
		return 400
	case SuffixUnauthorized:
		return 401
	case SuffixForbidden, SuffixUserDenied, SuffixResourceDenied:
		return 403
	case SuffixNotFound, SuffixEventNotFound, "not_found":
		return 404
	case SuffixGone, SuffixExpired:
		return 410
	case SuffixUnprocessable:
		return 422
	case SuffixFailedDependency:
		return 424
	}
	return 500
}

// SuffixOf returns the suffix for an HTTP status, such as that of a dispatch.Error. It is
// SuffixError for statuses that have none of their own, and SuffixResponse for 2xx.
func SuffixOf(status int) Suffix {
	switch {
	case 200 <= status && status < 300:
		return SuffixResponse
	case 300 <= status && status < 400:
		return SuffixRedirect
	}
	switch status {
	case 400:
		return SuffixBadRequest
	case 401:
		return SuffixUnauthorized
	case 403:
		return SuffixForbidden
	case 404:
		return SuffixNotFound
	case 410:
		return SuffixGone
	case 422:
		return SuffixUnprocessable
	case 424:
		return SuffixFailedDependency
	}
	return SuffixError
}

// Answer returns an answer to a request, with the version, the id and the flowId of it. The
// payload is marshaled by encoding/json. If it is nil, it is {}; a json.RawMessage is the
// payload as it is. The name of an answer to the zero Message, which could not be read, is
// the suffix alone; its version is 1, and id and flowId are random. The error is that of
// encoding/json.
func Answer(request *Message, s Suffix, payload any) (Message, error) {
	m := Message{
		Name: string(s), Version: request.Version, VersionText: request.VersionText,
		ID: request.ID, FlowID: request.FlowID,
	}
	if request.Name != "" {
		m.Name = request.Name + ":" + string(s)
	} else if m.Version == 0 {
		m.Version = 1
	}
	if m.ID == "" {
		m.ID = cloudevents.NewID()
	}
	if m.FlowID == "" {
		m.FlowID = cloudevents.NewID()
	}
	switch payload := payload.(type) {
	case nil:
		m.Payload = json.RawMessage("{}")
	case json.RawMessage:
		m.Payload = payload
	default:
		var err error
		if m.Payload, err = json.Marshal(payload); err != nil {
			return Message{}, err
		}
	}
	return m, nil
}

// ReplyType returns the type of an answer to an event of that type:
// "user:name:set:response.v1" for "user:name:set.v1". A type without ".v" gets the suffix at
// its end. If the request has a [VersionExtension], its reply needs that too.
func ReplyType(eventType string, s Suffix) string {
	name, version := cutVersion(eventType)
	return name + ":" + string(s) + version
}

// CutReply takes the suffix out of the type of an answer. It is not ok if there is none of
// the known suffixes. The request is empty for eventNotFound and badProtocol, which are
// names without a request.
func CutReply(eventType string) (request string, s Suffix, ok bool) {
	name, version := cutVersion(eventType)
	i := strings.LastIndexByte(name, ':')
	s = Suffix(name[i+1:])
	if s != SuffixError && s.Status() == 500 {
		return eventType, "", false
	}
	if i < 0 {
		return "", s, true
	}
	return name[:i] + version, s, true
}

// cutVersion splits a type before its last ".v".
func cutVersion(eventType string) (name, version string) {
	if i := strings.LastIndex(eventType, ".v"); i >= 0 {
		return eventType[:i], eventType[i:]
	}
	return eventType, ""
}

// ErrorPayload is the payload of an answer that is an error.
type ErrorPayload struct {
	// Code is a name for programs, such as "INVALID_EMAIL".
	Code string `json:"code"`

	// Parameters are details. Receivers want an object: it should be empty, not nil.
	Parameters map[string]any `json:"parameters"`
}
