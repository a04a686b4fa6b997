package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/spec"
)

// Bytes is text in most cases. In JSON it is a string if it is UTF-8, and
// {"base64": "…"} otherwise; either form is understood. Nil is null.
type Bytes []byte

// MarshalJSON implements json.Marshaler.
func (b Bytes) MarshalJSON() ([]byte, error) {
	switch {
	case b == nil:
		return []byte("null"), nil
	case utf8.Valid(b):
		return json.Marshal(string(b))
	}
	return json.Marshal(map[string][]byte{"base64": b})
}

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	switch {
	case string(text) == "null":
		*b = nil
		return nil
	case len(text) > 0 && text[0] == '"':
		var s string
		err := json.Unmarshal(text, &s)
		*b = Bytes(s)
		return err
	}
	var binary struct {
		Base64 *[]byte `json:"base64"`
	}
	if err := json.Unmarshal(text, &binary); err != nil {
		return err
	}
	if binary.Base64 == nil {
		return errors.New("neither a string nor an object with base64")
	}
	*b = append(Bytes{}, *binary.Base64...) // not nil
	return nil
}

type attributeJSON struct {
	Name Bytes  `json:"name"`
	Type string `json:"type"`
	Text Bytes  `json:"text"`
}

type eventJSON struct {
	Attributes []attributeJSON `json:"attributes"`
	Data       Bytes           `json:"data,omitzero"`
}

// MarshalJSON returns e for an adapter: {"attributes": [{"name", "type", "text"}],
// "data"}. This is not the JSON event format.
func (e Event) MarshalJSON() ([]byte, error) {
	j := eventJSON{Attributes: []attributeJSON{}, Data: e.Data}
	for _, a := range e.Attributes {
		j.Attributes = append(j.Attributes, attributeJSON{Bytes(a.Name), a.Type.String(), Bytes(a.Text)})
	}
	return json.Marshal(j)
}

// UnmarshalJSON is the inverse of MarshalJSON. An unknown type is an error.
func (e *Event) UnmarshalJSON(text []byte) error {
	var j eventJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*e = Event{Data: j.Data}
	for _, a := range j.Attributes {
		t, ok := spec.ParseType(a.Type)
		if !ok {
			return fmt.Errorf("type %.64q of attribute %.64q is unknown", a.Type, a.Name)
		}
		e.Attributes = append(e.Attributes, Attribute{string(a.Name), t, string(a.Text)})
	}
	return nil
}

type messageJSON struct {
	Protocol Protocol   `json:"protocol"`
	Headers  [][2]Bytes `json:"headers,omitempty"`
	Body     Bytes      `json:"body,omitzero"`
	Parts    []partJSON `json:"parts,omitempty"`
}

type partJSON struct {
	Kind  string `json:"kind"`
	Name  *Bytes `json:"name,omitempty"`
	Type  string `json:"type,omitempty"`
	Value Bytes  `json:"value"`
}

// MarshalJSON returns m for an adapter. A message of HTTP and a document are {"protocol",
// "headers": [[name, value]], "body"}. All others are {"protocol", "parts": [{"kind", "name",
// "type", "value"}]}.
func (m Message) MarshalJSON() ([]byte, error) {
	j := messageJSON{Protocol: m.Protocol}
	p, _ := m.Protocol.find()
	if p.parts == nil {
		j.Body = append(Bytes{}, m.Body...)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			j.Headers = append(j.Headers, [2]Bytes{Bytes(name), Bytes(value)})
		}
	}
	for _, part := range m.Parts {
		out := partJSON{Kind: part.Kind, Type: part.Type, Value: part.Value}
		if row, _ := p.part(part.Kind); row.isNamed {
			name := append(Bytes{}, part.Name...)
			out.Name = &name
		}
		j.Parts = append(j.Parts, out)
	}
	return json.Marshal(j)
}

// UnmarshalJSON is the inverse of MarshalJSON. A message without a protocol is a
// request. Header names keep their spelling.
func (m *Message) UnmarshalJSON(text []byte) error {
	var j messageJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	if j.Protocol == "" {
		j.Protocol = Request
	}
	p, ok := j.Protocol.find()
	if !ok {
		return fmt.Errorf("protocol %.64q is unknown", j.Protocol)
	}
	*m = Message{Protocol: j.Protocol, Body: j.Body}
	if p.parts == nil {
		m.Header = http.Header{}
	}
	for _, h := range j.Headers {
		if m.Header == nil {
			return fmt.Errorf("a message of %s has no headers, but parts", p.name)
		}
		name := string(h[0])
		m.Header[name] = append(m.Header[name], string(h[1]))
	}
	for _, in := range j.Parts {
		if _, ok := p.part(in.Kind); !ok {
			return fmt.Errorf("a message of %s has no part %.64q", p.name, in.Kind)
		}
		part := Part{Kind: in.Kind, Type: in.Type, Value: in.Value}
		if in.Name != nil {
			part.Name = string(*in.Name)
		}
		m.Parts = append(m.Parts, part)
	}
	return nil
}
