package conformance

import (
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents"
)

// Op is something that is asked of an implementation.
type Op string

const (
	OpValidate  Op = "validate"   // is a text legal, and what is its canonical string
	OpDecode    Op = "decode"     // a message to events
	OpEncode    Op = "encode"     // events to a message
	OpRoundTrip Op = "round trip" // events to a message and back, both by the implementation
	OpTranscode Op = "transcode"  // a message to a message in another mode
	OpSend      Op = "send"       // a message to a live receiver
)

// Result is what came of one operation on a case.
type Result struct {
	Op   Op
	Mode cloudevents.Mode // of a round trip, a transcoding or a message that was sent
	// Err is nil if the implementation did as it should, and otherwise says what it
	// did. ErrSkipped: it could not be asked. ErrNoAnswer: it did not answer.
	Err error
}

// ErrNoAnswer is wrapped by the errors of a [Codec]'s functions that are no
// refusals: the implementation crashed, hung, or cannot be understood. A case for
// which there is no answer has failed, also if it must be refused.
var ErrNoAnswer = errors.New("no answer")

// Judge runs cases against an implementation and says for each operation what came
// of it.
type Judge struct {
	Codec *Codec
	// Strict asks for what this module does: its bytes, its reasons and its choices.
	// Without it, any message is right that means what it should, and any refusal is;
	// and what the specification permits is no fault: another offset or a time in
	// milliseconds, a URI that was normalised, JSON data in another spelling or
	// numbers with the precision of a double, application/json that stays implied,
	// no data instead of empty data. A time that is made up where there was none is a
	// fault only in the cases about that. An encoder need not refuse an illegal event if
	// what it writes is legal.
	Strict bool
}

var modes = []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode, cloudevents.BatchMode}

// Run returns the results of a case: that of its own operation, and for a message
// that must be accepted those of round trips and transcodings in each mode.
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
	for _, mode := range modes {
		results = append(results, Result{OpRoundTrip, mode, j.roundTrip(tc.Events, mode)})
	}
	for _, mode := range modes {
		// A message that it cannot read is not counted twice.
		if (mode == cloudevents.BatchMode) == tc.Batch && results[0].Err == nil {
			results = append(results, Result{OpTranscode, mode, j.transcode(tc, mode)})
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
	}
	m, err := j.Codec.Encode(withoutEmpty(tc.Events), tc.Mode, tc.protocol())
	if tc.Refused != nil && err == nil {
		if err := legal(m, tc.Mode); err != nil {
			return fmt.Errorf("accepted, but must be refused (%s), and wrote an illegal message: %w", tc.Refused.Rule, err)
		}
		return nil
	}
	if done, err := settled(tc.Refused, err); done {
		return err
	}
	// What the golden message means is what is wanted: the events of the case may
	// have empty attributes, which are none.
	exts, _ := declared(tc.Events)
	want, err := decode(tc.Message, tc.Batch, exts)
	if err != nil {
		return fmt.Errorf("the case is wrong: %w", err)
	}
	return means(m, tc.Mode, want)
}

func (j *Judge) roundTrip(es []Event, mode cloudevents.Mode) error {
	if j.Codec.Encode == nil || j.Codec.Decode == nil {
		return ErrSkipped
	}
	groups := [][]Event{es}
	if mode != cloudevents.BatchMode {
		groups = nil
		for _, e := range es {
			groups = append(groups, []Event{e})
		}
	}
	if len(groups) == 0 {
		return ErrSkipped
	}
	for _, group := range groups {
		if err := j.oneRoundTrip(group, mode); err != nil {
			return err
		}
	}
	return nil
}

func (j *Judge) oneRoundTrip(es []Event, mode cloudevents.Mode) error {
	if j.Strict {
		for _, p := range []Protocol{Request, Response, JSON} {
			if p == JSON && mode == cloudevents.BinaryMode {
				continue
			}
			if err := j.Codec.roundTrip(es, p, mode); err != nil {
				return err
			}
		}
		return nil
	}
	if !allExpressible(es, mode) {
		return nil
	}
	m, err := j.Codec.Encode(es, mode, Request)
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
	if j.Codec.Transcode == nil || len(tc.Extensions) > 0 {
		return ErrSkipped
	}
	m, err := j.Codec.Transcode(tc.Message, tc.Batch, mode)
	switch ok := allExpressible(tc.Events, mode); {
	case !ok && (err == nil || errors.Is(err, ErrNoAnswer)):
		return err // it may have repaired it
	case !ok:
		return nil
	case err != nil:
		return phase("transcode", err)
	}
	return means(m, mode, allDelivered(tc.Events, mode))
}

// settled reports whether there is nothing to compare after an operation that
// returned err, because it was refused or should have been, and what is wrong then.
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

// phase wraps the refusal by one of several operations.
func phase(name string, err error) error {
	if errors.Is(err, ErrSkipped) || errors.Is(err, ErrNoAnswer) {
		return err
	}
	return fmt.Errorf("%s refused: %w", name, err)
}

// String returns the rule and what it is about, in a few words.
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
