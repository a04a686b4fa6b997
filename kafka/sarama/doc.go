// Package cesarama converts between the messages of the Kafka client
// github.com/IBM/sarama and the Message of package cekafka. It has neither a Consumer nor
// a Sender; package cekgo in kafka/kgo has both.
//
//	for record := range claim.Messages() {
//		m := cesarama.FromConsumerMessage(record)
//		e, err := cekafka.ToCloudEvent(&m, nil)
//		...
//		session.MarkMessage(record, "")
//	}
//
// Mark a message only after its event and all before it in its partition were handled. If
// the program ends after an earlier mark, the events in between are lost.
//
// Events in binary mode need headers, which Kafka has since version 0.11. sarama sends
// them if the Version in its Config is 0.11 or later, as it is by default.
package cesarama
