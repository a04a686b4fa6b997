// Package dispatch calls functions for events, whatever protocol carried them. It knows
// neither HTTP nor any event format.
//
// A [Handler] is a function that handles one event. [Mux] chooses a Handler by the type
// of the event; [On] and [Consume] make its routes from functions with typed data.
// [Middleware] adds what handlers have in common: [Log], [Timeout], [ConcurrencyLimit]
// and [Deduplicate]. [Background] handles events after they were accepted. [Replier]
// makes the events that handlers reply with. [Delivery] calls a Handler for the messages
// of a broker.
//
//	var mux dispatch.Mux
//	err := mux.Handle(
//		dispatch.Consume("com.example.order.placed", func(ctx context.Context, e *cloudevents.Event, order Order) error {
//			return store(ctx, order)
//		}),
//	)
//	handler := dispatch.Chain(mux.HandleEvent, dispatch.Log(nil), dispatch.Timeout(10*time.Second))
//
// A transport passes events to a Handler with [Call], and acts on the [Result]. The
// Receiver of package cehttp does so for HTTP.
//
// # Outcomes
//
// The error of a handler decides the outcome of the event. A nil error is done,
// [Deferred] is deferred, [Permanent] is refused, and [Retryable], any other error and a
// panic are retry. [Error] has all the details, and [Judge] all the rules. Each transport
// translates the outcome. A [Duplicate] has the outcome of the first time.
//
//	          HTTP                     Kafka                AMQP                   JetStream          MQTT
//	done      204, or 200 and a reply  commit               accepted               Ack                acknowledge
//	deferred  202                      commit               accepted               Ack                acknowledge
//	refused   422, or Error.Status     dead letter, commit  dead letter, rejected  dead letter, Term  dead letter, acknowledge
//	retry     503, 500                 wait, call again     wait, call again       NakWithDelay       wait, call again
//
// # Logging
//
// Each failure is one log record, which [Outcome.LogFailure] describes. The transport
// writes it, or [Log] if that is in the chain.
package dispatch
