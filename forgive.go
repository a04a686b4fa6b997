package cloudevents

import (
	"strings"

	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Receipt says what a decoder has forgiven in an event: see [JSONDecoder.Forgive].
type Receipt struct {
	// Index is the place of the event in its batch, counted from 0. It is -1 if there is
	// no batch.
	Index int

	// Event is the event as it was taken. It is nil if an event of a batch was refused. It
	// must not be kept or changed.
	Event *Event

	// Err is what the decoder would have returned without Forgive: a [*validation.Error] in
	// a [*SyntaxError] where there is an offset; several are [validation.Errors]. In a
	// batch it is in a [*BatchError].
	Err error
}

// Forgiven returns what [Attributes.Assemble] has forgiven: the error that it would have
// returned without Forgive. It is nil if there was nothing to forgive.
func (a *Attributes) Forgiven() error {
	if len(a.receipts) == 0 {
		return nil
	}
	return validation.Join(a.receipts)
}

// violated adds err to errs, or to the receipts if it is about something optional, which is
// left out then. What is more than 32 of them is not forgiven.
func (a *Attributes) violated(errs []error, err error, optional bool) []error {
	if a.Forgive && optional && len(a.receipts) < maxViolations {
		a.receipts = append(a.receipts, err)
		return errs
	}
	return append(errs, err)
}

// forgiveCore tries to take a core attribute in another way than as text, which err is
// about; it is "" if there is none. If there is no other way, it returns err.
func (a *Attributes) forgiveCore(e *Event, place int, text string, err error) error {
	if !a.Forgive {
		return err
	}
	v := &a.core[place]
	other := text
	switch {
	case (place == coreSource || place == coreDataSchema) && v.state&isPercent != 0:
		other = v.text // not decoded
	case place == coreDataContentType:
		other = withoutEmptyParameters(text)
	case place == coreSpecVersion && isPatchOfV1(text):
		other = spec.V1.String()
	}
	if other == text || e.setCore(place, other) != nil {
		return err
	}
	a.receipts = append(a.receipts, err)
	return nil
}

// refusedContentType reports whether there is a datacontenttype that was not taken.
func (a *Attributes) refusedContentType() bool {
	state := a.core[coreDataContentType].state
	return !a.Forgive && state != 0 && state&isNull == 0
}

// withoutEmptyParameters returns a media type without semicolons that no parameter follows.
func withoutEmptyParameters(s string) string {
	for {
		trimmed := strings.TrimRight(strings.TrimRight(s, " \t"), ";")
		if trimmed == s {
			return s
		}
		s = trimmed
	}
}

// isPatchOfV1 reports whether text is 1.0 with a patch level, such as 1.0.2.
func isPatchOfV1(text string) bool {
	patch, ok := strings.CutPrefix(text, spec.V1.String()+".")
	return ok && patch != "" && len(patch) <= 4 && strings.Trim(patch, "0123456789") == ""
}
