package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Codec is an implementation under test, as functions from and to the neutral
// form. A nil function is something that it does not do; its cases are
// [ErrSkipped].
type Codec struct {
	// Check returns the canonical string of a text, or an error if text is not
	// legal. kind is the name of the table.
	Check func(kind, text string) (canonical string, err error)
	// Decode returns the events in m, of which there is one unless batch is set.
	Decode func(m Message, batch bool, exts []spec.Attribute) ([]Event, error)
	// Encode returns the message with events; there is one unless mode is
	// BatchMode. A JSON message has no mode but these two. ErrSkipped says that it
	// cannot be done.
	Encode func(es []Event, mode cloudevents.Mode, p Protocol) (Message, error)
	// Transcode returns the events in m as a request in another mode. Only a [Judge]
	// asks for it.
	Transcode func(m Message, batch bool, mode cloudevents.Mode) (Message, error)
	// Reasons returns why a function above returned err. If it is nil, any error
	// is as good as the right one.
	Reasons func(err error) []Reason
}

// ErrSkipped is returned by [Codec.Run] for a case that the codec cannot run.
var ErrSkipped = errors.New("not supported by the codec under test")

// Run runs a case. It returns nil if the codec did as it should, else how it did
// not. A case that decodes is also encoded again in every way, decoded from that,
// and compared.
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
	m, err := c.Encode(tc.Events, tc.Mode, tc.protocol())
	if tc.Refused != nil || err != nil {
		return c.compareError(tc.Refused, err)
	}
	if got, want := m.Golden(), tc.Message.Golden(); got != want {
		return fmt.Errorf("message is\n%s\nwant\n%s", got, want)
	}
	return nil
}

// protocol returns what a case encodes to.
func (c *Case) protocol() Protocol {
	switch {
	case c.Message.Protocol != "":
		return c.Message.Protocol
	case strings.HasPrefix(c.Name, "http/"):
		return Request
	}
	return JSON
}

// Golden returns m as it is written in a case that encodes: headers in lower case
// and sorted, those of the event only.
func (m Message) Golden() string {
	if m.Protocol == JSON {
		return string(m.Body)
	}
	var b strings.Builder
	for _, key := range slices.SortedFunc(maps.Keys(m.Header), func(x, y string) int {
		return strings.Compare(strings.ToLower(x), strings.ToLower(y))
	}) {
		if lower := strings.ToLower(key); lower == "content-type" || strings.HasPrefix(lower, "ce-") {
			for _, value := range m.Header[key] {
				fmt.Fprintf(&b, "%s: %s\n", lower, value)
			}
		}
	}
	b.WriteByte('\n')
	b.Write(m.Body)
	return b.String()
}

// compareError judges an error, or that there is none, by what was expected.
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
