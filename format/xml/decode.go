package cexml

import (
	"bytes"
	"errors"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var (
	errNotEvent  = errors.New("the root element is not event in the namespace " + uriCE + " (" + sectionEnvelope + ")")
	errNotBatch  = errors.New("the root element is not batch in the namespace " + uriCE + " (" + sectionBatch + ")")
	errBatchItem = errors.New("a batch has an element of the namespace " + uriCE + " other than event (" + sectionBatch + ")")
	errBatchText = errors.New("a batch has text beside its events (" + sectionBatch + ")")

	ruleMixed = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "a batch has one specversion"}
)

// reader decodes one body.
type reader struct {
	scanner
	extensions    []spec.Attribute
	maxAttributes int
	v1Only        bool
	forgive       bool
	receipts      []receipt
	room          []byte // for the texts of attributes that the body does not have
	inherited     int    // bytes of declarations that were added to elements
}

// receipt is what was forgiven in an event, or that it was left out.
type receipt struct {
	index int // in the batch
	place int // in the result; -1 if the event was left out
	err   error
}

// invalidEvent is an error about an event in a document that is well-formed. It does not
// leave this package.
type invalidEvent struct{ error }

// plain returns err without the mark of an invalidEvent.
func plain(err error) error {
	if invalid, ok := err.(*invalidEvent); ok {
		return invalid.error
	}
	return err
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
		if _, ok := invalid.(*invalidEvent); !ok {
			return cloudevents.Event{}, invalid
		}
	}
	if err = r.end(); err == nil {
		err = plain(invalid)
	}
	if err != nil {
		return cloudevents.Event{}, err
	}
	return e, nil
}

// batch decodes the body as a batch.
func (r *reader) batch(maxEvents int) ([]cloudevents.Event, error) {
	var root element
	if err := r.root(&root, "batch", errNotBatch); err != nil {
		return nil, err
	}
	es := make([]cloudevents.Event, 0, r.count(maxEvents))
	for index := 0; ; {
		var child element
		ok, err := r.child(&root, &child, errBatchText)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			if err := r.end(); err != nil {
				return nil, err
			}
			return es, nil
		case child.space != spaceCE:
			if err := r.subtree(&child); err != nil {
				return nil, err
			}
			continue
		case string(r.local(child.start, child.colon, child.end)) != "event":
			return nil, r.fail(child.offset, errBatchItem)
		case index == maxEvents:
			return nil, r.fail(child.offset, &cloudevents.LimitError{What: "events", Limit: maxEvents})
		}
		if es, err = r.item(es, &child, index); err != nil {
			return nil, &cloudevents.BatchError{Index: index, Err: err}
		}
		index++
	}
}

// item decodes the event of a batch whose start tag was read.
func (r *reader) item(es []cloudevents.Event, child *element, index int) ([]cloudevents.Event, error) {
	n, receipts := len(es), len(r.receipts)
	es = append(es, cloudevents.Event{})
	err := r.event(&es[n], child)
	if err == nil && es[n].SpecVersion != es[0].SpecVersion {
		err = &invalidEvent{r.fail(child.offset, mixedVersions(&es[n]))}
	}
	invalid, isInvalid := err.(*invalidEvent)
	switch {
	case err == nil:
		for k := receipts; k < len(r.receipts); k++ {
			r.receipts[k] = receipt{index, n, &cloudevents.BatchError{Index: index, Err: r.receipts[k].err}}
		}
	case r.forgive && isInvalid:
		r.receipts = append(r.receipts[:receipts], receipt{index, -1, &cloudevents.BatchError{Index: index, Err: invalid.error}})
		es[n] = cloudevents.Event{}
		es = es[:n]
	default:
		return nil, plain(err)
	}
	return es, nil
}

// count returns how many events the rest of a batch may have, at most max. Each has a
// specversion, and more than a few bytes.
func (r *reader) count(max int) int {
	const shortest = len(`<event specversion="1.0"><id>1</id><source>/</source><type>t</type></event>`)
	rest := r.b[r.i:]
	return min(bytes.Count(rest, []byte(spec.SpecVersion)), len(rest)/shortest, max)
}

func mixedVersions(e *cloudevents.Event) error {
	return validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionMessage, ruleMixed)
}
