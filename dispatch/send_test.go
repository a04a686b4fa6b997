package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

type sendKey struct{}

// marking returns a Sending that puts a value into the context, and a subject on copies.
func marking(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
	es = slices.Clone(es)
	for i := range es {
		es[i].Subject = "marked"
	}
	return context.WithValue(ctx, sendKey{}, "sending"), es, nil
}

// asking is an error that may or may not pass.
type asking bool

func (a asking) Error() string   { return fmt.Sprintf("retryable: %t", bool(a)) }
func (a asking) Retryable() bool { return bool(a) }

// observing returns a SendObserver that notes outcomes, and the context they come with.
func (w *witness) sending() dispatch.SendObserver {
	note := func(hook string) func(context.Context, dispatch.Outcome) {
		return func(ctx context.Context, o dispatch.Outcome) {
			w.note("%s %s %v %v %v", hook, o.ID, o.Verdict, o.Err, ctx.Value(sendKey{}))
		}
	}
	return dispatch.SendObserver{Sent: note("sent"), Failed: note("failed")}
}

// The outcome of a call is told with the context of Sending, and the caller's event is not changed.
func TestSendObserverSend(t *testing.T) {
	refusing := func(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
		return ctx, nil, errors.New("no key")
	}
	losing := func(ctx context.Context, es []cloudevents.Event) (context.Context, []cloudevents.Event, error) {
		return ctx, nil, nil
	}
	for name, c := range map[string]struct {
		sending func(context.Context, []cloudevents.Event) (context.Context, []cloudevents.Event, error)
		err     error
		want    string
		sent    string // the subject of the event that is sent
	}{
		"sent":                       {nil, nil, "sent 1 done <nil> <nil>", "own"},
		"sent as another":            {marking, nil, "sent 1 done <nil> sending", "marked"},
		"refused":                    {nil, asking(false), "failed 1 refused retryable: false <nil>", "own"},
		"may be sent again":          {marking, asking(true), "failed 1 retry retryable: true sending", "marked"},
		"an invalid event":           {nil, errors.New("invalid"), "failed 1 refused invalid <nil>", "own"},
		"the caller waits no longer": {nil, context.Canceled, "failed 1 retry context canceled <nil>", "own"},
		"Sending refuses":            {refusing, nil, "failed 1 refused no key <nil>", ""},
		"Sending loses the event":    {losing, nil, "failed 1 refused the hook Sending has returned another number of events <nil>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var w witness
			o := w.sending()
			o.Sending = c.sending
			e := minimal()
			e.Subject = "own"
			sent := ""
			err := o.Send(t.Context(), &e, func(_ context.Context, e *cloudevents.Event) error {
				sent = e.Subject
				return c.err
			})
			if w.String() != c.want || sent != c.sent || e.Subject != "own" {
				t.Errorf("%s; sent %q; the event has now %q", w.String(), sent, e.Subject)
			}
			if failed := strings.HasPrefix(c.want, "failed"); failed != (err != nil) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Each event of a batch has its outcome.
func TestSendObserverSendBatch(t *testing.T) {
	one := errors.New("too large")
	about := &cloudevents.BatchError{Index: 1, Err: errors.New("invalid")}
	for name, c := range map[string]struct {
		errs []error
		err  error
		want string
	}{
		"all sent":        {nil, nil, "sent 1 done <nil> sending; sent 2 done <nil> sending"},
		"one failed":      {[]error{nil, one}, nil, "sent 1 done <nil> sending; failed 2 refused too large sending"},
		"nothing is sent": {nil, about, "failed 1 refused event 1: invalid sending; failed 2 refused event 1: invalid sending"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, hooks := range []bool{true, false} {
				var w witness
				var o dispatch.SendObserver
				if hooks {
					o = w.sending()
					o.Sending = marking
				}
				err := o.SendBatch(t.Context(), []cloudevents.Event{*named("1"), *named("2")}, func(_ context.Context, es []cloudevents.Event) ([]error, error) {
					return c.errs, c.err
				})
				if hooks && w.String() != c.want {
					t.Errorf("%s, want %s", w.String(), c.want)
				}
				switch {
				case c.err != nil && err != c.err, len(c.errs) > 0 && !errors.Is(err, one), c.err == nil && c.errs == nil && err != nil:
					t.Errorf("hooks %t: error %v", hooks, err)
				}
			}
		})
	}
}

// Each hook is called without the others.
func TestSendObserverWithOneHook(t *testing.T) {
	for hook, want := range map[string]string{"Sending": "marked", "Sent": "sent 1", "Failed": "failed 2"} {
		t.Run(hook, func(t *testing.T) {
			var w witness
			o := w.sending()
			switch hook {
			case "Sending":
				o = dispatch.SendObserver{Sending: marking}
			case "Sent":
				o.Failed = nil
			case "Failed":
				o.Sent = nil
			}
			send := func(_ context.Context, es []cloudevents.Event) ([]error, error) {
				errs := make([]error, len(es))
				for i := range es {
					if es[i].ID == "2" {
						errs[i] = asking(false)
					}
					if es[i].Subject != "" {
						w.note("%s", es[i].Subject)
					}
				}
				return errs, nil
			}
			o.SendBatch(t.Context(), []cloudevents.Event{*named("1"), *named("2")}, send)
			batch := w.String()
			w = witness{}
			for _, id := range []string{"1", "2"} {
				o.Send(t.Context(), named(id), func(ctx context.Context, e *cloudevents.Event) error {
					errs, _ := send(ctx, []cloudevents.Event{*e})
					return errs[0]
				})
			}
			if one := w.String(); !strings.Contains(batch, want) || one != batch {
				t.Errorf("a batch: %s; one by one: %s; want %s", batch, one, want)
			}
		})
	}
}

// Without hooks, an observer costs nothing.
func TestObserversAllocateNothing(t *testing.T) {
	var in dispatch.Observer
	var out dispatch.SendObserver
	ctx := t.Context()
	e := minimal()
	es := []cloudevents.Event{e}
	sent := 0
	send := func(context.Context, *cloudevents.Event) error { sent++; return nil }
	batch := func(context.Context, []cloudevents.Event) ([]error, error) { sent++; return nil, nil }
	alloctest.AtMost(t, "Observer.Handle", 0, func() { in.Handle(ctx, &e) })
	alloctest.AtMost(t, "SendObserver.Send", 0, func() { _ = out.Send(ctx, &e, send) })
	alloctest.AtMost(t, "SendObserver.SendBatch", 0, func() { _ = out.SendBatch(ctx, es, batch) })
	alloctest.AtMost(t, "SendObserver.Begin", 0, func() { _, _, _ = out.Begin(ctx, es) })
	if sent == 0 {
		t.Error("nothing was sent")
	}
}

// The handler, the log and the outcome have the context of Handling, in all that call handlers.
func TestHandlingGivesTheContext(t *testing.T) {
	type key struct{}
	var w witness
	observer := dispatch.Observer{
		Handling: func(ctx context.Context, e *cloudevents.Event) context.Context {
			return context.WithValue(ctx, key{}, "of "+e.ID)
		},
		Handled: func(ctx context.Context, o dispatch.Outcome) { w.note("handled %v", ctx.Value(key{})) },
		Failed:  func(ctx context.Context, o dispatch.Outcome) { w.note("failed %v", ctx.Value(key{})) },
	}
	fail := true
	h := func(ctx context.Context, _ *cloudevents.Event) (*cloudevents.Event, error) {
		w.note("handler %v", ctx.Value(key{}))
		if fail {
			fail = false
			return nil, dispatch.Retryable(errors.New("down"), 0)
		}
		return nil, nil
	}
	e := minimal()

	delivery := dispatch.Delivery{Handler: h, Wait: -1, Logger: quiet, Observer: observer}
	delivery.Deliver(t.Context(), nil, &e)
	if got, want := w.String(), "handler of 1; failed of 1; handler of 1; handled of 1"; got != want {
		t.Errorf("Delivery: %s, want %s", got, want)
	}

	w.lines = nil
	background := &dispatch.Background{Handler: h, Logger: quiet, Observer: observer}
	_, _ = background.HandleEvent(t.Context(), &e)
	_, _ = background.Shutdown(t.Context())
	if got, want := w.String(), "handler of 1; handled of 1"; got != want {
		t.Errorf("Background: %s, want %s", got, want)
	}
}
