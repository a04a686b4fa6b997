package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
)

// A loop around a broker settles a message by what a Delivery returns.
func ExampleDelivery_Deliver() {
	failures := 2
	delivery := dispatch.Delivery{
		Wait:   -1, // no wait between the attempts
		Logger: slog.New(slog.DiscardHandler),
		Handler: func(context.Context, *cloudevents.Event) (*cloudevents.Event, error) {
			if failures--; failures >= 0 {
				return nil, errors.New("database is down")
			}
			return nil, nil
		},
	}
	event := cloudevents.New("/orders", "com.example.order.placed")

	out := delivery.Deliver(context.Background(), nil, &event)
	switch {
	case out.Interrupted:
		fmt.Println("leave it with the broker")
	case out.Verdict.Failed():
		fmt.Println("dead letter:", out.Err)
	default:
		fmt.Println("settle it after", out.Attempts, "attempts")
	}
	// Output: settle it after 3 attempts
}

// An event that was interrupted comes again: a consumer leaves it with the broker.
func ExampleDelivered() {
	settle := func(out dispatch.Delivered) string {
		switch {
		case out.Interrupted:
			return "leave it"
		case out.Verdict.Failed():
			return "set it aside"
		}
		return "settle it"
	}
	fmt.Println(settle(dispatch.Delivered{Attempts: 1, Interrupted: true}))
	fmt.Println(settle(dispatch.Delivered{Attempts: 1}))
	// Output:
	// leave it
	// settle it
}

// A consumer tells the observer about a message that is no event, and does what its policy
// says.
func ExampleDelivery_Invalid() {
	delivery := dispatch.Delivery{
		Logger: slog.New(slog.DiscardHandler),
		Observer: dispatch.Observer{Failed: func(_ context.Context, o dispatch.Outcome) {
			fmt.Println(o.Verdict, o.Err)
		}},
	}
	policy := dispatch.SkipInvalid
	delivery.Invalid(context.Background(), cloudevents.ErrNotCloudEvent)
	fmt.Println(policy)
	// Output:
	// refused message is not a CloudEvent
	// skip
}

// A loop of your own reports what it has set aside, as the consumers do.
func ExampleDelivery_DeadLetter() {
	delivery := dispatch.Delivery{Logger: slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))}
	delivery.Observer.DeadLettered = func(_ context.Context, cause error) { fmt.Println("one more:", cause) }
	delivery.DeadLetter(context.Background(), "record 7 of topic orders", "record 0 of topic orders-dead", 10, errors.New("down"))
	// Output:
	// level=WARN msg="message written to the dead letter" place="record 7 of topic orders" deadletter="record 0 of topic orders-dead" attempts=10 error=down
	// one more: down
}

// A consumer without a handler ends before its first message.
func ExampleDelivery_Validate() {
	var delivery dispatch.Delivery
	fmt.Println(errors.Is(delivery.Validate(), dispatch.ErrNoHandler))
	// Output: true
}

// A broker that delivers again by itself counts the attempts, and is told when to try.
func ExampleDelivery_Backoff() {
	delivery := dispatch.Delivery{Wait: time.Second, MaxWait: 10 * time.Second}
	for attempts := 1; attempts < delivery.MaxAttempts(); attempts += 3 {
		wait := delivery.Backoff(attempts, 0)
		fmt.Println(attempts, wait >= time.Second/2 && wait <= 10*time.Second)
	}
	fmt.Println(delivery.Backoff(1, 5*time.Second)) // a handler has asked for it
	// Output:
	// 1 true
	// 4 true
	// 7 true
	// 5s
}

func ExampleVerdict_Failed() {
	for _, v := range []dispatch.Verdict{dispatch.VerdictDone, dispatch.VerdictDeferred, dispatch.VerdictRefused, dispatch.VerdictRetry} {
		fmt.Println(v, v.Failed())
	}
	// Output:
	// done false
	// deferred false
	// refused true
	// retry true
}

// Each policy says what a consumer does with a message that is no event.
func ExampleInvalidPolicy() {
	for _, p := range []dispatch.InvalidPolicy{dispatch.StopOnInvalid, dispatch.DeadLetterOnInvalid, dispatch.SkipInvalid} {
		fmt.Println(p)
	}
	// Output:
	// stop
	// dead letter
	// skip
}

// A consumer that must not go on says at which message it has stopped, and why it could not set
// the message aside.
func ExampleUndeliverableError() {
	var err error = &dispatch.UndeliverableError{
		Place: "record 7 of topic orders", Attempts: 10, Err: errors.New("down"), DeadLetter: dispatch.ErrNoDeadLetter,
	}
	var undeliverable *dispatch.UndeliverableError
	fmt.Println(errors.As(err, &undeliverable), errors.Is(err, dispatch.ErrNoDeadLetter))
	fmt.Println(err)
	// Output:
	// true true
	// record 7 of topic orders, after 10 attempts: down; there is no dead letter: no DeadLetter is set
}

func ExampleUnfinishedError() {
	fmt.Println(&dispatch.UnfinishedError{Events: 2})
	// Output: 2 events are still being handled after the time of grace; they will come again
}

// A loop of your own writes dead letters as the consumers do.
func ExampleDeadLetterText() {
	headers := map[string]string{dispatch.DeadLetterReason: dispatch.DeadLetterText(errors.New("no such customer")), dispatch.DeadLetterAttempts: "1"}
	fmt.Println(headers)
	// Output: map[deadletter-attempts:1 deadletter-reason:no such customer]
}

// A dead letter in the shape of Knative has three more extensions.
func ExampleKnativeErrors() {
	for _, x := range dispatch.KnativeErrors("kafka:orders", 422, errors.New("no such customer")) {
		fmt.Println(x.Name, x.Value)
	}
	// Output:
	// knativeerrorcode 422
	// knativeerrordata bm8gc3VjaCBjdXN0b21lcg==
	// knativeerrordest kafka:orders
}
