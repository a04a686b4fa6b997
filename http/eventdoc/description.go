package eventdoc

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/curl"
	"github.com/seed763dd41b/cloudevents/internal/jsonschema"
)

// description is the documentation, written as JSON or as HTML.
type description struct {
	Title  string   `json:"title"`
	URL    string   `json:"url"`
	Modes  []string `json:"modes"`
	Events []event  `json:"events"`
}

type event struct {
	ID      string   `json:"id"` // the fragment of its address
	Type    string   `json:"type"`
	Source  string   `json:"source,omitempty"`
	Version string   `json:"version,omitempty"`
	Summary string   `json:"summary,omitempty"`
	In      example  `json:"in"`
	Out     *example `json:"out,omitempty"` // nil if there is no reply
	Answers []answer `json:"answers"`
}

type example struct {
	Event  *cloudevents.Event `json:"example,omitempty"` // nil if the route refuses it
	Fields []jsonschema.Field `json:"fields,omitempty"`  // of the schema
	Schema json.RawMessage    `json:"schema,omitempty"`  // nil if there is none
	Curl   *commands          `json:"curl,omitempty"`    // nil for a reply and without an event

	messages messages // have the event
	checked  bool     // whether the route refuses data of another type
}

// commands are shell commands that send an event, one for each content mode.
type commands struct {
	Binary     string `json:"binary"`
	Structured string `json:"structured"`
	Batch      string `json:"batch"`
}

// describe returns the documentation for a request.
func (p *Page) describe(r *http.Request) *description {
	d := &description{
		Title:  valid(cmp.Or(p.Title, "Events")),
		URL:    valid(p.target(r)),
		Modes:  []string{cloudevents.BinaryMode.String(), cloudevents.StructuredMode.String(), cloudevents.BatchMode.String()},
		Events: append([]event{}, p.events...), // not nil, so that JSON has an array
	}
	for i := range d.Events {
		e := &d.Events[i]
		if e.In.Event != nil {
			e.In.Curl = e.In.messages.commands(d.URL)
		}
	}
	return d
}

func (d *description) json() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return b.Bytes(), err
}

// Text returns the data as text, or in base64 if it is not text.
func (x *example) Text() string {
	if x.IsText() {
		return string(x.Event.Data)
	}
	return base64.StdEncoding.EncodeToString(x.Event.Data)
}

// IsText reports whether the data is text without invisible characters.
func (x *example) IsText() bool { return curl.Pasteable(x.Event.Data) }

// SchemaText returns the schema with line breaks.
func (x *example) SchemaText() string { return valid(string(indented(x.Schema))) }
