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

// AdapterRequest is a line that an adapter reads: something that is asked of the
// implementation behind it. docs/conformance-adapter.md describes the protocol.
type AdapterRequest struct {
	ID int    `json:"id"`
	Op string `json:"op"` // "hello", "validate", "decode", "encode" or "transcode"

	Kind string `json:"kind,omitempty"` // validate: "timestamp", "media-type", …
	Text Bytes  `json:"text,omitzero"`  // validate

	Message    *Message          `json:"message,omitempty"`    // decode, transcode
	Batch      bool              `json:"batch,omitempty"`      // decode, transcode: a batch is wanted
	Extensions map[string]string `json:"extensions,omitempty"` // decode: types that the caller declares, by name

	Events   []Event  `json:"events,omitzero"`    // encode
	Mode     string   `json:"mode,omitempty"`     // encode, transcode: "binary", "structured" or "batch"
	Protocol Protocol `json:"protocol,omitempty"` // encode
}

// AdapterResponse is the line with which an adapter answers: a result, or an
// error if the implementation refuses, or that it does not do such a thing.
type AdapterResponse struct {
	ID          int      `json:"id"` // of the request
	Error       string   `json:"error,omitempty"`
	Unsupported bool     `json:"unsupported,omitempty"`
	Name        string   `json:"name,omitempty"`     // hello: the implementation and its version
	Canonical   Bytes    `json:"canonical,omitzero"` // validate
	Events      []Event  `json:"events,omitzero"`    // decode
	Message     *Message `json:"message,omitempty"`  // encode, transcode
}

// ParseAdapterResponse reads the answer to r. The error says how the line is not
// that.
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

// Adapter returns the implementation behind an adapter as a [Codec]. ask sends a
// request, to which it gives an ID, and returns the answer; its errors should
// wrap [ErrNoAnswer].
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

// Serve makes an adapter of c: it reads requests from r, a line each, and writes
// the answers to w, until r ends. name says what c is, with its version.
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
