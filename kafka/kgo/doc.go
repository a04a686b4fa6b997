// Package cekgo carries events with the Kafka client kgo of github.com/twmb/franz-go.
//
// [FromRecord] and [ToRecord] convert between a kgo.Record and the Message of package
// cekafka. A program that has a loop of its own needs no more:
//
//	m := cekgo.FromRecord(record)
//	e, err := cekafka.ToCloudEvent(&m, nil)
//
// [Consumer] is a loop that hands events to a handler and loses none. [Sender] writes events.
// Both use a client that the program makes, and hide nothing of it.
//
// # Delivery
//
// The Consumer delivers each event at least once. It commits the place behind a record after
// that record, and all before it in its partition, were handled, deferred or written to the
// dead letter. A crash, a rebalance or a lost commit can bring an event again: a handler has
// to be idempotent, or stand behind dispatch.Deduplicate.
//
// A record whose handler asks for a retry stays where it is, and its handler is called again
// after a wait. In its partition, nothing behind it is handled before, unless
// [Consumer.Concurrency] lets records with other keys pass. A record that is refused, or whose
// attempts are used up, goes to the dead letter. Without a dead letter the Consumer stops with
// an error, and the record stays. It is never skipped.
package cekgo
