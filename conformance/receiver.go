package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Receiver judges a live HTTP receiver by what can be seen of it: whether it
// accepts a message (2xx) or refuses it (4xx, 5xx), and the event with which it
// answers, if it does: that must be the one that was sent.
type Receiver struct {
	// Send sends a request and returns the answer. [ErrSkipped] says that the
	// message cannot be sent; other errors should wrap [ErrNoAnswer].
	Send    func(m Message) (status int, answer Message, err error)
	NoBatch bool // it takes no batches, which it need not
	NoEcho  bool // events in its answers are replies of its own, and not looked at
}

// Run sends the message of a case, and the events of a case that must be accepted
// in every other mode, too. The result is [ErrSkipped] where there is nothing that
// could be sent.
func (rc *Receiver) Run(tc Case) []Result {
	if len(tc.Extensions) > 0 && tc.Refused != nil {
		// It is illegal only for those who know the types of the extensions.
		return []Result{{Op: OpSend, Mode: tc.Mode, Err: ErrSkipped}}
	}
	first, want := tc.sendable()
	if first == nil {
		return []Result{{Op: OpSend, Mode: tc.Mode, Err: ErrSkipped}}
	}
	asSent := *rc
	if len(tc.Extensions) > 0 {
		asSent.NoEcho = true // it depends on whether the receiver knows the types, which nothing in the message says
	}
	results := []Result{asSent.send(*first, want, tc.refused())}
	if tc.refused() != nil || !tc.Decode || len(want) == 0 {
		return results
	}
	for _, mode := range modes {
		switch {
		case mode == results[0].Mode, tc.Batch && mode != cloudevents.BatchMode, !allExpressible(want, mode):
			continue
		}
		m, err := encode(want, mode, Request)
		if err != nil {
			results = append(results, Result{OpSend, mode, fmt.Errorf("the case is wrong: %w", err)})
			continue
		}
		results = append(results, rc.send(m, want, nil))
	}
	return results
}

// send sends a message and judges the answer.
func (rc *Receiver) send(m Message, want []Event, refused *Reason) Result {
	r := Result{Op: OpSend, Mode: m.mode()}
	if r.Mode == cloudevents.BatchMode && rc.NoBatch {
		r.Err = ErrSkipped
		return r
	}
	status, answer, err := rc.Send(m)
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
		r.Err = fmt.Errorf("refused with status %d", status)
	case accepted && !rc.NoEcho:
		r.Err = echoes(answer, want, r.Mode)
	}
	return r
}

// echoes reports how an answer that is an event is not the one that was sent.
func echoes(answer Message, want []Event, sent cloudevents.Mode) error {
	answer.Protocol = Response
	mode := answer.mode()
	if mode == cloudevents.BinaryMode && !answer.hasAttributes() {
		return nil
	}
	if err := echo(answer, mode, allDelivered(want, sent), mode != cloudevents.BinaryMode && sent != cloudevents.BinaryMode); err != nil {
		return fmt.Errorf("echo: %w", err)
	}
	return nil
}

func echo(answer Message, mode cloudevents.Mode, want []Event, typed bool) error {
	exts, ok := declared(want)
	if !ok || typed {
		exts = nil
	}
	got, err := read(answer, mode == cloudevents.BatchMode, exts)
	if err != nil {
		return fmt.Errorf("answered with an illegal message: %w", err)
	}
	return sameEvents(got, allDelivered(want, mode), typed)
}

// hasAttributes reports whether there is an attribute in the header.
func (m Message) hasAttributes() bool {
	for key := range m.Header {
		if http.CanonicalHeaderKey(key) == "Ce-Specversion" {
			return true
		}
	}
	return false
}

// sendable returns the request by which a case can be put to a receiver, nil if
// there is none, and the events in it, if it is legal.
func (c *Case) sendable() (*Message, []Event) {
	switch {
	case c.Text != nil:
		return c.Text.sendable()
	case !c.Decode && c.Refused != nil:
		return nil, nil // there is no message
	}
	m, want := c.Message, c.Events
	if !c.Decode {
		exts, _ := declared(c.Events)
		var err error
		if want, err = decode(m, c.Batch, exts); err != nil {
			return nil, nil
		}
	}
	if m.Protocol == JSON {
		contentType := spec.MediaTypeJSON
		if c.Batch {
			contentType = spec.BatchMediaTypeJSON
		}
		m.Header = http.Header{"Content-Type": {contentType}}
	}
	m.Protocol = Request
	return &m, want
}

// sendable puts a text into an event in structured mode, as an attribute of its
// type. Booleans, Integers and Binary have no attribute, and an empty text stands
// for another fault there.
func (t *Text) sendable() (*Message, []Event) {
	attributes := map[string]string{
		"timestamp": spec.Time, "uri": spec.DataSchema, "uri-reference": spec.Source,
		"media-type": spec.DataContentType, "string": "x", "name": t.Text,
	}
	name := attributes[t.Kind]
	_, core := spec.V1.Attribute(name)
	isData := name == spec.Data || name == spec.DataBase64
	if name == "" || t.Text == "" || t.Kind == "name" && (core || isData) || !utf8.ValidString(t.Text) {
		return nil, nil
	}
	members := map[string]string{spec.SpecVersion: "1.0", spec.ID: "1", spec.Source: "/s", spec.EventType: "t", name: t.Text}
	body, err := json.Marshal(members)
	if err != nil {
		return nil, nil
	}
	m := &Message{Protocol: Request, Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: body}
	if t.Refused != nil {
		return m, nil
	}
	want, err := decode(*m, false, nil)
	if err != nil {
		return nil, nil
	}
	return m, want
}
