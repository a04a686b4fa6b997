// Package cesarama converts between the messages of the Kafka client github.com/IBM/sarama and
// the Message of package cekafka. It has no loop and no sender: the program keeps its own.
//
//	for record := range claim.Messages() {
//		m := cesarama.FromConsumerMessage(record)
//		e, err := cekafka.ToCloudEvent(&m, nil)
//		...
//		session.MarkMessage(record, "")
//	}
//
// Mark a message after its event was handled, and all before it in its partition were: a place
// that is committed before is a loss when the program ends. A new program may prefer
// kafka/kgo, which has such a loop.
//
// Kafka has headers since version 0.11, and sarama sends them if the Version of its Config is that
// or later. The defaults are.
package cesarama
