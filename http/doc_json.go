package cehttp

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// docDescription is what the documentation says, in JSON and in HTML.
type docDescription struct {
	Title  string     `json:"title"`
	URL    string     `json:"url"`
	Modes  []string   `json:"modes"`
	Events []docEvent `json:"events"` // sorted by type, source and version; "*" is the last
}

type docEvent struct {
	Type    string      `json:"type"`
	Source  string      `json:"source,omitempty"`
	Version string      `json:"version,omitempty"`
	Summary string      `json:"summary,omitempty"`
	In      docExample  `json:"in"`
	Out     *docExample `json:"out,omitempty"`
}

type docExample struct {
	Example *cloudevents.Event `json:"example"`
	Schema  json.RawMessage    `json:"schema,omitempty"`
	Curl    *docCurl           `json:"curl,omitempty"`
}

// docCurl has a command for each content mode.
type docCurl struct {
	Binary     string `json:"binary"`
	Structured string `json:"structured"`
	Batch      string `json:"batch"`
}

func (d *Doc) describe(r *http.Request) (*docDescription, error) {
	description := &docDescription{
		Title:  cmp.Or(d.Title, "Events"),
		URL:    d.target(r),
		Modes:  []string{cloudevents.BinaryMode.String(), cloudevents.StructuredMode.String(), cloudevents.BatchMode.String()},
		Events: []docEvent{},
	}
	if d.Mux == nil {
		return description, nil
	}
	for i := range d.Mux.routes {
		route := &d.Mux.routes[i]
		commands, err := newDocCurl(description.URL, &route.in.event)
		if err != nil {
			return nil, err
		}
		e := docEvent{
			Type: route.Type, Source: route.Source, Version: route.Version, Summary: route.Summary,
			In: docExample{Example: &route.in.event, Schema: route.in.schema, Curl: commands},
		}
		if route.out != nil {
			e.Out = &docExample{Example: &route.out.event, Schema: route.out.schema}
		}
		description.Events = append(description.Events, e)
	}
	slices.SortStableFunc(description.Events, func(a, b docEvent) int {
		if (a.Type == "*") != (b.Type == "*") {
			return cmp.Compare(b.Type, a.Type)
		}
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Version, b.Version))
	})
	return description, nil
}

func (d *docDescription) json() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return b.Bytes(), err
}

// newDocCurl returns commands that send e in each content mode.
func newDocCurl(url string, e *cloudevents.Event) (*docCurl, error) {
	var c docCurl
	for mode, command := range map[cloudevents.Mode]*string{
		cloudevents.BinaryMode: &c.Binary, cloudevents.StructuredMode: &c.Structured, cloudevents.BatchMode: &c.Batch,
	} {
		h := http.Header{}
		var body []byte
		var err error
		if mode == cloudevents.BatchMode {
			body, err = EncodeMessageBatch(h, []cloudevents.Event{*e}, format.JSON{})
		} else {
			body, err = EncodeMessage(h, e, mode, format.JSON{})
		}
		if err != nil {
			return nil, err
		}
		if mode != cloudevents.BinaryMode {
			body = indented(body)
		}
		post := curl.Command{URL: url, Header: h, Body: body, Include: true}
		*command = string(post.Append(nil))
	}
	return &c, nil
}
