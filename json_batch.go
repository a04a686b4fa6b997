package cloudevents

import (
	"errors"
	"iter"
	"slices"

	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// DecodeBatch decodes a batch. The result of an empty batch is empty and not nil. The
// events alias document as that of Decode does. Neighboring events share the memory of
// their attributes: an event that is kept keeps up to 8 KiB of strings and 64 extensions
// of others in memory, unless it is cloned. An error about one event is or wraps a
// [*BatchError] with its index.
func (d *JSONDecoder) DecodeBatch(document []byte) ([]Event, error) {
	var r batchReader
	if err := r.open(d, document); err != nil {
		return nil, err
	}
	es := []Event{}
	for n := 0; ; n++ {
		es = append(es, Event{})
		more, err := r.next(&es[n])
		if err != nil {
			return nil, err
		}
		if !more {
			es = es[:n]
			break
		}
		if n == 0 { // room for a batch of events like the first one
			es = slices.Grow(es, r.room())
		}
	}
	for _, p := range r.receipts {
		receipt := Receipt{Index: p.index, Err: p.err}
		if p.place >= 0 {
			receipt.Event = &es[p.place]
		}
		d.Forgive(receipt)
	}
	return es, nil
}

// Events decodes a batch as DecodeBatch does, one event at a time. Each event has memory
// of its own; only that of attributes is shared with neighbors. An error comes with a nil
// event and ends the loop, which may have seen other events before. Forgive is called in
// the order of the events: just before the loop sees the event, or in place of that.
func (d *JSONDecoder) Events(document []byte) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		var r batchReader
		if err := r.open(d, document); err != nil {
			yield(nil, err)
			return
		}
		for {
			e := new(Event)
			more, err := r.next(e)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, p := range r.receipts {
				receipt := Receipt{Index: p.index, Err: p.err}
				if p.place >= 0 {
					receipt.Event = e
				}
				d.Forgive(receipt)
			}
			r.receipts = r.receipts[:0]
			if !more || !yield(e, nil) {
				return
			}
		}
	}
}

var errNotArray = errors.New("a batch is a JSON array (" + spec.SectionJSONBatch + ")")

// batchReader reads the events of a batch one by one.
type batchReader struct {
	jsonReader
	i     int // the place in the document
	index int // of the next event in the document
	taken int // number of events that were returned
	last  int // size of the last one of them

	maxEvents           int
	invalid, maxInvalid int
	version             spec.Version // of the first event that was returned
}

// open makes r, which is zero, read the document.
func (r *batchReader) open(d *JSONDecoder, document []byte) (err error) {
	i := r.jsonReader.open(d, document)
	r.maxEvents = limit.Of(d.MaxEvents, DefaultMaxEvents)
	r.maxInvalid = limit.InvalidEvents(len(document))
	if i < len(document) && document[i] != '[' {
		return r.at(i, errNotArray)
	}
	r.i, err = r.expect(i, '[')
	return err
}

// next sets e, which is empty, to the next event that is taken. It returns false, and an
// empty e, at the end of the document.
func (r *batchReader) next(e *Event) (more bool, err error) {
	for {
		if more, err := r.begin(); !more {
			return false, err
		}
		begin, receipts := r.i, len(r.receipts)
		r.i, _, err = r.event(e, begin, true)
		if err == nil && r.taken > 0 && e.SpecVersion != r.version {
			err = &invalidEvent{r.at(begin, mixedVersions(e))}
		}
		index := r.index
		r.index++
		_, isInvalid := err.(*invalidEvent)
		switch {
		case err == nil:
			for k := receipts; k < len(r.receipts); k++ {
				r.receipts[k] = jsonReceipt{index, r.taken, &BatchError{index, r.receipts[k].err}}
			}
			if r.taken++; r.taken == 1 {
				r.version = e.SpecVersion
			}
			r.last = r.i - begin
			return true, nil
		case r.forgive && isInvalid && r.invalid < r.maxInvalid:
			r.invalid++
			r.receipts = append(r.receipts[:receipts], jsonReceipt{index, -1, &BatchError{index, plain(err)}})
			*e = Event{}
		default:
			return false, &BatchError{index, plain(err)}
		}
	}
}

// begin goes to the next event of the document. It returns false at the end.
func (r *batchReader) begin() (more bool, err error) {
	i := jsonscan.Space(r.b, r.i)
	if i < len(r.b) && r.b[i] == ']' {
		return false, r.end(i + 1)
	}
	if r.index > 0 {
		if i, err = r.expect(i, ','); err != nil {
			return false, err
		}
	}
	if r.index == r.maxEvents {
		return false, r.at(i, &LimitError{"events", r.maxEvents})
	}
	r.i = i
	return true, nil
}

// room returns how many more events like the last one there may be.
func (r *batchReader) room() int {
	n := (len(r.b) - r.i) / r.last
	if n > 0 {
		n++
	}
	return min(n, r.maxEvents-r.index)
}

var ruleMixedVersions = &validation.Rule{Sentinel: validation.ErrVersion, Detail: "a batch has one specversion"}

func mixedVersions(e *Event) error {
	return validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionMessage, ruleMixedVersions)
}
