package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// roundTrips sends the events of a case through every protocol and mode and back.
func (c *Codec) roundTrips(tc Case) error {
	if c.Encode == nil {
		return nil
	}
	for i := range protocols {
		for _, mode := range protocols[i].modes {
			for _, group := range groups(tc.Events, mode) {
				if err := c.roundTrip(group, protocols[i].name, mode); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// groups returns the events that a message in that mode takes: all of them in a batch,
// and otherwise each alone.
func groups(es []Event, mode cloudevents.Mode) [][]Event {
	if mode == cloudevents.BatchMode {
		return [][]Event{es}
	}
	all := make([][]Event, len(es))
	for i := range es {
		all[i] = es[i : i+1]
	}
	return all
}

func (c *Codec) roundTrip(es []Event, p Protocol, mode cloudevents.Mode) error {
	name := fmt.Sprintf("round trip through %s in %s mode", p, mode)
	m, err := c.Encode(es, mode, p)
	row, _ := p.find()
	switch ok := (row.hasDataType || allExpressible(es, mode)) && row.carriesAll(es); {
	case errors.Is(err, ErrSkipped):
		return nil
	case err != nil && ok:
		return fmt.Errorf("%s: %w", name, err)
	case err == nil && !ok:
		return fmt.Errorf("%s: encoded what cannot be expressed:\n%s", name, m.Golden())
	case !ok:
		return nil
	}
	exts, ok := declared(es)
	if !ok {
		return nil
	}
	got, err := c.Decode(m, mode == cloudevents.BatchMode, exts)
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, m.Golden())
	}
	if err := compareEvents(got, row.allDelivered(es, mode)); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, m.Golden())
	}
	return nil
}

// expressible reports whether a valid event can be sent in that mode. In binary mode, a
// datacontenttype that begins with application/cloudevents would make the message one of
// another mode for receivers that look at the prefix only. A document takes all events, and
// so does a protocol that hasDataType.
func expressible(e *Event, mode cloudevents.Mode) bool {
	return mode != cloudevents.BinaryMode || !strings.HasPrefix(strings.ToLower(e.text(spec.DataContentType)), spec.MediaTypePrefix)
}

func allExpressible(es []Event, mode cloudevents.Mode) bool {
	for i := range es {
		if !expressible(&es[i], mode) {
			return false
		}
	}
	return true
}

// expected reports whether every implementation has to be able to send the events in that
// mode. In a document it may refuse data of a JSON media type that is not JSON, or is
// nested so deeply that many parsers refuse it. This module writes such data as base64.
func expected(es []Event, mode cloudevents.Mode) bool {
	for i := range es {
		if e := &es[i]; mode != cloudevents.BinaryMode && e.Data != nil && e.declaresJSON() && !ordinaryJSON(e.Data) {
			return false
		}
	}
	return allExpressible(es, mode)
}

// ordinaryJSON reports whether every parser takes data for JSON.
func ordinaryJSON(data []byte) bool {
	return json.Valid(data) && utf8.Valid(data) && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) <= cloudevents.DefaultMaxDepth
}

// delivered returns e as it arrives: without empty data in binary mode, unless the protocol
// keeps that apart from no data, and as the format keeps it in the other modes.
func (p *protocol) delivered(e Event, mode cloudevents.Mode) Event {
	switch {
	case mode == cloudevents.BinaryMode && len(e.Data) == 0 && !p.keepsEmpty:
		e.Data = nil
	case mode == cloudevents.BinaryMode:
	case p.format.arrives != nil:
		return p.format.arrives(e)
	default:
		return arrivesInJSON(e)
	}
	return e
}

// allDelivered calls delivered for several events.
func (p *protocol) allDelivered(es []Event, mode cloudevents.Mode) []Event {
	all := make([]Event, len(es))
	for i, e := range es {
		all[i] = p.delivered(e, mode)
	}
	return all
}

// allDelivered returns events as they arrive in HTTP, with JSON as the format.
func allDelivered(es []Event, mode cloudevents.Mode) []Event {
	return protocols[0].allDelivered(es, mode)
}

// carriesAll reports whether the format of a document has an encoding for all events.
func (p *protocol) carriesAll(es []Event) bool {
	for i := range es {
		if p.format.carries != nil && !p.format.carries(&es[i]) {
			return false
		}
	}
	return true
}

// declared returns the types of all extensions, so that they survive headers. The
// result is false if one name has two types.
func declared(es []Event) (as []spec.Attribute, ok bool) {
	types := map[string]spec.Type{}
	for i := range es {
		e := &es[i]
		for _, a := range e.Attributes {
			if _, core := e.core(a.Name); core {
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
