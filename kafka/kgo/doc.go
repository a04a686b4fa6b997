// Package cekgo sends and consumes events with the Kafka client kgo of
// github.com/twmb/franz-go.
//
// [FromRecord] and [ToRecord] convert between a kgo.Record and the Message of package
// cekafka. A program with a loop of its own needs nothing else:
//
//	m := cekgo.FromRecord(record)
//	e, err := cekafka.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that passes events to a handler and loses none. [Sender] writes
// events. Both use a client that the program makes, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event at least once. It commits an offset once all records
// before it in the partition were handled, deferred or written to the dead letter. A
// crash, a rebalance or a lost commit can deliver an event again, so a handler must be
// idempotent or be wrapped in a dispatch.Deduplicate.
//
// If the handler asks for a retry, the record stays where it is and the handler is called
// again after a wait. Later records of the partition wait for it, unless
// [Consumer.Concurrency] lets those with other keys pass. A record that is refused or
// runs out of attempts goes to the dead letter. Without a dead letter the Consumer stops
// with an error and does not commit the record.
package cekgo
