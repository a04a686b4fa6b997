package conformance

import (
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
)

// Op is an operation of an implementation.
type Op string

const (
	// OpValidate checks a text and returns its canonical string.
	OpValidate Op = "validate"
	// OpDecode makes events of a message.
	OpDecode Op = "decode"
	// OpEncode makes a message of events.
	OpEncode Op = "encode"
	// OpRoundTrip encodes events and decodes the message, both by the implementation.
	OpRoundTrip Op = "round trip"
	// OpTranscode makes a message in another mode of a message.
	OpTranscode Op = "transcode"
	// OpSend sends a message to a live receiver.
	OpSend Op = "send"
)

// Result is the result of one operation on a case.
type Result struct {
	Op Op
	// Mode is the content mode of a round trip, a transcoding or a message that was sent.
	Mode cloudevents.Mode
	// Protocol is the protocol of a round trip. It is empty for a round trip through all
	// protocols, and for other operations.
	Protocol Protocol
	// Err is nil if the implementation did what it should, and otherwise says what it did
	// instead. It is ErrSkipped and says why if the operation was not run, and wraps
	// ErrNoAnswer if the implementation did not answer.
	Err error
	// Request is the message that a [Receiver] was sent. It is nil for other
	// implementations, and if nothing was sent.
	Request *Message
}

// ErrNoAnswer is wrapped by the errors of a [Codec] that are not refusals: the
// implementation crashed, hung, or gave an answer that is not understood. Such a case
// fails, even if the message must be refused.
var ErrNoAnswer = errors.New("no answer")

// Judge runs cases against an implementation and returns a result for each operation.
type Judge struct {
	// Codec is the implementation.
	Codec *Codec
	// Reference reads the messages that Codec writes. It has to be right about all cases:
	// library.Reference is this module. If it is nil, transcodings are skipped, and so are
	// encodings unless Strict is set.
	Reference *Codec
	// Strict asks for what this module does: its bytes, its reasons and its choices.
	//
	// Without it, every message is right that has the right meaning, and every refusal
	// is. What the specification permits is not a fault: another offset, a time in
	// milliseconds, a normalized URI, JSON data in another spelling, numbers with the
	// precision of a double, application/json that stays implied, no data instead of empty
	// data. A time that is made up where there was none is a fault only in the cases about
	// that. An encoder may accept an illegal event if the message that it writes is legal,
	// and may refuse to write data of a JSON media type that is not JSON, or is nested
	// deeply, in a document.
	Strict bool
}

// Run returns the results of a case: the result of its own operation, and for a message
// that must be accepted the results of round trips and transcodings in each mode. Round
// trips of a message of HTTP and of a document go through requests, those of any other
// message through its own protocol. If Strict is set, they go through all protocols.
func (j *Judge) Run(tc Case) []Result {
	switch {
	case tc.Text != nil:
		return []Result{{Op: OpValidate, Err: j.validate(tc.Text)}}
	case !tc.Decode:
		return []Result{{Op: OpEncode, Err: j.encode(tc)}}
	}
	results := []Result{{Op: OpDecode, Err: j.decode(tc)}}
	if tc.Refused != nil {
		return results
	}
	through := &protocols[0]
	switch own, _ := tc.Message.Protocol.find(); {
	case j.Strict:
		through = &protocol{modes: allModes}
	case own.parts != nil || own.format.arrives != nil: // neither HTTP nor JSON
		through = own
	}
	for _, mode := range through.modes {
		results = append(results, Result{
			Op: OpRoundTrip, Mode: mode, Protocol: through.name, Err: j.roundTrip(tc.Events, mode, through.name),
		})
	}
	for _, mode := range allModes {
		// A message that it cannot read counts once.
		if (mode == cloudevents.BatchMode) == tc.Batch && results[0].Err == nil {
			results = append(results, Result{Op: OpTranscode, Mode: mode, Err: j.transcode(tc, mode)})
		}
	}
	return results
}

func (j *Judge) validate(t *Text) error {
	switch {
	case j.Codec.Check == nil:
		return ErrSkipped
	case j.Strict:
		return j.Codec.runText(t)
	}
	canonical, err := j.Codec.Check(t.Kind, t.Text)
	if done, err := settled(t.Refused, err); done {
		return err
	}
	if !sameText(t.Kind, canonical, t.Canonical) {
		return fmt.Errorf("canonical string is %.64q, want %.64q", canonical, t.Canonical)
	}
	return nil
}

func (j *Judge) decode(tc Case) error {
	if j.Codec.Decode == nil {
		return ErrSkipped
	}
	es, err := j.Codec.Decode(tc.Message, tc.Batch, tc.Extensions)
	if j.Strict {
		if tc.Refused != nil || err != nil {
			return j.Codec.compareError(tc.Refused, err)
		}
		return compareEvents(es, tc.Events)
	}
	if done, err := settled(tc.Refused, err); done {
		return err
	}
	return sameEvents(es, tc.Events, true, tc.Absent...)
}

func (j *Judge) encode(tc Case) error {
	switch {
	case j.Codec.Encode == nil:
		return ErrSkipped
	case j.Strict:
		return j.Codec.runEncode(tc)
	case !j.hasReference():
		return skipNoReference
	}
	m, err := j.Codec.Encode(withoutEmpty(tc.Events), tc.Mode, tc.Protocol())
	if tc.Refused != nil && err == nil {
		if err := j.Reference.legal(m, tc.Mode); err != nil {
			return fmt.Errorf("accepted, but must be refused (%s), and wrote an illegal message: %w", tc.Refused.Rule, err)
		}
		return nil
	}
	if refuses(err) && tc.Refused == nil && !expected(tc.Events, tc.Mode) {
		return nil
	}
	if done, err := settled(tc.Refused, err); done {
		return err
	}
	// The events of the golden message are compared, because the events of the case may
	// have empty attributes, which are absent in a message.
	exts, _ := declared(tc.Events)
	want, err := j.Reference.Decode(tc.Message, tc.Batch, exts)
	if err != nil {
		return fmt.Errorf("the case is wrong: %w", err)
	}
	return j.Reference.means(m, tc.Mode, want)
}

func (j *Judge) hasReference() bool { return j.Reference != nil && j.Reference.Decode != nil }

func (j *Judge) roundTrip(es []Event, mode cloudevents.Mode, p Protocol) error {
	if j.Codec.Encode == nil || j.Codec.Decode == nil {
		return ErrSkipped
	}
	all := groups(es, mode)
	if len(all) == 0 {
		return skipNoEvents
	}
	for _, group := range all {
		if err := j.oneRoundTrip(group, mode, p); err != nil {
			return err
		}
	}
	return nil
}

func (j *Judge) oneRoundTrip(es []Event, mode cloudevents.Mode, p Protocol) error {
	if j.Strict {
		for i := range protocols {
			if !slices.Contains(protocols[i].modes, mode) {
				continue
			}
			if err := j.Codec.roundTrip(es, protocols[i].name, mode); err != nil {
				return err
			}
		}
		return nil
	}
	switch {
	case expected(es, mode):
	case p == Request:
		return nil
	default:
		return skipRepresented // it is not known whether it has the protocol
	}
	m, err := j.Codec.Encode(es, mode, p)
	if err != nil {
		return phase("encode", err)
	}
	got, err := j.Codec.Decode(m, mode == cloudevents.BatchMode, nil)
	if err != nil {
		return phase("decode", err)
	}
	return sameEvents(got, allDelivered(es, mode), mode != cloudevents.BinaryMode)
}

func (j *Judge) transcode(tc Case, mode cloudevents.Mode) error {
	switch {
	case j.Codec.Transcode == nil:
		return ErrSkipped
	case !j.hasReference():
		return skipNoReference
	case len(tc.Extensions) > 0:
		return skipTypes
	}
	m, err := j.Codec.Transcode(tc.Message, tc.Batch, mode)
	switch ok := expected(tc.Events, mode) || j.Strict && allExpressible(tc.Events, mode); {
	case !ok && (err == nil || errors.Is(err, ErrNoAnswer)):
		return err // an implementation may repair the event
	case !ok:
		return nil
	case err != nil:
		return phase("transcode", err)
	}
	return j.Reference.means(m, mode, allDelivered(tc.Events, mode))
}

// settled reports whether nothing is left to compare after an operation that returned
// err, because it was refused or should have been. The error then says what is wrong.
func settled(want *Reason, err error) (bool, error) {
	switch {
	case errors.Is(err, ErrSkipped), errors.Is(err, ErrNoAnswer):
		return true, err
	case err != nil && want == nil:
		return true, fmt.Errorf("refused: %w", err)
	case err == nil && want != nil:
		return true, fmt.Errorf("accepted, but must be refused (%s)", want)
	}
	return want != nil, nil
}

// refuses reports whether an error is a refusal.
func refuses(err error) bool {
	return err != nil && !errors.Is(err, ErrSkipped) && !errors.Is(err, ErrNoAnswer) && !errors.Is(err, errCase)
}

// phase wraps the refusal of one of several operations.
func phase(name string, err error) error {
	if errors.Is(err, ErrSkipped) || errors.Is(err, ErrNoAnswer) {
		return err
	}
	return fmt.Errorf("%s refused: %w", name, err)
}

// String returns the rule, the attribute and the place in a batch, in a few words.
func (r *Reason) String() string {
	s := r.Rule
	if r.Attribute != "" {
		s += fmt.Sprintf(" %.64q", r.Attribute)
	}
	if r.Index >= 0 {
		s += fmt.Sprintf(" of event %d", r.Index)
	}
	return s
}
