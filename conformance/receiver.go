package conformance

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Receiver judges a live HTTP receiver from outside. The receiver has to accept a
// message (2xx) or to refuse it (4xx, 5xx). If the response is an event, it has to be
// the event that was sent.
type Receiver struct {
	// Send sends a request and returns the response. It returns [ErrSkipped] if the
	// message cannot be sent; other errors should wrap [ErrNoAnswer].
	Send func(m Message) (status int, answer Message, err error)
	// Reference encodes the events that are sent in other modes, and reads the responses.
	// It has to be right about all cases: library.Reference is this module. If it is nil,
	// only the messages of the cases that decode are sent, and responses are ignored.
	Reference *Codec
	// NoBatch skips batches, for a receiver that does not support them. It need not.
	NoBatch bool
	// NoEcho ignores the events in responses, for a receiver that answers with events of
	// its own.
	NoEcho bool
}

// Run sends the message of a case. It also sends the events of a case that must be
// accepted in every other mode. The result is [ErrSkipped] if there is nothing to send.
func (rc *Receiver) Run(tc Case) []Result {
	if len(tc.Extensions) > 0 && tc.Refused != nil {
		// It is illegal only for receivers that know the types of the extensions.
		return []Result{{Op: OpSend, Mode: tc.Mode, Err: skipTypes}}
	}
	first, want := rc.sendable(&tc)
	if first == nil {
		return []Result{{Op: OpSend, Mode: tc.Mode, Err: skipNoRequest}}
	}
	asSent := *rc
	if len(tc.Extensions) > 0 {
		asSent.NoEcho = true // the types depend on what the receiver declares
	}
	results := []Result{asSent.send(*first, want, tc.refused())}
	if tc.refused() != nil || !tc.Decode || len(want) == 0 || rc.Reference == nil || rc.Reference.Encode == nil {
		return results
	}
	for _, mode := range allModes {
		switch {
		case mode == results[0].Mode, tc.Batch && mode != cloudevents.BatchMode, !allExpressible(want, mode):
			continue
		}
		m, err := rc.Reference.Encode(want, mode, Request)
		if err != nil {
			results = append(results, Result{Op: OpSend, Mode: mode, Err: fmt.Errorf("the case is wrong: %w", err)})
			continue
		}
		results = append(results, rc.send(m, want, nil))
	}
	return results
}

// send sends a request and judges the response.
func (rc *Receiver) send(m Message, want []Event, refused *Reason) Result {
	r := Result{Op: OpSend, Mode: modeOfHTTP(&m)}
	if r.Mode == cloudevents.BatchMode && rc.NoBatch {
		r.Err = skipNoBatches
		return r
	}
	status, answer, err := rc.Send(m)
	if !errors.Is(err, ErrSkipped) {
		r.Request = &m
	}
	switch accepted := status >= 200 && status <= 299; {
	case err != nil:
		r.Err = err
	case status >= 300 && status <= 399:
		r.Err = fmt.Errorf("redirected: status %d", status)
	case !accepted && status < 400:
		r.Err = fmt.Errorf("neither accepted nor refused: status %d", status)
	case accepted && refused != nil:
		r.Err = fmt.Errorf("accepted with status %d, but must be refused (%s)", status, refused)
	case !accepted && refused == nil:
		r.Err = fmt.Errorf("refused with status %d%s", status, problemType(answer.Body))
	case accepted && !rc.NoEcho && rc.Reference != nil && rc.Reference.Decode != nil:
		r.Err = rc.echoes(answer, want, r.Mode)
	}
	return r
}

// maxProblemType limits what is quoted of an answer, in bytes.
const maxProblemType = 64

// problemType returns words about the type of the problem in an answer, or "". A receiver of
// this module says there that it does not know the type of an event, for example, and others
// may say it as RFC 9457 does.
func problemType(body []byte) string {
	var problem struct {
		Type   string `json:"error_type"`
		Member string `json:"type"` // of RFC 9457
	}
	if json.Unmarshal(body, &problem) != nil {
		return ""
	}
	text := cmp.Or(problem.Type, problem.Member)
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", problem %q", excerpt.Cut(text, maxProblemType))
}

// echoes reports how a response that is an event differs from the event that was sent.
func (rc *Receiver) echoes(answer Message, want []Event, sent cloudevents.Mode) error {
	answer.Protocol = Response
	mode := modeOfHTTP(&answer)
	if mode == cloudevents.BinaryMode && !answer.hasAttributes() {
		return nil
	}
	if err := rc.echo(answer, mode, allDelivered(want, sent), mode != cloudevents.BinaryMode && sent != cloudevents.BinaryMode); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	return nil
}

func (rc *Receiver) echo(answer Message, mode cloudevents.Mode, want []Event, typed bool) error {
	exts, ok := declared(want)
	if !ok || typed {
		exts = nil
	}
	got, err := rc.Reference.Decode(answer, mode == cloudevents.BatchMode, exts)
	if err != nil {
		return fmt.Errorf("answered with an illegal message: %w", err)
	}
	return sameEvents(got, allDelivered(want, mode), typed)
}

// sendable returns the request that puts a case to a receiver, and its events if it is
// legal. It is nil if there is none.
func (rc *Receiver) sendable(c *Case) (*Message, []Event) {
	switch {
	case c.Text != nil:
		return rc.sendableText(c.Text)
	case !c.Decode && c.Refused != nil:
		return nil, nil // there is no message
	}
	m, want := c.Message, c.Events
	if !c.Decode {
		exts, _ := declared(c.Events)
		var err error
		if want, err = rc.decode(m, c.Batch, exts); err != nil {
			return nil, nil
		}
	}
	switch m.Protocol {
	case Request, Response:
	case JSON:
		contentType := spec.MediaTypeJSON
		if c.Batch {
			contentType = spec.BatchMediaTypeJSON
		}
		m.Header = http.Header{"Content-Type": {contentType}}
	default:
		return nil, nil // a message of another binding
	}
	m.Protocol = Request
	return &m, want
}

// decode decodes m with the reference.
func (rc *Receiver) decode(m Message, batch bool, exts []spec.Attribute) ([]Event, error) {
	if rc.Reference == nil || rc.Reference.Decode == nil {
		return nil, ErrSkipped
	}
	return rc.Reference.Decode(m, batch, exts)
}

// sendableText puts a text into an event in structured mode, as an attribute of its
// type. No core attribute is a Boolean, an Integer or a Binary, so that those are not
// sent, and neither is an empty text, which would be a fault of another kind.
func (rc *Receiver) sendableText(t *Text) (*Message, []Event) {
	attributes := map[string]string{
		"timestamp": spec.Time, "uri": spec.DataSchema, "uri-reference": spec.Source,
		"media-type": spec.DataContentType, "string": "x", "name": t.Text,
	}
	name := attributes[t.Kind]
	var version spec.Version
	_, core := version.Attribute(name)
	isData := name == spec.Data || name == spec.DataBase64
	if name == "" || t.Text == "" || t.Kind == "name" && (core || isData) || !utf8.ValidString(t.Text) {
		return nil, nil
	}
	members := map[string]string{spec.SpecVersion: version.String(), spec.ID: "1", spec.Source: "/s", spec.EventType: "t", name: t.Text}
	body, err := json.Marshal(members)
	if err != nil {
		return nil, nil
	}
	m := &Message{Protocol: Request, Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: body}
	if t.Refused != nil {
		return m, nil
	}
	want, err := rc.decode(*m, false, nil)
	if err != nil {
		return nil, nil
	}
	return m, want
}
