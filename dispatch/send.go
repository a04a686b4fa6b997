package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/seed763dd41b/cloudevents"
)

// SendObserver has functions that a sender calls for the events that it sends: to count
// and to time them, or to add to them. Each may be nil. They are called on the goroutine
// of the call, which waits for them, and concurrently by concurrent calls. The Sender of
// package cehttp and those of the client modules have one.
//
//	o := dispatch.SendObserver{
//		Failed: func(_ context.Context, o dispatch.Outcome) { failures.Add(o.Verdict.String(), 1) },
//	}
type SendObserver struct {
	// Sending is called once for each call, with the events of the call, before they are
	// encoded. It returns the context and the events to go on with: es, or as many others
	// in the same order, such as copies with a signature or a trace context. It must not
	// change the events in es, which belong to the caller. If it returns an error,
	// nothing is sent, and the call returns that error. Sent or Failed follows for each
	// event, with the returned context.
	Sending func(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error)

	// Header is called for each message, and for each attempt to send it, with the
	// context of Sending. It may call set to add headers of the carrier: headers of HTTP
	// and NATS, headers of a Kafka record, application properties of AMQP, and user
	// properties of MQTT 5 in structured mode. It cannot replace those of the event. It
	// is not called where messages have no place for other headers: WebSockets, MQTT
	// 3.1.1, and MQTT 5 in binary mode.
	Header func(ctx context.Context, set func(name, value string))

	// Sent is called at the end of a call for each event that was accepted.
	// Outcome.Duration is that of the call.
	Sent func(ctx context.Context, o Outcome)

	// Failed is called at the end of a call for each event that was not accepted.
	Failed func(ctx context.Context, o Outcome)
}

// errReplaced is about a Sending that returns fewer or more events than it was given.
var errReplaced = errors.New("the hook Sending has returned another number of events")

// Begin calls Sending and returns its results, or ctx and es if Sending is nil. The error
// is that of Sending, or says that it has returned another number of events. Begin is for
// senders that report each event with [SendObserver.Done]. It allocates nothing if
// Sending is nil.
func (o *SendObserver) Begin(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
	if o.Sending == nil {
		return ctx, es, nil
	}
	own, out, err := o.Sending(ctx, es)
	if own == nil {
		own = ctx
	}
	if err == nil && len(out) != len(es) {
		err = errReplaced
	}
	return own, out, err
}

func (o *SendObserver) beginOne(ctx context.Context, e *cloudevents.Event) (context.Context, *cloudevents.Event, error) {
	if o.Sending == nil {
		return ctx, e, nil
	}
	ctx, es, err := o.Begin(ctx, []cloudevents.Event{*e})
	if err != nil {
		return ctx, e, err
	}
	return ctx, &es[0], nil
}

// Done calls Sent, or Failed if out has an Err.
func (o *SendObserver) Done(ctx context.Context, out Outcome) {
	hook := o.Sent
	if out.Err != nil {
		hook = o.Failed
	}
	if hook != nil {
		hook(ctx, out)
	}
}

// isNil reports whether no hook needs to know of the calls.
func (o *SendObserver) isNil() bool { return o.Sending == nil && o.Sent == nil && o.Failed == nil }

// Send calls send with e, or with the event that Sending returns for it, and reports the
// result. It is for senders. Without a Sending, Sent and Failed it only calls send.
func (o *SendObserver) Send(ctx context.Context, e *cloudevents.Event, send func(context.Context, *cloudevents.Event) error) error {
	if o.isNil() {
		return send(ctx, e)
	}
	begin := time.Now()
	ctx, out, err := o.beginOne(ctx, e)
	if err == nil {
		err = send(ctx, out)
	}
	o.report(ctx, e, err, begin)
	return err
}

// SendBatch is [SendObserver.Send] for several events. send returns either an error for
// each event, or nil if all were sent, or an error about the whole batch if none was.
// SendBatch joins the errors.
func (o *SendObserver) SendBatch(ctx context.Context, es []cloudevents.Event, send func(context.Context, []cloudevents.Event) ([]error, error)) error {
	if o.isNil() {
		errs, err := send(ctx, es)
		if err != nil {
			return err
		}
		return errors.Join(errs...)
	}
	begin := time.Now()
	ctx, out, err := o.Begin(ctx, es)
	var errs []error
	if err == nil {
		errs, err = send(ctx, out)
	}
	for i := range es {
		own := err
		if err == nil && errs != nil {
			own = errs[i]
		}
		o.report(ctx, &es[i], own, begin)
	}
	if err != nil {
		return err
	}
	return errors.Join(errs...)
}

func (o *SendObserver) report(ctx context.Context, e *cloudevents.Event, err error, begin time.Time) {
	o.Done(ctx, Outcome{
		ID: e.ID, Source: e.Source, Type: e.Type, Verdict: sendVerdict(err), Duration: time.Since(begin), Err: err,
	})
}

// sendVerdict says what the error of a sender means for its event: an invalid event is refused,
// because no method Retryable says more.
func sendVerdict(err error) Verdict {
	if err == nil {
		return VerdictDone
	}
	var passing interface{ Retryable() bool }
	switch {
	case errors.As(err, &passing):
		if passing.Retryable() {
			return VerdictRetry
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return VerdictRetry
	}
	return VerdictRefused
}
