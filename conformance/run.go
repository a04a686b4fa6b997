package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Codec is an implementation as functions from and to the neutral form. A nil function
// is an operation that the implementation does not have; its cases are [ErrSkipped].
// Every function may return ErrSkipped for what it cannot do, and an error that wraps
// [ErrNoAnswer] if it failed to answer. All other errors are refusals.
type Codec struct {
	// Check returns the canonical string of a text, or an error if the text is not
	// legal. kind is the name of the table.
	Check func(kind, text string) (canonical string, err error)
	// Decode returns the events of m. There is one unless batch is set. exts are the
	// attributes that the caller declares.
	Decode func(m Message, batch bool, exts []spec.Attribute) ([]Event, error)
	// Encode returns a message of protocol p with the events. There is one unless mode
	// is BatchMode. A JSON document has no binary mode.
	Encode func(es []Event, mode cloudevents.Mode, p Protocol) (Message, error)
	// Transcode returns the events of m as a request in another mode. Only a [Judge]
	// calls it.
	Transcode func(m Message, batch bool, mode cloudevents.Mode) (Message, error)
	// Reasons returns the reasons that an error of the other functions has. If it is
	// nil, reasons are not compared.
	Reasons func(err error) []Reason
}

// ErrSkipped is the error about a case that the codec cannot run. The errors of a [Judge]
// and a [Receiver] about what they do not run are ErrSkipped, too, and say why.
var ErrSkipped = errors.New("not supported by the codec under test")

// skip is an [ErrSkipped] for another reason than the codec.
type skip string

const (
	skipNoEvents    skip = "there are no events"
	skipNoReference skip = "there is no reference"
	skipRepresented skip = "an implementation may refuse to write this event in this mode"
	skipTypes       skip = "the case declares the types of extensions, which cannot be handed over"
	skipNoRequest   skip = "the case cannot be put into a request"
	skipNoBatches   skip = "the receiver takes no batches"
)

// Error returns the reason.
func (s skip) Error() string { return string(s) }

// Is reports whether target is [ErrSkipped].
func (s skip) Is(target error) bool { return target == ErrSkipped }

// Run runs a case. It returns nil if the codec did what it should, and an error that
// says what it did instead. The events of a case that decodes are also encoded in every
// protocol and mode, decoded again, and compared.
func (c *Codec) Run(tc Case) error {
	switch {
	case tc.Text != nil && c.Check != nil:
		return c.runText(tc.Text)
	case tc.Text == nil && tc.Decode && c.Decode != nil:
		return c.runDecode(tc)
	case tc.Text == nil && !tc.Decode && c.Encode != nil:
		return c.runEncode(tc)
	}
	return ErrSkipped
}

func (c *Codec) runText(t *Text) error {
	canonical, err := c.Check(t.Kind, t.Text)
	if t.Refused != nil || err != nil {
		return c.compareError(t.Refused, err)
	}
	if canonical != t.Canonical {
		return fmt.Errorf("canonical string is %q, want %q", canonical, t.Canonical)
	}
	return nil
}

func (c *Codec) runDecode(tc Case) error {
	es, err := c.Decode(tc.Message, tc.Batch, tc.Extensions)
	if tc.Refused != nil || err != nil {
		return c.compareError(tc.Refused, err)
	}
	if err := compareEvents(es, tc.Events); err != nil {
		return err
	}
	return c.roundTrips(tc)
}

func (c *Codec) runEncode(tc Case) error {
	m, err := c.Encode(tc.Events, tc.Mode, tc.Protocol())
	if tc.Refused != nil || err != nil {
		return c.compareError(tc.Refused, err)
	}
	if got, want := m.Golden(), tc.Message.Golden(); got != want {
		return fmt.Errorf("message is\n%s\nwant\n%s", got, want)
	}
	return nil
}

// compareError reports whether an error, or its absence, is what the case wants.
func (c *Codec) compareError(want *Reason, err error) error {
	switch {
	case errors.Is(err, errCase), errors.Is(err, ErrSkipped), errors.Is(err, ErrNoAnswer):
		return err
	case want == nil:
		return fmt.Errorf("refused: %w", err)
	case err == nil:
		return fmt.Errorf("accepted, but must be refused: %+v", *want)
	case c.Reasons == nil:
		return nil
	}
	got := c.Reasons(err)
	if !slices.ContainsFunc(got, want.matches) {
		return fmt.Errorf("refused for another reason: %+v, want %+v: %w", got, *want, err)
	}
	return nil
}

func (r *Reason) matches(got Reason) bool {
	return got.Rule == r.Rule &&
		(r.Attribute == "" || r.Attribute == got.Attribute) &&
		(r.Section == "" || r.Section == got.Section) &&
		(r.Index < 0 || r.Index == got.Index) &&
		(r.Offset < 0 || r.Offset == got.Offset)
}

func compareEvents(got, want []Event) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if !slices.Equal(got[i].Attributes, want[i].Attributes) || !bytes.Equal(got[i].Data, want[i].Data) ||
			(got[i].Data == nil) != (want[i].Data == nil) {
			return fmt.Errorf("event %d is\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
	return nil
}
