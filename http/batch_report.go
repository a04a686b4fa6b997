package cehttp

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
)

// BatchReport says what became of the events that were given to
// [Sender.SendBatch].
type BatchReport struct {
	Requests int           // attempts, with those that the client's Transport did not let out
	Events   []EventReport // one for each event, in their order
}

// EventReport is what became of one event. With an Err and Status 2xx it was
// accepted, and what was said about it could not be read.
type EventReport struct {
	Status int                // of its result, or of the answer to its batch; 0 if there was none
	ID     string             // of accepted work
	Reply  *cloudevents.Event // if the receiver answered one
	Err    error              // nil if the event was accepted; is or wraps a *SendError, unless the event is not valid
}

// Failed returns the indexes of the events that were not accepted.
func (r *BatchReport) Failed() []int {
	var failed []int
	for i := range r.Events {
		if r.Events[i].Err != nil {
			failed = append(failed, i)
		}
	}
	return failed
}

// err returns nil if all events were accepted.
func (r *BatchReport) err() error {
	if failed := r.Failed(); len(failed) > 0 {
		return &batchFailure{r.Events, failed}
	}
	return nil
}

// batchFailure is the errors of the events that were not accepted.
type batchFailure struct {
	events []EventReport
	failed []int
}

func (e *batchFailure) Error() string {
	first := e.failed[0]
	return fmt.Sprintf("%d of %d events not accepted; event %d: %s",
		len(e.failed), len(e.events), first, clientText(e.events[first].Err))
}

func (e *batchFailure) of(i int) error {
	return &cloudevents.BatchError{Index: i, Err: e.events[i].Err}
}

func (e *batchFailure) Unwrap() []error {
	errs := make([]error, len(e.failed))
	for n, i := range e.failed {
		errs[n] = e.of(i)
	}
	return errs
}
