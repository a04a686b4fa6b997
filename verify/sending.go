package ceverify

import (
	"context"
	"slices"

	"github.com/seed763dd41b/cloudevents"
)

// Sending signs copies of events before they are sent. It is for the field Sending of a
// [dispatch.SendObserver], which each Sender has:
//
//	sender := cehttp.Sender{Target: url}
//	sender.Observer.Sending = signer.Sending
//
// If there is another Sending, it goes first: what it changes is then signed. An event that has
// dssematerial gets a new one. If an event cannot be signed nothing is sent; the error is that of
// [Signer.Sign], in a [*cloudevents.BatchError] if there are several events.
func (s *Signer) Sending(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
	signed := slices.Clone(es) // Sign leaves what they share with es alone
	for i := range signed {
		if err := s.Sign(&signed[i]); err != nil {
			if len(es) > 1 {
				err = &cloudevents.BatchError{Index: i, Err: err}
			}
			return ctx, nil, err
		}
	}
	return ctx, signed, nil
}
