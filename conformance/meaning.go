package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// sameEvents compares events as far as the specification wants them to be the same; see
// [Judge]. typed is false for events that were in headers, where all types are text. A
// time that was made up is a fault only if absent has it.
func sameEvents(got, want []Event, typed bool, absent ...string) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if err := sameEvent(&got[i], &want[i], typed, absent); err != nil {
			if len(got) > 1 {
				return fmt.Errorf("event %d: %w", i, err)
			}
			return err
		}
	}
	return nil
}

func sameEvent(got, want *Event, typed bool, absent []string) error {
	seen := map[string]*Attribute{}
	for i := range got.Attributes {
		a := &got.Attributes[i]
		if seen[a.Name] != nil {
			return fmt.Errorf("attribute %.64q is there twice", a.Name)
		}
		seen[a.Name] = a
	}
	for _, w := range want.Attributes {
		g := seen[w.Name]
		delete(seen, w.Name)
		switch {
		case g == nil && w.Name == spec.DataContentType && w.Text == "application/json":
			continue // a decoder may leave it implied
		case g == nil:
			return fmt.Errorf("attribute %.64q is lost", w.Name)
		case !sameText(kind(w), g.Text, w.Text):
			return fmt.Errorf("%s is %.64q, want %.64q", w.Name, g.Text, w.Text)
		case typed && !sameType(want, g, &w):
			return fmt.Errorf("%s is of type %s, want %s", w.Name, g.Type, w.Type)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) { // those that want does not have
		if g := seen[name]; g != nil && (g.Name != spec.Time || slices.Contains(absent, g.Name)) {
			return fmt.Errorf("attribute %.64q was made up: %.64q", g.Name, g.Text)
		}
	}
	return sameData(got.Data, want)
}

// kind returns the name of the table for the value of an attribute.
func kind(a Attribute) string {
	if a.Name == spec.DataContentType {
		return "media-type"
	}
	return strings.ToLower(a.Type.String())
}

// sameType compares the types of an extension of e. An implementation may have those
// as a String that every wire has as text.
func sameType(e *Event, got, want *Attribute) bool {
	if _, core := e.core(want.Name); core || got.Type == want.Type {
		return true
	}
	return got.Type == spec.String && want.Type != spec.Boolean && want.Type != spec.Integer
}

// sameText compares two texts of a type that may have several for one value.
func sameText(kind, got, want string) bool {
	if got == want {
		return true
	}
	switch kind {
	case "timestamp":
		g, gotErr := validation.ParseTimestamp(got)
		w, wantErr := validation.ParseTimestamp(want)
		return gotErr == nil && wantErr == nil && g.Truncate(time.Millisecond).Equal(w.Truncate(time.Millisecond))
	case "uri", "uri-reference":
		g, gotErr := url.Parse(got)
		w, wantErr := url.Parse(want)
		return gotErr == nil && wantErr == nil && g.String() == w.String()
	case "media-type":
		g, gotParams, gotErr := mime.ParseMediaType(got)
		w, wantParams, wantErr := mime.ParseMediaType(want)
		for _, params := range []map[string]string{gotParams, wantParams} {
			if isJSON(g) && strings.EqualFold(params["charset"], "utf-8") {
				delete(params, "charset") // JSON is always in UTF-8
			}
		}
		return gotErr == nil && wantErr == nil && g == w && maps.Equal(gotParams, wantParams)
	}
	return false
}

func sameData(got []byte, e *Event) error {
	want := e.Data
	if bytes.Equal(got, want) {
		return nil // no wire reliably tells no data from empty data
	}
	if e.declaresJSON() {
		var g, w any
		if json.Unmarshal(want, &w) == nil && json.Unmarshal(got, &g) == nil && reflect.DeepEqual(g, w) {
			return nil
		}
	}
	switch {
	case got == nil:
		return fmt.Errorf("data is lost: want %.64q", want)
	case want == nil:
		return fmt.Errorf("data was made up: %.64q", got)
	}
	return fmt.Errorf("data is %.64q, want %.64q", got, want)
}

// means reports how the message that an implementation wrote in a mode does not mean
// these events.
func (ref *Codec) means(m Message, mode cloudevents.Mode, want []Event) error {
	got, err := ref.readBack(m, mode, want)
	if err != nil {
		return fmt.Errorf("wrote an illegal message: %w", err)
	}
	return sameEvents(got, want, mode != cloudevents.BinaryMode)
}

// legal reports how a message is illegal, whatever it means.
func (ref *Codec) legal(m Message, mode cloudevents.Mode) error {
	_, err := ref.readBack(m, mode, nil)
	return err
}

// readBack reads a message with the reference, and reports what decoders accept
// although it is illegal to write.
func (ref *Codec) readBack(m Message, mode cloudevents.Mode, want []Event) ([]Event, error) {
	var exts []spec.Attribute
	types, _ := declared(want)
	for _, a := range types {
		// Declared as Boolean or Integer, it would be accepted in a JSON string.
		if mode == cloudevents.BinaryMode || a.Type != spec.Boolean && a.Type != spec.Integer {
			exts = append(exts, a)
		}
	}
	if got, ok := m.mode(); ok && got != mode {
		return nil, fmt.Errorf("it is in %s mode, not in %s mode", got, mode)
	}
	if p, _ := m.Protocol.find(); mode == cloudevents.BinaryMode && p.check != nil {
		if err := p.check(&m); err != nil {
			return nil, err
		}
	}
	return ref.Decode(m, mode == cloudevents.BatchMode, exts)
}

// withoutEmpty leaves out optional attributes that are empty. In this module's model
// they are absent; other implementations may refuse them.
func withoutEmpty(es []Event) []Event {
	all := make([]Event, len(es))
	for i, e := range es {
		all[i].Data = e.Data
		for _, a := range e.Attributes {
			if core, ok := e.core(a.Name); !ok || core.Required || a.Text != "" {
				all[i].Attributes = append(all[i].Attributes, a)
			}
		}
	}
	return all
}
