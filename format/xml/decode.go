package cexml

import (
	"bytes"
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/spec"
)

var (
	errNotEvent  = errors.New("the root element is not event in the namespace " + uriCE + " (" + sectionEnvelope + ")")
	errNotBatch  = errors.New("the root element is not batch in the namespace " + uriCE + " (" + sectionBatch + ")")
	errBatchItem = errors.New("a batch has an element of the namespace " + uriCE + " other than event (" + sectionBatch + ")")
	errBatchText = errors.New("a batch has text beside its events (" + sectionBatch + ")")
)

// reader decodes one body.
type reader struct {
	scanner
	extensions    []spec.Attribute
	maxAttributes int
	v1Only        bool
	forgive       bool
	forgiven      error  // in the event that was read last
	room          []byte // for the texts of attributes that the body does not have
	inherited     int    // bytes of declarations that were added to elements
}

// root reads the start tag of the root element, which must have that name.
func (r *reader) root(e *element, name string, wrong error) error {
	if err := r.document(); err != nil {
		return err
	}
	if err := r.open(e); err != nil {
		return err
	}
	if e.space != spaceCE || string(r.local(e.start, e.colon, e.end)) != name {
		return r.fail(e.offset, wrong)
	}
	return nil
}

// single decodes the body as one event.
func (r *reader) single() (e cloudevents.Event, err error) {
	var root element
	if err := r.root(&root, "event", errNotEvent); err != nil {
		return e, err
	}
	invalid := r.event(&e, &root)
	if invalid != nil {
		if _, ok := invalid.(*events.Invalid); !ok {
			return cloudevents.Event{}, invalid
		}
	}
	if err = r.end(); err == nil {
		err = events.Plain(invalid)
	}
	if err != nil {
		return cloudevents.Event{}, err
	}
	return e, nil
}

// batch decodes the body as a batch.
func (r *reader) batch(b *events.Batch, maxEvents int) error {
	var root element
	if err := r.root(&root, "batch", errNotBatch); err != nil {
		return err
	}
	b.Events = make([]cloudevents.Event, 0, r.count(maxEvents))
	for {
		var child element
		ok, err := r.child(&root, &child, errBatchText)
		switch {
		case err != nil:
			return err
		case !ok:
			return r.end()
		case child.space != spaceCE:
			if err := r.subtree(&child); err != nil {
				return err
			}
			continue
		case string(r.local(child.start, child.colon, child.end)) != "event":
			return r.fail(child.offset, errBatchItem)
		case b.Len() == maxEvents:
			return r.fail(child.offset, &cloudevents.LimitError{What: "events", Limit: maxEvents})
		}
		err = r.event(b.Next(), &child)
		if err = b.End(child.offset, err, r.forgiven); err != nil {
			return err
		}
	}
}

// count returns how many events the rest of a batch may have, at most max. Each has a
// specversion, and more than a few bytes.
func (r *reader) count(max int) int {
	const shortest = len(`<event specversion="1.0"><id>1</id><source>/</source><type>t</type></event>`)
	rest := r.b[r.i:]
	return min(bytes.Count(rest, []byte(spec.SpecVersion)), len(rest)/shortest, max)
}
