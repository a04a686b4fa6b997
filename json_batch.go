package cloudevents

import (
	"errors"
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

var errNotArray = errors.New("a batch is a JSON array (" + spec.SectionJSONBatch + ")")

// A forgiving decoder leaves out so many invalid events of any batch, and one for each so many
// bytes of a large one: events as small as {} cost a hundred times their size to report.
const (
	maxInvalidEvents  = 100
	bytesInvalidEvent = 256
)

// batch decodes the array of events at i, and returns the index after it.
func (r *jsonReader) batch(i, maxEvents int) (es []Event, next int, err error) {
	if i < len(r.b) && r.b[i] != '[' {
		return nil, i, r.at(i, errNotArray)
	}
	if i, err = r.expect(i, '['); err != nil {
		return nil, i, err
	}
	if i < len(r.b) && r.b[i] == ']' {
		return []Event{}, i + 1, nil
	}
	es = make([]Event, 1)
	room := false // for a batch of events like the first one that was taken
	invalid, maxInvalid := 0, max(maxInvalidEvents, len(r.b)/bytesInvalidEvent)
	for index := 0; ; index++ {
		n := len(es) - 1
		receipts := len(r.receipts)
		begin := i
		i, _, err = r.event(&es[n], i, true)
		if err == nil && es[n].SpecVersion != es[0].SpecVersion {
			err = &invalidEvent{r.at(begin, mixedVersions(&es[n]))}
		}
		_, isInvalid := err.(*invalidEvent)
		switch {
		case err == nil:
			for k := receipts; k < len(r.receipts); k++ {
				r.receipts[k] = jsonReceipt{index, n, &BatchError{index, r.receipts[k].err}}
			}
		case r.forgive && isInvalid && invalid < maxInvalid:
			invalid++
			r.receipts = append(r.receipts[:receipts], jsonReceipt{index, -1, &BatchError{index, plain(err)}})
			es[n] = Event{}
			es = es[:n]
		default:
			return nil, i, &BatchError{index, plain(err)}
		}
		taken := i - begin
		i = jsonscan.Space(r.b, i)
		if i < len(r.b) && r.b[i] == ']' {
			return es, i + 1, nil
		}
		if i, err = r.expect(i, ','); err != nil {
			return nil, i, err
		}
		if index+1 == maxEvents {
			return nil, i, r.at(i, &LimitError{"events", maxEvents})
		}
		if !room && len(es) > 0 {
			room = true
			es = slices.Grow(es, int(min(uint(maxEvents-index-1), uint((len(r.b)-i)/taken+1))))
		}
		es = append(es, Event{})
	}
}

var ruleMixedVersions = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "a batch has one specversion"}

func mixedVersions(e *Event) error {
	return validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionMessage, ruleMixedVersions)
}
