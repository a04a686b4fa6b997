package conformance

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Transport is another formatter or binding of this module under test: it encodes
// events and decodes what came out, with exts as the types of extensions. There
// is one event unless mode is BatchMode. It returns [ErrSkipped] for a mode that
// it does not have.
type Transport func(es []cloudevents.Event, mode cloudevents.Mode, exts []spec.Attribute) ([]cloudevents.Event, error)

// Format returns f as a Transport: in structured mode, and in batch mode if f is a
// [format.Batch].
func Format(f format.Formatter) Transport {
	return func(es []cloudevents.Event, mode cloudevents.Mode, exts []spec.Attribute) ([]cloudevents.Event, error) {
		batch, ok := f.(format.Batch)
		switch {
		case mode == cloudevents.StructuredMode:
			b, err := f.EncodeStructuredModeMessage(nil, &es[0])
			if err != nil {
				return nil, err
			}
			return one(f.DecodeStructuredModeMessage(b, f.MediaType(), exts...))
		case mode == cloudevents.BatchMode && ok:
			b, err := batch.EncodeBatchModeMessage(nil, es)
			if err != nil {
				return nil, err
			}
			return batch.DecodeBatchModeMessage(b, batch.BatchMediaType(), exts...)
		}
		return nil, ErrSkipped
	}
}

// Run sends the events of a case that decodes through t in every mode and
// compares what arrives, and sees that t refuses what an encoder must refuse. The
// message of the case is not looked at. Other cases are [ErrSkipped].
func (t Transport) Run(tc Case) error {
	codec := Codec{
		Encode: func(es []Event, mode cloudevents.Mode, _ Protocol) (Message, error) {
			return Message{}, t.refuse(es, mode)
		},
		Reasons: Reasons,
	}
	switch {
	case tc.Text != nil:
		return ErrSkipped
	case !tc.Decode && tc.Refused != nil && tc.Refused.Rule != "data": // each format has its own rules for data
		return codec.runEncode(tc)
	case !tc.Decode || tc.Refused != nil:
		return ErrSkipped
	}
	err := ErrSkipped // unless a mode runs
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode} {
		switch modeErr := t.roundTrip(tc.Events, mode); {
		case modeErr == nil:
			err = nil
		case !errors.Is(modeErr, ErrSkipped):
			return fmt.Errorf("%s mode: %w", mode, modeErr)
		}
	}
	return err
}

// refuse returns the error of encoding, nil if there is none.
func (t Transport) refuse(neutral []Event, mode cloudevents.Mode) error {
	es, err := toEvents(neutral)
	if err != nil {
		return err
	}
	_, err = t(es, mode, nil)
	return err
}

func (t Transport) roundTrip(neutral []Event, mode cloudevents.Mode) error {
	exts, ok := declared(neutral)
	if !ok {
		return ErrSkipped
	}
	groups := [][]Event{neutral}
	if mode != cloudevents.BatchMode {
		groups = nil
		for _, e := range neutral {
			groups = append(groups, []Event{e})
		}
	}
	if len(groups) == 0 {
		return ErrSkipped
	}
	for _, group := range groups {
		es, err := toEvents(group)
		if err != nil {
			return err
		}
		arrived, err := t(es, mode, exts)
		if err != nil {
			if !errors.Is(err, ErrSkipped) && !allExpressible(group, mode) {
				continue
			}
			return err
		}
		var got, want []Event
		for i := range arrived {
			got = append(got, FromEvent(&arrived[i]))
		}
		for _, e := range group {
			want = append(want, delivered(e, mode))
		}
		if err := compareEvents(got, want); err != nil {
			return err
		}
	}
	return nil
}
