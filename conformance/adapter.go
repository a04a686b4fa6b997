package conformance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// AdapterRequest is a line that an adapter reads: an operation for the implementation
// behind it. docs/conformance-adapter.md describes the protocol.
type AdapterRequest struct {
	ID int `json:"id"`
	// Op is "hello", "validate", "decode", "encode" or "transcode".
	Op string `json:"op"`

	// Kind is the table of a text to validate, such as "timestamp" or "media-type".
	Kind string `json:"kind,omitempty"`
	// Text is the text to validate.
	Text Bytes `json:"text,omitzero"`

	// Message is the message to decode or to transcode.
	Message *Message `json:"message,omitempty"`
	// Batch reports whether Message has to be a batch.
	Batch bool `json:"batch,omitempty"`
	// Extensions are the types that the caller of a decoder declares, by name.
	Extensions map[string]string `json:"extensions,omitempty"`

	// Events are the events to encode.
	Events []Event `json:"events,omitzero"`
	// Mode is the mode to encode or to transcode to: "binary", "structured" or "batch".
	Mode string `json:"mode,omitempty"`
	// Protocol is the protocol to encode to.
	Protocol Protocol `json:"protocol,omitempty"`
}

// AdapterResponse is the line with which an adapter answers. It is a result, the error
// with which the implementation refuses, or unsupported.
type AdapterResponse struct {
	// ID is the ID of the request.
	ID int `json:"id"`
	// Error is the text of a refusal. It is empty if there is a result.
	Error string `json:"error,omitempty"`
	// Unsupported reports that the implementation has no such operation.
	Unsupported bool `json:"unsupported,omitempty"`
	// Name answers hello: the implementation and its version.
	Name string `json:"name,omitempty"`
	// Canonical answers validate.
	Canonical Bytes `json:"canonical,omitzero"`
	// Events answers decode.
	Events []Event `json:"events,omitzero"`
	// Message answers encode and transcode.
	Message *Message `json:"message,omitempty"`
}

// ParseAdapterResponse reads the answer to r. It fails if the line is not an answer to
// r.
func ParseAdapterResponse(line []byte, r *AdapterRequest) (AdapterResponse, error) {
	var a AdapterResponse
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("answer %.64q: %w", line, err)
	}
	missing := ""
	switch {
	case a.ID != r.ID:
		return a, fmt.Errorf("answer to request %d, not to %d", a.ID, r.ID)
	case a.Error != "" || a.Unsupported:
	case r.Op == "validate" && a.Canonical == nil:
		missing = "canonical"
	case r.Op == "decode" && a.Events == nil:
		missing = "events"
	case (r.Op == "encode" || r.Op == "transcode") && a.Message == nil:
		missing = "message"
	}
	if missing != "" {
		return a, fmt.Errorf("answer to %s has neither %s nor error", r.Op, missing)
	}
	return a, nil
}

// Adapter returns the implementation behind an adapter as a [Codec]. ask gives a
// request an ID, sends it and returns the answer. Its errors should wrap [ErrNoAnswer].
func Adapter(ask func(AdapterRequest) (AdapterResponse, error)) *Codec {
	settle := func(r AdapterRequest) (AdapterResponse, error) {
		a, err := ask(r)
		switch {
		case err != nil:
			return a, err
		case a.Unsupported:
			return a, ErrSkipped
		case a.Error != "":
			return a, errors.New(a.Error)
		}
		return a, nil
	}
	message := func(r AdapterRequest) (Message, error) {
		a, err := settle(r)
		if err != nil {
			return Message{}, err
		}
		return *a.Message, nil
	}
	return &Codec{
		Check: func(kind, text string) (string, error) {
			a, err := settle(AdapterRequest{Op: "validate", Kind: kind, Text: append(Bytes{}, text...)})
			return string(a.Canonical), err
		},
		Decode: func(m Message, batch bool, exts []spec.Attribute) ([]Event, error) {
			types := map[string]string{}
			for _, x := range exts {
				types[x.Name] = x.Type.String()
			}
			a, err := settle(AdapterRequest{Op: "decode", Message: &m, Batch: batch, Extensions: types})
			return a.Events, err
		},
		Encode: func(es []Event, mode cloudevents.Mode, p Protocol) (Message, error) {
			return message(AdapterRequest{Op: "encode", Events: append([]Event{}, es...), Mode: mode.String(), Protocol: p})
		},
		Transcode: func(m Message, batch bool, mode cloudevents.Mode) (Message, error) {
			return message(AdapterRequest{Op: "transcode", Message: &m, Batch: batch, Mode: mode.String()})
		},
	}
}

// Serve makes an adapter of c: it reads requests from r, one a line, and writes the
// answers to w. It returns nil when r ends. name is the name and the version of the
// implementation.
func (c *Codec) Serve(name string, r io.Reader, w io.Writer) error {
	in := bufio.NewReader(r)
	out := json.NewEncoder(w)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		} else if err != nil && err != io.EOF {
			return err
		}
		var q AdapterRequest
		if err := json.Unmarshal(line, &q); err != nil {
			return fmt.Errorf("conformance: request %.64q: %w", line, err)
		}
		a := AdapterResponse{ID: q.ID, Name: name}
		if q.Op != "hello" {
			a = c.answer(&q)
			a.ID = q.ID
		}
		if err := out.Encode(&a); err != nil {
			return err
		}
	}
}

func (c *Codec) answer(q *AdapterRequest) (a AdapterResponse) {
	err := ErrSkipped
	mode, modeErr := parseMode(q.Mode)
	var m Message
	switch {
	case q.Op == "validate" && c.Check != nil:
		var canonical string
		canonical, err = c.Check(q.Kind, string(q.Text))
		a.Canonical = append(Bytes{}, canonical...)
	case q.Op == "decode" && c.Decode != nil && q.Message != nil:
		var exts []spec.Attribute
		for name, text := range q.Extensions {
			t, _ := spec.ParseType(text)
			exts = append(exts, spec.Attribute{Name: name, Type: t})
		}
		a.Events, err = c.Decode(*q.Message, q.Batch, exts)
		a.Events = append([]Event{}, a.Events...)
	case q.Op == "encode" && c.Encode != nil && modeErr == nil:
		m, err = c.Encode(q.Events, mode, q.Protocol)
		a.Message = &m
	case q.Op == "transcode" && c.Transcode != nil && q.Message != nil && modeErr == nil:
		m, err = c.Transcode(*q.Message, q.Batch, mode)
		a.Message = &m
	}
	switch {
	case errors.Is(err, ErrSkipped):
		return AdapterResponse{Unsupported: true}
	case err != nil && err.Error() == "":
		return AdapterResponse{Error: "refused"}
	case err != nil:
		return AdapterResponse{Error: err.Error()}
	}
	return a
}
