package format_test

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

const (
	eventJSON = `{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"a":1}}`
	batchJSON = "[" + eventJSON + "]"
)

func event() cloudevents.Event {
	return cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "application/json", Data: []byte(`{"a":1}`)}
}

// lines is a format of these tests, without batches. A document has id, source and type,
// each on a line, followed by the data. Data in binary mode is in upper case, so that a
// test can tell which format made it.
type lines struct{}

func (lines) MediaType() string { return "application/cloudevents+lines" }

func (lines) DecodeStructuredModeMessage(body []byte, _ string, exts ...spec.Attribute) (cloudevents.Event, error) {
	part := bytes.SplitN(body, []byte("\n"), 4)
	if len(part) != 4 {
		return cloudevents.Event{}, errors.New("lines: not four parts")
	}
	e := cloudevents.Event{ID: string(part[0]), Source: string(part[1]), Type: string(part[2]), Data: part[3]}
	if len(exts) > 0 {
		e.Subject = exts[0].Name // proves that they came through
	}
	return e, e.Validate()
}

func (lines) EncodeStructuredModeMessage(dst []byte, e *cloudevents.Event) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	return fmt.Appendf(dst, "%s\n%s\n%s\n%s", e.ID, e.Source, e.Type, e.Data), nil
}

func (lines) DecodeBinaryModeEventData(body []byte, e *cloudevents.Event) error {
	e.Data = bytes.ToUpper(body)
	return nil
}

func (lines) EncodeBinaryModeEventData(e *cloudevents.Event) ([]byte, error) {
	return bytes.ToUpper(e.Data), nil
}

// paragraphs is lines with a batch: events with an empty line between them.
type paragraphs struct{ lines }

func (paragraphs) BatchMediaType() string { return "application/cloudevents-batch+paragraphs" }

func (p paragraphs) DecodeBatchModeMessage(body []byte, _ string, exts ...spec.Attribute) ([]cloudevents.Event, error) {
	es := []cloudevents.Event{}
	for i, part := range bytes.Split(body, []byte("\n\n")) {
		e, err := p.DecodeStructuredModeMessage(part, "", exts...)
		if err != nil {
			return nil, &cloudevents.BatchError{Index: i, Err: err}
		}
		es = append(es, e)
	}
	return es, nil
}

func (p paragraphs) EncodeBatchModeMessage(dst []byte, es []cloudevents.Event) ([]byte, error) {
	b := dst
	for i := range es {
		if i > 0 {
			b = append(b, "\n\n"...)
		}
		var err error
		if b, err = p.EncodeStructuredModeMessage(b, &es[i]); err != nil {
			return dst, &cloudevents.BatchError{Index: i, Err: err}
		}
	}
	return b, nil
}
