// Package events has what the decoders of formats share: the events of a batch, and the
// violations of an event that they find themselves.
package events

import (
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Invalid is the error about an event in a document that is well-formed. A forgiving decoder
// can go on behind it. It does not leave a format: see Plain.
type Invalid struct{ Err error }

// Error returns the text of Err.
func (e *Invalid) Error() string { return e.Err.Error() }

// Plain returns err, or the Err of an Invalid.
func Plain(err error) error {
	if invalid, ok := err.(*Invalid); ok {
		return invalid.Err
	}
	return err
}

// Batch has the events of a batch that is being read.
type Batch struct {
	// Events are the events so far. Room for those that follow saves copies.
	Events []cloudevents.Event

	// Forgive leaves out the events that are Invalid, as many as there may be in a document
	// of Size bytes.
	Forgive bool
	Size    int

	index    int // of the event that is read
	leftOut  int
	receipts []receipt
}

// receipt is what was forgiven in an event, or that it was left out.
type receipt struct {
	index int // in the batch
	place int // in Events; -1 if the event was left out
	err   error
}

// Len returns how many events were read, with those that were left out.
func (b *Batch) Len() int { return b.index }

// Next adds an empty event, and returns it for a reader to fill. End must follow.
func (b *Batch) Next() *cloudevents.Event {
	b.Events = append(b.Events, cloudevents.Event{})
	return &b.Events[len(b.Events)-1]
}

// End ends the event that Next has returned, which begins at an offset of the document. err
// is the error of its reader, and forgiven what was forgiven in it. All events must have one
// specversion. The result is the error with which the batch ends, a BatchError, or nil if it
// goes on.
func (b *Batch) End(at int, err, forgiven error) error {
	n, index := len(b.Events)-1, b.index
	b.index++
	if err == nil {
		if mixed := CheckVersion(b.Events, n); mixed != nil {
			err = &Invalid{&cloudevents.SyntaxError{Offset: at, Err: mixed}}
		}
	}
	invalid, isInvalid := err.(*Invalid)
	switch {
	case err == nil && forgiven == nil:
		return nil
	case err == nil:
		b.receipts = append(b.receipts, receipt{index, n, &cloudevents.BatchError{Index: index, Err: forgiven}})
		return nil
	case b.Forgive && isInvalid && b.leftOut < limit.InvalidEvents(b.Size):
		b.leftOut++
		b.receipts = append(b.receipts, receipt{index, -1, &cloudevents.BatchError{Index: index, Err: invalid.Err}})
		b.Events[n] = cloudevents.Event{}
		b.Events = b.Events[:n]
		return nil
	}
	return &cloudevents.BatchError{Index: index, Err: Plain(err)}
}

// Tell calls a function for each event in which something was forgiven, and for each that was
// left out.
func (b *Batch) Tell(forgive func(cloudevents.Receipt)) {
	for _, x := range b.receipts {
		r := cloudevents.Receipt{Index: x.index, Err: x.err}
		if x.place >= 0 {
			r.Event = &b.Events[x.place]
		}
		forgive(r)
	}
}

var ruleMixed = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "a batch has one specversion"}

// CheckVersion returns the violation of an event of a batch whose specversion is not that of
// the first.
func CheckVersion(es []cloudevents.Event, i int) error {
	if es[i].SpecVersion == es[0].SpecVersion {
		return nil
	}
	return validation.NewError(spec.SpecVersion, es[i].SpecVersion.String(), spec.SectionMessage, ruleMixed)
}
