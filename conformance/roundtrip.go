package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// roundTrips sends the events of a case through every mode and back.
func (c *Codec) roundTrips(tc Case) error {
	if c.Encode == nil {
		return nil
	}
	for _, via := range []struct {
		protocol Protocol
		mode     cloudevents.Mode
	}{
		{Request, cloudevents.BinaryMode}, {Request, cloudevents.StructuredMode}, {Request, cloudevents.BatchMode},
		{Response, cloudevents.BinaryMode}, {Response, cloudevents.StructuredMode}, {Response, cloudevents.BatchMode},
		{JSON, cloudevents.StructuredMode}, {JSON, cloudevents.BatchMode},
	} {
		if via.mode == cloudevents.BatchMode {
			if err := c.roundTrip(tc.Events, via.protocol, via.mode); err != nil {
				return err
			}
			continue
		}
		for _, e := range tc.Events {
			if err := c.roundTrip([]Event{e}, via.protocol, via.mode); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Codec) roundTrip(es []Event, p Protocol, mode cloudevents.Mode) error {
	name := fmt.Sprintf("round trip through %s in %s mode", p, mode)
	m, err := c.Encode(es, mode, p)
	switch ok := allExpressible(es, mode); {
	case errors.Is(err, ErrSkipped):
		return nil
	case err != nil && ok:
		return fmt.Errorf("%s: %w", name, err)
	case err == nil && !ok:
		return fmt.Errorf("%s: encoded what cannot be expressed:\n%s", name, m.Golden())
	case !ok:
		return nil
	}
	var want []Event
	for _, e := range es {
		want = append(want, delivered(e, mode))
	}
	exts, ok := declared(es)
	if !ok {
		return nil
	}
	got, err := c.Decode(m, mode == cloudevents.BatchMode, exts)
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, m.Golden())
	}
	if err := compareEvents(got, want); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, m.Golden())
	}
	return nil
}

// expressible reports whether a valid event can be sent in that mode: what claims
// to be JSON must be JSON to become part of a document, and what claims to be a
// CloudEvent would in binary mode be taken for one.
func expressible(e Event, mode cloudevents.Mode) bool {
	if mode == cloudevents.BinaryMode {
		return !cloudEventsType.MatchString(e.text(spec.DataContentType))
	}
	return e.Data == nil || !e.declaresJSON() || json.Valid(e.Data)
}

func allExpressible(es []Event, mode cloudevents.Mode) bool {
	for _, e := range es {
		if !expressible(e, mode) {
			return false
		}
	}
	return true
}

// delivered returns what of an event arrives: no empty data in binary mode, no
// white space around a JSON value in the others.
func delivered(e Event, mode cloudevents.Mode) Event {
	switch {
	case mode == cloudevents.BinaryMode && len(e.Data) == 0:
		e.Data = nil
	case mode != cloudevents.BinaryMode && e.declaresJSON():
		e.Data = bytes.Trim(e.Data, " \t\r\n")
	}
	return e
}

// declared returns the types of all extensions, so that they survive headers. It
// is false if one name has two types.
func declared(es []Event) (as []spec.Attribute, ok bool) {
	types := map[string]spec.Type{}
	for _, e := range es {
		for _, a := range e.Attributes {
			if _, core := spec.V1.Attribute(a.Name); core {
				continue
			}
			t, seen := types[a.Name]
			if seen && t != a.Type {
				return nil, false
			}
			if !seen {
				types[a.Name] = a.Type
				as = append(as, spec.Attribute{Name: a.Name, Type: a.Type})
			}
		}
	}
	return as, true
}

func (e Event) text(name string) string {
	for _, a := range e.Attributes {
		if a.Name == name {
			return a.Text
		}
	}
	return ""
}

func (e Event) declaresJSON() bool {
	mediaType, _, _ := mime.ParseMediaType(e.text(spec.DataContentType))
	return isJSON(mediaType)
}

// isJSON reports whether a media type in lower case is one of JSON.
func isJSON(mediaType string) bool {
	return strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json")
}
