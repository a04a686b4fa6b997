package conformance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Transport is a format or a binding for this module's events: it encodes events,
// decodes the message and returns the events that arrived. exts are the types of the
// extensions. There is one event unless mode is BatchMode. A Transport returns
// [ErrSkipped] for a mode that it does not have. The message stays inside, so that it
// can have any shape.
type Transport func(es []cloudevents.Event, mode cloudevents.Mode, exts []spec.Attribute) ([]cloudevents.Event, error)

// Format returns f as a Transport. It has the structured mode, and the batch mode if f
// is a [format.Batch].
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

// Run sends the events of a case through t. The events of a case that decodes are sent
// in every mode and compared with those that arrive. The events of a case that an
// encoder must refuse have to be refused. Run ignores the message of the case, and
// returns [ErrSkipped] for all other cases.
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
	case !tc.Decode && tc.Refused != nil && tc.Refused.Rule == "content-mode" && tc.Mode == cloudevents.BatchMode:
		return ErrSkipped // each protocol has its own modes
	case !tc.Decode && tc.Refused != nil && !tc.Refused.isOwn():
		return codec.runEncode(tc)
	case !tc.Decode || tc.Refused != nil:
		return ErrSkipped
	}
	err := ErrSkipped // unless a mode runs
	for _, mode := range allModes {
		switch modeErr := t.roundTrip(tc.Events, mode); {
		case modeErr == nil:
			err = nil
		case !errors.Is(modeErr, ErrSkipped):
			return fmt.Errorf("%s mode: %w", mode, modeErr)
		}
	}
	return err
}

// isOwn reports whether a reason is one of the format of the case, such as the years that
// Protobuf has, or of its protocol, such as the length of a string in MQTT. Each format has
// its own rules for data.
func (r *Reason) isOwn() bool {
	document, _, _ := strings.Cut(r.Section, "#")
	return r.Rule == "data" || strings.HasSuffix(document, "-binding.md") || strings.HasSuffix(document, "-format.md")
}

// refuse returns the error of sending the events.
func (t Transport) refuse(neutral []Event, mode cloudevents.Mode) error {
	es, err := ToEvents(neutral)
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
	all := groups(neutral, mode)
	if len(all) == 0 {
		return ErrSkipped
	}
	for _, group := range all {
		es, err := ToEvents(group)
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
		got := make([]Event, len(arrived))
		for i := range arrived {
			got[i] = FromEvent(&arrived[i])
		}
		keeps := &protocol{keepsEmpty: true} // t may keep empty data
		got = keeps.allDelivered(got, mode)
		err = compareEvents(got, allDelivered(group, mode))
		if err != nil && compareEvents(got, keeps.allDelivered(group, mode)) != nil {
			return err
		}
	}
	return nil
}

func one(e cloudevents.Event, err error) ([]cloudevents.Event, error) {
	return []cloudevents.Event{e}, err
}
